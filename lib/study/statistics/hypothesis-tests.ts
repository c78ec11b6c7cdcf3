import { tShare } from './distributions.ts';
import type { Estimate } from './estimate.ts';

/**
 * p of the hypothesis that a statistic lies at `bound` or above, against below: Student's one-sided test. With an error
 * of 0 there is nothing to be tested: 0 where the value lies below, else 1.
 */
export function pBelow({ value, error, degrees }: Estimate, bound: number): number | null {
  if (error === null) return null;
  if (error === 0) return value < bound ? 0 : 1;
  return tShare((value - bound) / error, degrees);
}

/** The same of the hypothesis that it lies at `bound` or below. */
export function pAbove(found: Estimate, bound: number): number | null {
  return pBelow({ ...found, value: -found.value }, -bound);
}

/**
 * p of the hypothesis that a statistic lies `margin` or more away from 0: two one-sided tests, the greater p of both
 * (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15). Small where there is no difference that matters.
 */
export function pWithin(found: Estimate, margin: number): number | null {
  const [below, above] = [pBelow(found, margin), pAbove(found, -margin)];
  return below === null || above === null ? null : Math.max(below, above);
}

/**
 * Holm's step-down correction: p values of several hypotheses, such that to reject those at or below a level rejects a
 * true one, of all of them, with no more than that probability (Holm 1979, Scand. J. Stat. 6). In the order given.
 */
export function holm(ps: readonly number[]): readonly number[] {
  const order = ps.map((_, at) => at).sort((a, b) => ps[a]! - ps[b]!);
  const corrected = new Array<number>(ps.length);
  let greatest = 0;
  order.forEach((at, rank) => {
    greatest = Math.max(greatest, Math.min(1, (ps.length - rank) * ps[at]!));
    corrected[at] = greatest;
  });
  return corrected;
}
