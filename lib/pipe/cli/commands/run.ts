import { EXIT, mistake, type Context } from '../context.ts';
import { nothingToDo } from '../nothing-to-do.ts';
import type { RunCommandOptions } from './report-run.ts';

/** `pipe run`. */
export async function run(
  context: Context,
  patterns: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  if (options.watch === true) {
    if (options.dryRun === true) return mistake(context, '--dry-run and --watch do not go together');
    if (options.on !== undefined) return mistake(context, '--on and --watch do not go together');
    if (options.as !== undefined) return mistake(context, '--as and --watch do not go together');
    return (await import('./watch.ts')).watch(context, patterns, options);
  }
  if (options.dryRun === true) return (await import('./status.ts')).status(context, patterns, options);
  if (options.force !== true && options.as === undefined && (await nothingToDo(context, patterns, options)))
    return EXIT.ok;
  return (await import('./bring-up-to-date.ts')).bringUpToDate(context, patterns, options);
}
