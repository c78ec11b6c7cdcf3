import { z } from 'zod';

/** `train.keep` in `pipeline.yaml`: of which epochs the weights are kept. */
export const keepParams = z.strictObject({
  /** Every epoch up to this one; null: every epoch there is. */
  until: z.int().min(0).nullable().default(null),
  /** Beyond it, places that lie this many times further on, each from the one before. */
  growth: z.number().gt(1).default(1.25),
  /** At each of these places, the epochs this far behind it. */
  distances: z.array(z.int().min(0)).min(1).default([0, 1, 2, 4, 8]),
});

export type KeepParams = z.output<typeof keepParams>;

/**
 * Whether the rule keeps an epoch, counted from 1: all of them, or all up to one and then a few that lie side
 * by side at places ever further apart, so that their number grows with the logarithm of the length.
 */
export function isKept(epoch: number, { until, growth, distances }: KeepParams): boolean {
  if (until === null || epoch <= until) return true;
  let place = Math.max(1, until);
  while (place <= epoch) {
    if (distances.some((distance) => place + distance === epoch)) return true;
    place = Math.max(place + 1, Math.round(place * growth));
  }
  return false;
}
