import { pearson } from './pearson.ts';
import type { Ranking } from './ranking.ts';

export interface Spearman {
  /** Pearson's coefficient of the average ranks: right whether or not values are tied. */
  readonly tieCorrected: number;
  /** The paper's eq. 8, 1 − 6 Σd² / (n³ − n), fed with average ranks. */
  readonly eq8: number;
}

/**
 * Spearman's rank correlation of two maps, pixel by pixel, from −1 to 1, in both forms. They are equal where
 * no values are tied. Eq. 8 supposes that none are: Grad-CAM maps are full of tied zeros, and there it is
 * biased upwards, up to 0.7 for independent maps that are 90 % zero. Null when either map is constant.
 */
export function spearman({ ranks: a }: Ranking, { ranks: b }: Ranking): Spearman | null {
  const tieCorrected = pearson(a, b);
  if (tieCorrected === null) return null;
  const n = a.length;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const difference = a[i]! - b[i]!;
    squares += difference * difference;
  }
  return { tieCorrected, eq8: 1 - (6 * squares) / (n ** 3 - n) };
}
