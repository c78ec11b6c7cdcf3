import { decimal } from '../decimal.ts';
import type { ResultRow } from './results.ts';

export function percent(share: number | null): string {
  return share === null ? '' : `${decimal(share * 100, 0)} %`;
}

/** From where to where; empty where there are too few answers to say. */
export function rangeOf({ low, high }: Pick<ResultRow, 'low' | 'high'>): string {
  return low === null || high === null ? '' : `${decimal(low * 100, 0)} to ${decimal(high * 100, 0)} %`;
}
