import { z } from 'zod';

/** `plot` in `pipeline.yaml`. */
export const plotParams = z.strictObject({
  /** Of every axis of epochs. */
  epochAxis: z.enum(['log', 'linear']).default('log'),
  /** Images of each class and group, by rank, that get a sheet of heat maps of their own. */
  sheets: z.int().nonnegative().default(1),
});
