import { cosine } from './cosine.ts';
import { type HeatMap, requireSameSize, toUnitRange } from './heat-map.ts';
import { hogSimilarity } from './hog.ts';
import { rank } from './ranking.ts';
import { spearman } from './spearman.ts';
import { meanSsim, meanSsimGaussian } from './ssim.ts';
import { topIntersection } from './top-k.ts';

/** Share of a map's pixels that the top-k intersection looks at. */
const topShare = 0.1;

/** Every similarity of one pair of maps; null where it is undefined. */
export interface Similarities {
  readonly mssim: number | null;
  /** In Wang's Gaussian windows. */
  readonly mssim_gaussian: number | null;
  readonly spearman: number | null;
  readonly spearman_eq8: number | null;
  readonly cosine: number | null;
  readonly top_10_percent: number | null;
  readonly hog: number | null;
}

export const similarityNames = [
  'mssim',
  'mssim_gaussian',
  'spearman',
  'spearman_eq8',
  'cosine',
  'top_10_percent',
  'hog',
] as const satisfies readonly (keyof Similarities)[];

/**
 * Compares two maps. MSSIM sees each scaled to [0, 1] by its own minimum and maximum. A constant map has no
 * scale and no ranks: against one, everything is undefined, also where both are constant.
 */
export function compareMaps(a: HeatMap, b: HeatMap): Similarities {
  requireSameSize(a, b);
  const unitA = toUnitRange(a);
  const unitB = toUnitRange(b);
  if (!unitA || !unitB) return undefinedSimilarities;
  const [ranksA, ranksB] = [rank(a.values), rank(b.values)];
  const correlation = spearman(ranksA, ranksB);
  return {
    mssim: meanSsim(unitA, unitB),
    mssim_gaussian: meanSsimGaussian(unitA, unitB),
    spearman: correlation?.tieCorrected ?? null,
    spearman_eq8: correlation?.eq8 ?? null,
    cosine: cosine(a, b),
    top_10_percent: topIntersection(ranksA, ranksB, topShare),
    hog: hogSimilarity(unitA, unitB),
  };
}

const undefinedSimilarities: Similarities = {
  mssim: null,
  mssim_gaussian: null,
  spearman: null,
  spearman_eq8: null,
  cosine: null,
  top_10_percent: null,
  hog: null,
};
