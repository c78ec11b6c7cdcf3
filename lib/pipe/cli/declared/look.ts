import { type Command, Option } from 'commander';
import { command, examples, type Action } from '../command.ts';
import { collected, configurationOptions, port, positiveInteger } from '../options.ts';

/** Commands about what was made, and where. */
export function lookCommands(root: Command, action: Action, version: string): void {
  configurationOptions(command(root, 'show', 'show what is in an artifact, and which task made it'))
    .argument('<artifact>', "a path, a task, or stage.output: 'train@epoch=5.model'")
    .addOption(
      new Option('--where <column=value>', 'of a table only rows that have this value; may be repeated')
        .argParser(collected)
        .default([], 'none'),
    )
    .option('--columns <names>', 'of a table only these columns, with commas between them')
    .addOption(
      new Option('--rows <n>', 'how many rows of a table or lines of a text').argParser(positiveInteger),
    )
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe show artifacts/data/train.arrow', 'columns, shapes, ranges, first rows'],
        ['pipe show data.train', 'the same, by its name in pipeline.yaml'],
        ['pipe show score', 'all that a stage makes'],
        ['pipe show table.parquet --rows 20', 'more of its first rows'],
        ['pipe show claims.table --where id=drift --columns statistic,value', 'rows of a table, every digit'],
      ]),
    )
    .action(action(async () => (await import('../commands/show.ts')).show));

  configurationOptions(
    command(root, 'diff', 'compare what was built in two revisions or locks: parameters, stages, metrics'),
  )
    .argument('[before]', 'a git revision, an experiment, a run of `pipe log`, or the path of a lock (HEAD)')
    .argument('[after]', 'another one (the lock as it lies here)')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe diff', 'since the last commit'],
        ['pipe diff main', 'against another branch'],
        ['pipe diff v1 v2', 'two revisions'],
        ['pipe diff workspace low', 'the project as it is and an experiment'],
        ['pipe diff pipe.lock pipe.paper.lock', 'two locks'],
      ]),
    )
    .action(action(async () => (await import('../commands/diff.ts')).diff));

  command(root, 'log', 'list past runs, or show one again')
    .argument('[run]', 'a run, or `last`')
    .option('--task <task>', 'print what this task wrote')
    .option('--follow', 'with --task: go on printing what it writes until it ends')
    .option('--json', 'print its events as JSON, one a line')
    .addHelpText(
      'after',
      examples([
        ['pipe log', 'the runs, newest first'],
        ['pipe log last', 'the last run'],
        ["pipe log last --task 'train@epoch=5'", 'what one task printed'],
        ["pipe log --task 'train@epoch=5' --follow", 'what it prints, as it comes'],
      ]),
    )
    .action(action(async () => (await import('../commands/log.ts')).log));

  command(root, 'ui', 'open a page that shows the pipeline, what runs, and past runs')
    .option('--port <n>', 'port of 127.0.0.1 to serve it on (the last one, or one that is free)', port)
    .option('--open', 'open it in the browser')
    .addHelpText(
      'after',
      examples([
        ['pipe ui', 'print the address of the page'],
        ['pipe ui --open', 'and open it'],
        ['pipe ui --port 8080', 'on a port of your choice'],
      ]),
    )
    .action(action(async () => (await import('../commands/ui.ts')).ui));

  configurationOptions(
    command(
      root,
      'publish',
      'write what is opened to see the results, with a record of how it was made in it',
    ),
  )
    .argument('[tasks...]', 'stages or tasks that have such a page (all)')
    .option('--out <folder>', 'where to (published/)')
    .addHelpText(
      'after',
      examples([
        ['pipe publish', 'published/report/index.html, with times and fingerprints of all that is behind it'],
        ['pipe publish report --out ~/site', 'into another folder'],
        ['pipe publish --profile paper', 'that of another profile'],
      ]),
    )
    .action(action(async () => (await import('../commands/publish.ts')).publish));

  configurationOptions(command(root, 'doctor', 'show what this machine has, what tasks use of it, and why'))
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe doctor', 'versions, processor, engines'],
        ['pipe doctor --set params.engine.device=webgpu', 'would that work here?'],
      ]),
    )
    .action(
      action(async () => {
        const { doctor } = await import('../commands/doctor.ts');
        return (context, options: Parameters<typeof doctor>[2]) => doctor(context, version, options);
      }),
    );
}
