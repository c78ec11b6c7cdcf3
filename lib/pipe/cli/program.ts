import { Argument, Command, Option } from 'commander';
import { statSync } from 'node:fs';
import { contextOf, mistake, type Context } from './context.ts';
import {
  age,
  capacityOptions,
  collected,
  configurationOptions,
  port,
  selectionOptions,
  share,
  size,
} from './options.ts';
import { command, examples, type Action } from './command.ts';
import { experimentCommands } from './experiment-commands.ts';
import { SHELLS } from './shells.ts';
import { templates } from './template-names.ts';

/** Hands the exit status of the command that ran to `finish`. Each command is loaded when it is called. */
export function program(version: string, finish: (status: number) => void): Command {
  const root = new Command('pipe')
    .description('Runs what is stale in a pipeline of stages, and only that.')
    .version(version, '--version', 'print the version')
    .option('-C <directory>', 'start looking for pipeline.yaml in this directory')
    .option('--no-color', 'no colours (also: NO_COLOR=1; FORCE_COLOR=1 for the opposite)')
    .helpOption('-h, --help', 'show help for pipe or one of its commands')
    .helpCommand('help [command]', 'show help for pipe or one of its commands')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText(
      'after',
      examples([
        ['pipe run', 'run all that is stale'],
        ['pipe status', 'say what would run, and why'],
        ["pipe why 'train@seed=1,epoch=5'", 'explain one task'],
      ]),
    );

  const action: Action =
    <A extends unknown[]>(load: () => Promise<(context: Context, ...args: A) => Promise<number>>) =>
    async (...args: [...A, Command]): Promise<void> => {
      const { C: directory, color } = root.opts<{ C?: string; color: boolean }>();
      const context = contextOf(directory ?? process.cwd(), !color);
      const there = directory === undefined ? undefined : statSync(directory, { throwIfNoEntry: false });
      if (directory !== undefined && there?.isDirectory() !== true) {
        const message =
          there === undefined ? `there is no directory ${directory}` : `${directory} is no directory`;
        finish(mistake(context, message));
        return;
      }
      const act = await load();
      finish(await act(context, ...(args.slice(0, -1) as A)));
    };

  capacityOptions(selectionOptions(configurationOptions(command(root, 'run', 'run what is stale'))))
    .argument('[stages...]', "stages or tasks, with what they need: score, 'attribute@epoch=50'")
    .option('--force', 'run the stages named (or all) even if they are up to date')
    .option('--keep-going', 'after a failure, go on with what does not depend on it')
    .option('--strict', 'a module that reads a file it does not declare has failed')
    .option('--no-remote', 'neither take results from the remote cache nor give it any')
    .option('--remote-write', 'give results to the remote cache, though nothing else says so')
    .option('--dry-run', 'say what would run, and run nothing')
    .option('--watch', 'keep running what becomes stale, until interrupted')
    .option('--verbose', 'print what tasks print, each line after the name of its task')
    .option('--json', 'print events as JSON, one a line')
    .addHelpText(
      'after',
      examples([
        ['pipe run', 'run all that is stale'],
        ['pipe run score --force', 'score again, though nothing changed'],
        ["pipe run 'attribute@epoch=50' --only", 'one task, as things stand'],
        ['pipe run --set params.train.epochs=5', 'with another value, this once'],
        ['pipe run --as lr-0.05 --set train.learningRate=0.05', 'as an experiment, beside what is there'],
        ['pipe run --watch', 'run again whenever a file changes'],
      ]),
    )
    .action(action(async () => (await import('./commands/run.ts')).run));

  capacityOptions(
    selectionOptions(configurationOptions(command(root, 'status', 'say what would run, and why'))),
    null,
  )
    .argument('[stages...]', 'stages or tasks, with what they need')
    .option('--tasks', 'list every task')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe status', 'a line per stage'],
        ['pipe status plot --tasks', 'every task that plot needs'],
        ['pipe status --set params.plot.epochAxis=linear', 'what a change would cost'],
      ]),
    )
    .action(action(async () => (await import('./commands/status.ts')).status));

  configurationOptions(command(root, 'why', 'explain why tasks ran, and why they will or will not run'))
    .argument('<tasks...>', "stages or tasks: train, 'train@epoch=5'")
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe why plot', 'the last run of plot, and the next'],
        ["pipe why 'train@seed=1,epoch=5'", 'one task of many'],
      ]),
    )
    .action(action(async () => (await import('./commands/why.ts')).why));

  configurationOptions(command(root, 'dag', 'draw the graph of stages'))
    .addOption(
      new Option('--format <format>', 'how to draw it')
        .choices(['text', 'mermaid', 'dot', 'json'])
        .default('text'),
    )
    .option('--tasks', 'draw every task instead of a box per stage')
    .addHelpText(
      'after',
      examples([
        ['pipe dag', 'draw it here'],
        ['pipe dag --format dot | dot -Tsvg -o dag.svg', 'draw it with Graphviz'],
        ['pipe dag --format mermaid', 'for a Markdown page'],
      ]),
    )
    .action(action(async () => (await import('./commands/dag.ts')).dag));

  configurationOptions(command(root, 'show', 'show what is in an artifact, and which task made it'))
    .argument('<artifact>', "a path, a task, or stage.output: 'train@epoch=5.model'")
    .addOption(
      new Option('--where <column=value>', 'of a table only rows that have this value; may be repeated')
        .argParser(collected)
        .default([], 'none'),
    )
    .option('--columns <names>', 'of a table only these columns, with commas between them')
    .addHelpText(
      'after',
      examples([
        ['pipe show artifacts/data/train.arrow', 'columns, shapes, ranges, first rows'],
        ['pipe show data.train', 'the same, by its name in pipeline.yaml'],
        ['pipe show score', 'all that a stage makes'],
        ['pipe show claims.table --where id=drift --columns statistic,value', 'rows of a table, every digit'],
      ]),
    )
    .action(action(async () => (await import('./commands/show.ts')).show));

  configurationOptions(
    command(root, 'diff', 'compare what was built in two revisions or locks: parameters, stages, metrics'),
  )
    .argument('[before]', 'a git revision, a run of `pipe log`, or the path of a lock (HEAD)')
    .argument('[after]', 'another one (the lock as it lies here)')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe diff', 'since the last commit'],
        ['pipe diff main', 'against another branch'],
        ['pipe diff v1 v2', 'two revisions'],
        ['pipe diff pipe.lock pipe.paper.lock', 'two locks'],
      ]),
    )
    .action(action(async () => (await import('./commands/diff.ts')).diff));

  experimentCommands(root, action);

  command(root, 'log', 'list past runs, or show one again')
    .argument('[run]', 'a run, or `last`')
    .option('--task <task>', 'print what this task wrote')
    .option('--json', 'print its events as JSON, one a line')
    .addHelpText(
      'after',
      examples([
        ['pipe log', 'the runs, newest first'],
        ['pipe log last', 'the last run'],
        ["pipe log last --task 'train@epoch=5'", 'what one task printed'],
      ]),
    )
    .action(action(async () => (await import('./commands/log.ts')).log));

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
    .action(action(async () => (await import('./commands/ui.ts')).ui));

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
        const { doctor } = await import('./commands/doctor.ts');
        return (context, options: Parameters<typeof doctor>[2]) => doctor(context, version, options);
      }),
    );

  configurationOptions(
    command(root, 'restore', 'bring back the artifacts of a lock from the store or the remote cache'),
  )
    .argument('[revision]', 'a git revision (the lock as it lies here)')
    .option('--no-remote', 'from the store only')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe restore', 'what pipe.lock says, after a checkout or when artifacts/ was removed'],
        ['pipe restore HEAD~3', 'as it was three commits ago; pipe.lock then says so'],
        ['pipe restore --profile paper', 'those of another profile'],
      ]),
    )
    .action(action(async () => (await import('./commands/restore.ts')).restore));

  configurationOptions(command(root, 'pull', 'bring outputs that the lock names from the remote cache'))
    .argument('[tasks...]', "stages or tasks (all): train, 'train@epoch=5'")
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe pull', 'all that pipe.lock names and is not here'],
        ['pipe pull train', 'the outputs of one stage'],
      ]),
    )
    .action(action(async () => (await import('./commands/pull.ts')).pull));

  configurationOptions(command(root, 'push', 'give the remote cache what was computed here'))
    .argument('[tasks...]', "stages or tasks (all): train, 'train@epoch=5'")
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe push', 'all that pipe.lock names, was computed here and is not there'],
        ['pipe push train', 'the results of one stage'],
      ]),
    )
    .action(action(async () => (await import('./commands/push.ts')).push));

  command(root, 'gc', 'free what no lock needs, the longest unused first')
    .option('--max-size <size>', 'only until the store has this much at most: 500MB, 2GB', size)
    .option('--max-age <age>', 'only what was last of use longer ago: 12h, 30d', age)
    .option(
      '--remote',
      'of the remote cache: what was written longer ago, or first, and blobs that nothing names',
    )
    .option('--dry-run', 'say what would be freed, and free nothing')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe gc --dry-run', 'what could go, and what it would take to make it again'],
        ['pipe gc', 'all results that no pipe.lock needs, and old run logs'],
        ['pipe gc --max-age 30d', 'those that were of no use for a month'],
        ['pipe gc --max-size 2GB', 'the longest unused, until 2 GB are left'],
        ['pipe gc --remote --max-age 90d', 'what was given to the remote cache three months ago'],
      ]),
    )
    .action(action(async () => (await import('./commands/gc.ts')).gc));

  capacityOptions(
    configurationOptions(
      command(root, 'verify', 'check every byte of the store, or that tasks give them again'),
    ),
    'with --rerun: CPU threads that tasks may hold together',
  )
    .argument('[tasks...]', "with --rerun: stages or tasks (all): train, 'train@epoch=5'")
    .option('--rerun', 'run tasks again, aside, and compare their bytes with those recorded')
    .option('--remote <share>', 'compute a share of what the remote cache has again: 1%', share)
    .option('--dry-run', 'only report: drop nothing that is damaged, put nothing back')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe verify', 'hash all blobs; drop what is damaged, put back what artifacts/ still has'],
        ['pipe verify --rerun', 'does every task give the same bytes again?'],
        ['pipe verify --remote 1%', 'a sample of the remote cache: every byte, and computed again'],
        ["pipe verify --rerun 'train@epoch=5'", 'one of them; for an Arrow file, which tensor differs'],
      ]),
    )
    .action(action(async () => (await import('./commands/verify.ts')).verify));

  command(root, 'init', 'write a small pipeline that runs')
    .argument('[directory]', 'where (here)')
    .addOption(
      new Option('--template <template>', 'what to begin with')
        .choices(Object.keys(templates))
        .default('commands'),
    )
    .addHelpText(
      'after',
      examples([
        ['pipe init words && cd words && pipe run', 'a first run'],
        ['pipe init --template typescript', 'stages in TypeScript, with types'],
        ['pipe init --template study', 'the study of over-training and heat maps'],
      ]),
    )
    .action(action(async () => (await import('./commands/init.ts')).init));

  command(root, 'schema', 'print the JSON Schema of pipeline.yaml, for editors')
    .addHelpText(
      'after',
      examples([['pipe schema > pipeline.schema.json', 'beside pipeline.yaml, whose first line names it']]),
    )
    .action(action(async () => (await import('./commands/schema.ts')).schema));

  command(root, 'completion', 'print what makes a shell complete commands, stages, tasks and parameters')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .addHelpText(
      'after',
      examples([
        ['pipe completion fish | source', 'in ~/.config/fish/config.fish'],
        ['source <(pipe completion bash)', 'in ~/.bashrc'],
        ['source <(pipe completion zsh)', 'in ~/.zshrc, after compinit'],
      ]),
    )
    .action(action(async () => (await import('./commands/completion.ts')).completion));

  root
    .command('complete [words...]', { hidden: true })
    .option('--line <line>')
    .option('--breaks <letters>')
    .action(
      action(async () => {
        const { complete } = await import('./commands/complete.ts');
        return (context, words: readonly string[], options: Parameters<typeof complete>[3]) =>
          complete(context, root, words, options);
      }),
    );

  return root;
}
