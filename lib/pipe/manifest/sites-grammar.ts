import * as z from 'zod';

const site = z.strictObject({
  engine: z.enum(['slurm', 'command']).optional().describe('What takes jobs there.'),
  submit: z.string().optional().describe('With `engine: command`: shell text that submits a job.'),
  status: z.string().optional().describe('With `engine: command`: shell text that prints how jobs stand.'),
  cancel: z.string().optional().describe('With `engine: command`: shell text that ends jobs.'),
  partition: z.string().optional().describe('The partition that jobs go to.'),
  account: z.string().optional().describe('The account that they are charged to.'),
  options: z.array(z.string()).optional().describe('Further options of `sbatch`.'),
  jobs: z.int().min(1).optional().describe('How many jobs of one submission run at the same time, at most.'),
  memory: z.string().optional().describe('Memory for tasks whose stage names none.'),
  time: z.string().optional().describe('Time for tasks whose stage names none.'),
  longest: z.string().optional().describe('Time that a job for all of a chain may be asked for.'),
  setup: z.string().optional().describe('Shell lines before the program starts on a node.'),
  project: z
    .string()
    .optional()
    .describe(
      'Where nodes share no files with this machine: the directory there with the project’s packages.',
    ),
  node: z.string().optional().describe('The program Node.js on the nodes.'),
  patience: z.string().optional().describe('How late a file that one machine wrote may be seen on another.'),
});

/** What `sites` of `pipeline.yaml`, or of a user's own file, may hold. */
export const sitesGrammar = z
  .record(z.string(), site)
  .describe('Name → a cluster on which `pipe run --on NAME` has tasks carried out.');

type RawSite = z.output<typeof site>;

/** As it is written, with sizes and times as numbers: bytes, seconds. */
export interface SiteDeclaration extends Omit<RawSite, 'memory' | 'time' | 'longest' | 'patience'> {
  readonly memory?: number;
  readonly time?: number;
  readonly longest?: number;
  readonly patience?: number;
}

export type SiteDeclarations = Readonly<Record<string, SiteDeclaration>>;
export type RawSites = z.output<typeof sitesGrammar>;
