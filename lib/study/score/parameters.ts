import { z } from 'zod';
import { reductions } from '../similarity/reduce.ts';

/** `score` in `pipeline.yaml`: how a map becomes one value per pixel before it is compared. */
export const scoreParams = z.strictObject({
  /** How the channels of a pixel become one value. */
  reduction: z.enum(reductions).default('max-abs'),
  /** Whether its sign is kept. */
  signed: z.boolean().default(false),
});

export type ScoreParams = z.output<typeof scoreParams>;
