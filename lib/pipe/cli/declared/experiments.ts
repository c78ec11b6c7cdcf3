import { Argument, Option, type Command } from 'commander';
import { command, examples, type Action } from '../command.ts';
import { ACTIONS } from '../experiment-actions.ts';
import {
  builtOptions,
  capacityOptions,
  collected,
  remoteOptions,
  formatOptions,
  listOf,
  positiveInteger,
  valueOptions,
} from '../options.ts';

/** Commands about what comes out, and about trying other values. */
export function experimentCommands(root: Command, action: Action): void {
  capacityOptions(
    remoteOptions(valueOptions(command(root, 'sweep', 'run an experiment for every combination of values'))),
    'CPU threads that tasks of all experiments may hold together',
  )
    .argument('[stages...]', 'stages or tasks, with what they need (all)')
    .addOption(
      new Option(
        '--grid <parameter=values>',
        'values to try: 0.1,0.05 or 0..4 or 0..1..0.25; may be repeated',
      )
        .argParser(collected)
        .default([], 'none'),
    )
    .option(
      '--random <n>',
      'so many combinations, drawn at random, each with every seed; then also uniform(a,b), loguniform(a,b), randint(a,b)',
      positiveInteger,
    )
    .addOption(
      new Option('--seed <n>', 'with --random: other numbers draw others').argParser(Number).default(0, '0'),
    )
    .option('--name <name>', 'what the names of the experiments begin with')
    .option('--dry-run', 'list the experiments, and run nothing')
    .option('--json', 'print events as JSON, one a line, each with its experiment')
    .addHelpText(
      'after',
      examples([
        ['pipe sweep --grid learningRate=0.1,0.05 --grid seed=0..4', 'ten experiments'],
        ['pipe sweep --grid train.width=8,16 --name width', 'named width@width=8, width@width=16'],
        ["pipe sweep --random 20 --grid 'learningRate=loguniform(1e-4,1e-1)'", 'twenty drawn at random'],
        ['pipe table', 'compares them'],
      ]),
    )
    .action(action(async () => (await import('../commands/sweep.ts')).sweep));

  formatOptions(builtOptions(command(root, 'metrics', 'show the metrics that stages declare, task by task')))
    .argument('[stages...]', "stages or tasks: train, 'train@seed=1'")
    .addHelpText(
      'after',
      examples([
        ['pipe metrics', 'a table for each stage that declares `metrics`'],
        ['pipe metrics train --csv > train.csv', 'one line for each number'],
        ['pipe metrics --run last', 'as the last run left them'],
        ['pipe metrics --markdown', 'for a page or a pull request'],
      ]),
    )
    .action(action(async () => (await import('../commands/metrics.ts')).metrics));

  formatOptions(
    valueOptions(command(root, 'table', 'compare experiments: parameters that differ, and metrics')),
  )
    .argument('[experiments...]', "experiments: lr-0.05, 'width@*' (all); also runs of `pipe log`")
    .option('--sort <column>', 'by a metric or a parameter, the least first')
    .option('--desc', 'with --sort: the greatest first')
    .option('--baseline <experiment>', 'also show changes from this one, or from `workspace`')
    .option('--metrics <names>', 'just these, between commas; `a*` is all that begin so', listOf)
    .option('--over <names>', 'parameters and axes over which means are taken (seed,seeds)', listOf)
    .addHelpText(
      'after',
      examples([
        ['pipe table --sort accuracy --desc', 'mean ± standard deviation over seeds, the best first'],
        ["pipe table 'width@*' --baseline workspace", 'some of them, beside the project as it is'],
        ['pipe table --csv > table.csv', 'for pandas, R or a spreadsheet'],
      ]),
    )
    .action(action(async () => (await import('../commands/table.ts')).table));

  command(root, 'experiment', 'list experiments, apply, remove, rename or export them')
    .addArgument(new Argument('<action>', 'what to do').choices(ACTIONS))
    .argument('[experiments...]', 'which; with rename a new name, with export a directory')
    .option('--json', 'with list: print it as JSON')
    .addHelpText(
      'after',
      examples([
        ['pipe experiment list', 'names, values, how they ended'],
        ['pipe experiment apply lr-0.05', 'its values in pipeline.yaml, its artifacts and its lock'],
        ["pipe experiment remove 'width@*'", '`pipe gc` then frees what nothing else needs'],
        ['pipe experiment rename lr-0.05 best', 'another name'],
        ['pipe experiment export best /tmp/best', 'lock, numbers and outputs, to hand on'],
      ]),
    )
    .action(action(async () => (await import('../commands/experiment.ts')).experiment));
}
