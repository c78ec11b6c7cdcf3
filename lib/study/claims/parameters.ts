import { z } from 'zod';
import { ruleParams } from './rule.ts';

/** The statistic that decides a claim, and what it has to show. */
const primaryParams = z.strictObject({ statistic: z.string(), ...ruleParams.shape });

/** `claims` in `pipeline.yaml`: what decides each claim, written down before it is tested, and where the lines are. */
export const claimsParams = z.strictObject({
  /** By claim: one statistic decides it; a claim without one is not decided. */
  primary: z.record(z.string(), primaryParams).default({}),
  /** The runs that decide, by axis, where it has several values: `{ augment: true }`. */
  runs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** A similarity below this is drift (the paper's 0.4). */
  drifted: z.number().default(0.4),
  /** A rank correlation below this is no relation (the paper's 0.1). */
  unrelated: z.number().default(0.1),
  /** Groups whose mean similarities differ by less do not differ clearly. */
  margin: z.number().positive().default(0.1),
  /** A curve whose deviation is less does not oscillate; entropy is in nats, the margin in logits. */
  calm: z
    .strictObject({
      probability: z.number().positive().default(0.05),
      entropy: z.number().positive().default(0.1),
      margin: z.number().positive().default(1),
    })
    .prefault({}),
  /** Of the intervals; 1 less it is the probability of a wrong verdict, half of it on each side. */
  level: z.number().gt(0).lt(1).default(0.95),
  /** With which a difference is to be seen, where it is said how many seeds would see it. */
  power: z.number().gt(0).lt(1).default(0.8),
  /** Of the bootstrap that the sensitivity table sets beside the t intervals. */
  resamples: z.int().positive().default(1000),
});

export type ClaimsParams = z.output<typeof claimsParams>;
