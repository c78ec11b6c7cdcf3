// As a namespace, so that a bundle leaves out what is not used: zod brings its messages in sixty languages.
import * as z from 'zod';
import { remoteGrammar } from './remote-grammar.ts';
import { sitesGrammar } from './sites-grammar.ts';

z.config({ jitless: true });

/** A text that is one reference and nothing else; `{axis}` may stand in it. */
export const REFERENCE = /^\$\{(?:[^{}]|\{[^{}]*\})+\}$/;

const reference = z
  .string()
  .regex(REFERENCE, { abort: true })
  .meta({ description: 'The value of a parameter: `${path.to.parameter}`.' });

/**
 * In the file a text `${param}` may stand for any list, number, boolean or mapping. What the program works
 * with has every reference replaced, so the type does not mention it.
 */
function or<T extends z.ZodType>(schema: T): T {
  return z.union([schema, reference]) as unknown as T;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const named = z.record(z.string(), z.unknown());
const range = z.strictObject({
  from: or(z.number()).describe('The first number.'),
  to: or(z.number()).describe('The last, where a step leads to it.'),
  step: or(z.number()).optional().describe('What is added from one to the next.'),
  factor: or(z.number()).optional().describe('What each is multiplied with to give the next.'),
});
const found = z.strictObject({
  glob: z.string().describe('A pattern of files: `data/*.csv`. Each that is there is a value.'),
});
const values = or(z.union([z.array(z.union([scalar, named])), range, found]));
/** A value of each axis, or several. */
const combination = z.record(z.string(), or(z.union([scalar, z.array(scalar)])));
const matrix = z
  .object({
    include: or(z.array(combination))
      .optional()
      .describe(
        'Combinations beside the product of the axes, each a mapping axis → value or list of values.',
      ),
    exclude: or(z.array(combination))
      .optional()
      .describe('Combinations that are left out, each a mapping axis → value or list of values.'),
  })
  .catchall(
    values.describe(
      'Values of the axis: a list of texts, numbers, truth values or mappings; a range; or the files that match a pattern.',
    ),
  );
const condition = z.union([z.boolean(), combination]);
const input = z
  .union([
    z.string(),
    z.strictObject({
      from: z.string().describe('An output of another stage: `stage.output`.'),
      gather: or(z.array(z.string()))
        .optional()
        .describe('Axes of that stage to take whole: the input becomes a list of files, in axis order.'),
      at: or(z.record(z.string(), scalar))
        .optional()
        .describe('Axes of that stage to fix to one value: `{ epoch: 50 }`.'),
      file: z
        .string()
        .optional()
        .describe('One file of an output that is a directory, by its path in it; the others do not count.'),
    }),
    z.strictObject({
      path: or(z.string().nullable()).describe(
        'A file or directory of the project; null is no file. May hold `{axis}` and `${path.{axis}}`.',
      ),
      external: or(z.boolean()).optional().describe('The path may be absolute or lead out of the project.'),
    }),
    z.strictObject({
      glob: z.string().describe('Every file that matches: `notes/**/*.md`. May hold `{axis}`.'),
    }),
  ])
  .describe('`stage.output`, or a path, which has a slash (`./file` at the top of the project).');

const output = z.union([
  z.string(),
  z.strictObject({
    path: z.string().describe('Where it lies, as for an output that is written as a text.'),
    temp: or(z.boolean())
      .optional()
      .describe('Whether it goes once all that read it are done, and is made again when a task needs it.'),
  }),
]);

const amount = z.union([z.number().min(0), z.string()]);

const resources = z
  .object({
    threads: or(z.int().min(1)).optional().describe('CPU threads a task uses.'),
    gpu: or(z.number().min(0)).optional().describe('The share of one GPU that a task holds.'),
    gpus: or(z.int().min(0)).optional().describe('Whole GPUs that a task holds.'),
    memory: or(z.union([amount, z.array(amount).min(1)]))
      .optional()
      .describe('Memory a task needs: `4 GB`, `500 MiB`, or a number of bytes.'),
    time: or(z.union([amount, z.array(amount).min(1)]))
      .optional()
      .describe('On a cluster: how long a task may take: `30 min`, `2 h`, or a number of seconds.'),
  })
  .catchall(or(z.number().min(0)));

const scan = z.strictObject({
  axis: z.string().describe('The name of the axis.'),
  values: values.describe('Values of the axis, as in a `matrix`, in the order of the chain.'),
  carry: or(z.record(z.string(), z.string())).describe(
    'Input name → the output of the segment before that it holds; the first segment has none.',
  ),
});

const python = z
  .string()
  .describe('The Python interpreter: a path, a virtual environment, or a name on `PATH`.');

const code = z.strictObject({
  python: or(z.array(z.string()))
    .optional()
    .describe('Python files (or globs), each with all that it imports, without comments and docstrings.'),
  files: or(z.array(z.string())).optional().describe('Other files (or globs) of code, byte by byte.'),
});

/** How the rows of a table become one number. */
const ROWS = ['last', 'first', 'mean', 'min', 'max'] as const;

/** What stands under `metrics` and `plots`: names of outputs, or these with what is taken of them. */
function chosen<T extends z.ZodType>(options: T) {
  return or(z.union([z.array(z.string()), z.record(z.string(), options)]));
}

const names = or(z.array(z.string()));

const metric = z.strictObject({
  fields: names
    .optional()
    .describe('Columns, or dotted paths of JSON and YAML (with all that is below them), in their order.'),
  rows: or(z.enum(ROWS)).optional().describe('What stands for the rows of a table.'),
  by: names.optional().describe('Columns whose values tell rows apart: a metric for each of them.'),
});

const plot = z.strictObject({
  x: z.string().optional().describe('The column along the horizontal axis.'),
  y: names.optional().describe('The columns that are drawn as lines.'),
});

const stage = z
  .strictObject({
    title: z.string().optional().describe('One line that says what the stage does.'),
    use: z
      .string()
      .optional()
      .describe('A TypeScript or Python module of the project that declares a stage.'),
    cmd: z
      .string()
      .optional()
      .describe(
        'A shell command. `{inputs.x}`, `{outputs.x}`, `{params.a.b}` and `{axis}` are filled in, quoted; `{params}`, also `$PIPE_PARAMS`, is a JSON file with the declared parameters, `$PIPE_THREADS` how many threads it may use, `$PIPE_PROGRESS` a file to which it may write how far it is.',
      ),
    cwd: z.string().optional().describe('The directory that `cmd` runs in.'),
    shell: z
      .string()
      .optional()
      .describe(
        'The shell that runs `cmd`, by name or path, where it is not the one at the top of the file.',
      ),
    python: python.optional(),
    code: or(code)
      .optional()
      .describe(
        'Code that counts beside what `use` and `cmd` show: a change of its meaning runs tasks again.',
      ),
    params: or(z.union([z.array(z.union([z.string(), named])), named]))
      .optional()
      .describe(
        'The parameters the stage depends on: a list of paths and of mappings name → value or `${path}`, or one such mapping. In `${model.{model}}` the task’s value on the axis `model` is the key.',
      ),
    inputs: or(z.record(z.string(), input)).optional().describe('Name → what the stage reads.'),
    outputs: z
      .record(z.string(), output)
      .optional()
      .describe(
        'Name → what the stage writes: a file name, or a path below the artifacts directory with `{axis}` or `{axes}`; a slash at the end makes it a directory.',
      ),
    metrics: chosen(metric)
      .optional()
      .describe(
        'Outputs whose numbers `pipe metrics`, `pipe diff` and `pipe table` show: a list of names, or name → what is taken. A file in a directory is `name/path`.',
      ),
    plots: chosen(plot)
      .optional()
      .describe(
        'Outputs to be looked at, figures and tables: a list of names, or name → which columns. A file in a directory is `name/path`.',
      ),
    open: z
      .string()
      .optional()
      .describe('The output that is opened to see the results: `pipe run` ends by naming it, first of all.'),
    matrix: or(matrix).optional().describe('Axis → values: one task for every combination.'),
    when: or(z.union([condition, z.array(or(condition))]))
      .optional()
      .describe(
        'Which tasks of the stage there are: `true` or `false`, as a parameter says, or a mapping axis → value or list of values; of a list, all has to hold.',
      ),
    scan: or(scan).optional().describe('A chain of tasks, each continuing the one before.'),
    after: or(z.array(z.string()))
      .optional()
      .describe(
        'Stages that have to be up to date before, though nothing of theirs is read: order without data.',
      ),
    always: or(z.boolean()).optional().describe('Whether its tasks run in every run.'),
    resources: or(resources).optional().describe('What a task holds while it runs.'),
    env: or(z.array(z.string()))
      .optional()
      .describe('Environment variables that the stage may see; their values decide like parameters.'),
    passEnv: or(z.array(z.string()))
      .optional()
      .describe(
        'Further environment variables that the stage may see, whose values decide nothing: a token, a proxy.',
      ),
    timeout: or(z.number().positive()).optional().describe('Seconds after which a task is stopped.'),
    retries: or(z.int().min(0)).optional().describe('How many more times a failed task is tried.'),
  })
  .meta({ oneOf: [{ required: ['use'] }, { required: ['cmd'] }] });

/** The grammar of `pipeline.yaml`: what is checked, and what editors are told (`pipeline.schema.json`). */
export const grammar = z
  .strictObject({
    version: z.literal(1).describe('The version of this grammar: 1.'),
    params: z
      .union([named, z.string()])
      .optional()
      .describe('Parameters, which stages name to depend on; or the file that holds them.'),
    profiles: z
      .record(
        z.string(),
        z.strictObject({ params: named.optional().describe('Merged deeply over the parameters above.') }),
      )
      .optional()
      .describe('Named sets of parameters for `--profile`; `default` applies when none is asked for.'),
    include: z
      .array(
        z.union([
          z.string(),
          z.strictObject({
            file: z.string().describe('The file, relative to this one.'),
            prefix: z
              .string()
              .optional()
              .describe('What stands before the names of its stages, and what its parameters stand under.'),
          }),
        ]),
      )
      .optional()
      .describe(
        'Other pipeline files whose stages belong to this one: paths, or mappings `{ file: …, prefix: … }`.',
      ),
    python: python.optional(),
    doctor: z
      .string()
      .optional()
      .describe('A TypeScript module of the project that tells `pipe doctor` what it finds on a machine.'),
    shell: z.string().optional().describe('The shell of all commands, by name or path.'),
    resources: z
      .record(z.string(), z.number().min(0))
      .optional()
      .describe('Name → how many there are of something else that tasks share: licences, connections.'),
    passEnv: z.array(z.string()).optional().describe('`passEnv` of every stage, beside what each says.'),
    remote: remoteGrammar.optional(),
    sites: sitesGrammar.optional(),
    stages: z.record(z.string(), stage).describe('Name → stage.'),
  })
  .meta({ title: 'pipeline.yaml' });

export type RawManifest = z.output<typeof grammar>;
export type RawStage = RawManifest['stages'][string];
export type RawMatrix = NonNullable<RawStage['matrix']>;
export type RawValues = z.output<typeof values>;
export type RawOutput = z.output<typeof output>;
export type RawInput = NonNullable<RawStage['inputs']>[string];
