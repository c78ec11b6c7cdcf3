import type { ResultRow } from './results.ts';

export function percent(share: number | null): string {
  return share === null ? '' : `${Math.round(share * 100)} %`.replace('-', '−');
}

/** From where to where; empty where there are too few answers to say. */
export function rangeOf({ low, high }: Pick<ResultRow, 'low' | 'high'>): string {
  const sign = (share: number): string => String(Math.round(share * 100)).replace('-', '−');
  return low === null || high === null ? '' : `${sign(low)} to ${sign(high)} %`;
}
