import { selectTasks, type SelectOptions } from '../graph/select.ts';
import type { Selection } from '../run/project.ts';
import { printDiagnostics, type Configured } from './configuration.ts';
import { mistake, type Context } from './context.ts';
import type { SelectionOptions } from './options.ts';

export interface Chosen {
  readonly selection: Selection;
  /** What `--force` makes run: the tasks named, not what they need. */
  readonly force: Selection;
}

/** The tasks that the command line names; null after saying what is wrong with it. */
export function chosen(
  context: Context,
  configured: Configured,
  patterns: readonly string[],
  options: SelectionOptions & { readonly force?: true | undefined },
): Chosen | null {
  const { only, downstream, until, force } = options;
  if (only === true && patterns.length === 0) {
    mistake(context, '--only needs a stage or task to be named', "pipe run 'train@epoch=5' --only");
    return null;
  }
  if (downstream === true && patterns.length === 0) {
    mistake(context, '--downstream needs a stage or task to be named', 'pipe run select --downstream');
    return null;
  }
  const reach = { upstream: only !== true, downstream: downstream === true };
  const selection = matched(context, configured, patterns, reach);
  const bound =
    until === undefined ? null : matched(context, configured, [until], { upstream: true, downstream: false });
  if (selection === null || (until !== undefined && bound === null)) return null;
  const within = (tasks: Selection): Selection =>
    bound === null ? tasks : new Set([...tasks].filter((index) => bound.has(index)));
  const forced =
    force === true
      ? matched(context, configured, patterns, { upstream: false, downstream: false })!
      : new Set<number>();
  return { selection: within(selection), force: within(forced) };
}

function matched(
  context: Context,
  { graph, text }: Configured,
  patterns: readonly string[],
  options: SelectOptions,
): Selection | null {
  const selected = selectTasks(graph, patterns, options);
  if (selected.ok) return selected.tasks;
  printDiagnostics(context, selected.diagnostics, text);
  return null;
}
