import { z } from 'zod';

/** `claims` in `pipeline.yaml`: where the lines are drawn. */
export const claimsParams = z.strictObject({
  /** A similarity below this is drift (the paper's 0.4). */
  drifted: z.number().default(0.4),
  /** A rank correlation below this is no relation (the paper's 0.1). */
  unrelated: z.number().default(0.1),
  /** Groups whose mean similarities differ by less do not differ clearly. */
  margin: z.number().positive().default(0.1),
  /** A curve of p_c (or entropy, in nats) that swings by less does not oscillate. */
  calm: z.number().positive().default(0.05),
  resamples: z.int().positive().default(1000),
  /** Of the intervals. */
  level: z.number().gt(0).lt(1).default(0.95),
});

export type ClaimsParams = z.output<typeof claimsParams>;
