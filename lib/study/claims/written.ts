import type { Interval } from '../statistics/bootstrap.ts';

export function rounded(value: number): string {
  return value.toFixed(3).replace('-', '−');
}

export function ranged({ low, high }: Interval): string {
  return `${rounded(low)} to ${rounded(high)}`;
}
