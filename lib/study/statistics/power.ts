import { noncentralTShare, normalQuantile, normalShare, overDeviations, tQuantile } from './distributions.ts';

/** What a test is to be able to do. */
export interface TestPlan {
  /** One-sided: 0.025 for intervals of 95 %. */
  readonly alpha: number;
  /** Probability to see what is there. */
  readonly power: number;
}

/**
 * Power of Student's one-sided test over `seeds` when the true value lies `difference` beyond the bound, in standard
 * deviations between seeds (Cohen 1988, §2; by the noncentral t distribution).
 */
export function power(seeds: number, difference: number, alpha: number): number {
  const degrees = seeds - 1;
  return 1 - noncentralTShare(tQuantile(1 - alpha, degrees), degrees, difference * Math.sqrt(seeds));
}

/**
 * Power of the two one-sided tests to show a true difference of 0 to lie within ± `margin`, in standard deviations
 * between seeds (Phillips 1990, J. Pharmacokinet. Biopharm. 18; exact, as Owen's Q functions are).
 */
export function equivalencePower(seeds: number, margin: number, alpha: number): number {
  const degrees = seeds - 1;
  const t = tQuantile(1 - alpha, degrees);
  return overDeviations(degrees, (deviation) => {
    const room = margin * Math.sqrt(seeds) - t * deviation;
    return room > 0 ? 2 * normalShare(room) - 1 : 0;
  });
}

/** Which power is meant: of a difference from a bound, or of there being none. */
export type PowerOf = typeof power;

/** Found so far: a study asks for the same few again and again. */
const found = new Map<string, number>();

/** The least difference (or margin) that is seen with the power planned for, in standard deviations between seeds. */
export function detectable(seeds: number, plan: TestPlan, of: PowerOf = power): number {
  const key = `${seeds} ${plan.alpha} ${plan.power} ${of.name}`;
  const known = found.get(key) ?? findDetectable(seeds, plan, of);
  found.set(key, known);
  return known;
}

function findDetectable(seeds: number, { alpha, power: wanted }: TestPlan, of: PowerOf): number {
  let [low, high] = [0, 1];
  while (of(seeds, high, alpha) < wanted) high *= 2;
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2;
    if (of(seeds, middle, alpha) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** Beyond this nobody trains. */
const MOST_SEEDS = 1000;

/** The fewest seeds, three at least, that would see a difference; null where a thousand would not. */
export function seedsFor(difference: number, plan: TestPlan, of: PowerOf = power): number | null {
  if (!(difference > 0)) return null;
  const enough = (seeds: number): boolean => of(seeds, difference, plan.alpha) >= plan.power;
  // What the normal distribution asks for lies a few seeds below: from there it is some steps, and each is an integral.
  const seen = of === equivalencePower ? (1 + plan.power) / 2 : plan.power;
  const normally = ((normalQuantile(1 - plan.alpha) + normalQuantile(seen)) / difference) ** 2;
  let seeds = Math.max(FEWEST_SEEDS, Math.min(MOST_SEEDS, Math.ceil(normally)));
  while (seeds > FEWEST_SEEDS && enough(seeds - 1)) seeds--;
  while (seeds <= MOST_SEEDS && !enough(seeds)) seeds++;
  return seeds > MOST_SEEDS ? null : seeds;
}

/** With fewer than these nothing is decided. */
export const FEWEST_SEEDS = 3;
