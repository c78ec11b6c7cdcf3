import { imageVariance } from './images.ts';
import { complete, type Statistic, type Unit, weighted } from './unit.ts';

/** A statistic with what is known of its error. */
export interface Estimate {
  readonly value: number;
  /** Standard error; null for fewer than two seeds, or three where pairs of seeds are compared. */
  readonly error: number | null;
  /** Degrees of freedom of the error. */
  readonly degrees: number;
  /** Seeds that stand behind it. */
  readonly seeds: number;
  /** Different images that stand behind it; 0 where it is not of images. */
  readonly images: number;
  /** The statistic without each seed in turn. */
  readonly without: readonly number[];
}

/**
 * A statistic over seeds with the standard error of Tukey's jackknife, seeds left out one by one (Miller 1974,
 * Biometrika 61, §2): √((n − 1) / n · Σ (without − mean of without)²), with n − 1 degrees of freedom.
 *
 * - For what each seed has one value of it is the standard error of the mean, and for a difference of what each seed
 *   has both sides of it is that of the paired differences.
 * - Pairs of seeds are dyads: two pairs with a seed in common are alike. Leaving a seed out takes all of its pairs
 *   away, as for any U-statistic (Arvesen 1969, Ann. Math. Statist. 40). What pairs have of their own is counted twice
 *   by that, and taken off, with a degree of freedom: see `pairsTwice`. Three seeds do not tell the two apart, and err on the wide side.
 * - Where seeds share images, seeds × images are crossed, and the variance that the images bring is added: see
 *   `imageVariance`; by n / (n − 1), since to share images makes seeds alike, and their spread too small by as much.
 *   Degrees of freedom are Satterthwaite's (1946).
 *
 * Null where the statistic is undefined.
 */
export function estimate(all: readonly Unit[], statistic: Statistic): Estimate | null {
  const { units, seeds } = complete(all, statistic);
  const value = seeds.length > 0 ? weighted(units, statistic, () => 1) : null;
  if (value === null) return null;
  const images = new Set(units.flatMap(({ values }) => values.map(({ image }) => image)));
  images.delete(NO_IMAGE);
  const known = { value, seeds: seeds.length, images: images.size };
  const without = seeds.map((left) => weighted(units, statistic, (seed) => (seed === left ? 0 : 1)));
  const defined = without.filter((one) => one !== null);
  if (seeds.length < 2 || defined.length < seeds.length)
    return { ...known, error: null, degrees: 0, without: [] };
  const inPairs = units.some((unit) => unit.seeds.length > 1);
  const leaveOut = (left: readonly number[]) =>
    weighted(units, statistic, (seed) => (left.includes(seed) ? 0 : 1));
  const twice = inPairs ? pairsTwice(seeds, value, defined, leaveOut) : 0;
  const ofSeeds = jackknifeVariance(defined) - twice;
  const degreesOfSeeds = seeds.length - (twice > 0 ? 2 : 1);
  const ofImages = Math.max(0, imageVariance(units, statistic, value)) / (1 - 1 / seeds.length);
  const variance = ofSeeds + ofImages;
  const degrees =
    ofImages > 0
      ? variance ** 2 / (ofSeeds ** 2 / degreesOfSeeds + ofImages ** 2 / Math.max(1, images.size - 1))
      : degreesOfSeeds;
  return { ...known, error: Math.sqrt(variance), degrees, without: defined };
}

/** The image of a value that is not of an image. */
export const NO_IMAGE = -1;

function jackknifeVariance(without: readonly number[]): number {
  const n = without.length;
  const mean = without.reduce((a, b) => a + b, 0) / n;
  const variance = ((n - 1) / n) * without.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  // Sums in another order differ in their last bits, which is no spread.
  return variance > (1e-13 * mean) ** 2 ? variance : 0;
}

/**
 * What the jackknife counts twice of statistics of pairs: the part of a pair that is neither of its seeds', by the
 * second differences Q = n θ − (n − 1) (θ₋ᵢ + θ₋ⱼ) + (n − 2) θ₋ᵢⱼ (Efron and Stein 1981, Ann. Statist. 9, §5), with the
 * factor that leaves no bias where a pair's value is a sum of its seeds' parts and its own. Never more than if there
 * were no part of the seeds. 0 for three seeds, as two left out leave no pair.
 */
function pairsTwice(
  seeds: readonly number[],
  value: number,
  without: readonly number[],
  leaveOut: (left: readonly number[]) => number | null,
): number {
  const n = seeds.length;
  if (n < 4) return 0;
  let squares = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const both = leaveOut([seeds[i]!, seeds[j]!]);
      if (both === null) return 0;
      squares += (n * value - (n - 1) * (without[i]! + without[j]!) + (n - 2) * both) ** 2;
    }
  const most = jackknifeVariance(without) * (1 - (n - 2) / (2 * (n - 1)));
  return Math.min(most, (squares * (n - 3)) / (n * (n - 1) * (n - 2)));
}
