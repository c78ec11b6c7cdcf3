import { type Command, Option } from 'commander';
import { command, examples, type Action } from '../command.ts';
import { capacityOptions, configurationOptions, remoteOptions, selectionOptions } from '../options.ts';

/** Commands about what is to be made. */
export function buildCommands(root: Command, action: Action): void {
  capacityOptions(
    remoteOptions(selectionOptions(configurationOptions(command(root, 'run', 'run what is stale')))),
  )
    .argument('[stages...]', "stages or tasks, with what they need: score, 'attribute@epoch=50'")
    .option('--force', 'run the stages named (or all) even if they are up to date')
    .option('--keep-going', 'after a failure, go on with what does not depend on it')
    .option('--strict', 'a module that reads a file it does not declare has failed')
    .option('--on <site>', 'carry tasks out on a cluster: slurm, or a name of `sites`')
    .option('--detach', 'with --on: submit what can be, and leave the jobs to themselves')
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
        ['pipe run --on slurm', 'each task in a job of a cluster'],
        ['pipe run --watch', 'run again whenever a file changes'],
      ]),
    )
    .action(action(async () => (await import('../commands/run.ts')).run));

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
    .action(action(async () => (await import('../commands/status.ts')).status));

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
    .action(action(async () => (await import('../commands/why.ts')).why));

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
    .action(action(async () => (await import('../commands/dag.ts')).dag));
}
