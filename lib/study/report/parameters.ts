import { z } from 'zod';

export const reportParams = z.strictObject({
  /** The page's heading. */
  question: z.string(),
  /** What `pipe` is called with to get this study, for the commands that the page shows: `--profile cifar10`. */
  options: z.string().default(''),
  /** The results of a questionnaire, if there are any: what `npm run survey -- analyse` wrote. */
  survey: z.string().nullable().default(null),
  /** Of all maps: as many fit into one page, and into files beside it. */
  megabytes: z.strictObject({ page: z.number().positive(), files: z.number().positive() }),
});
