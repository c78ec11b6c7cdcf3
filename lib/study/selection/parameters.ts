import { z } from 'zod';

/** `select` in `pipeline.yaml`. */
export const selectParams = z.strictObject({
  /** Images per class in group A, and in group B. */
  clear: z.int().min(0).default(5),
  /** Images per class in group C from the end of list A, and as many from the end of list B. */
  borderline: z.int().min(0).default(3),
  /** Also pick images whose label is not what was drawn. The net may be right about them. */
  mislabelled: z.boolean().default(false),
});
