import { cosine } from './cosine.ts';
import { type HeatMap, toUnitRange } from './heat-map.ts';
import { hogSimilarity } from './hog.ts';
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
  const unitA = toUnitRange(a);
  const unitB = toUnitRange(b);
  const ranks = spearman(a, b);
  const comparable = unitA && unitB;
  return {
    mssim: comparable ? meanSsim(unitA, unitB) : null,
    mssim_gaussian: comparable ? meanSsimGaussian(unitA, unitB) : null,
    spearman: ranks?.tieCorrected ?? null,
    spearman_eq8: ranks?.eq8 ?? null,
    cosine: comparable ? cosine(a, b) : null,
    top_10_percent: topIntersection(a, b, topShare),
    hog: hogSimilarity(a, b),
  };
}
