import { openProject } from '../run/open.ts';
import type { RunSummary } from '../run/project.ts';
import { configure } from './configuration.ts';
import { EXIT, mistake, type Context } from './context.ts';
import { interruption } from './interrupt.ts';
import { runOnce, type RunCommandOptions } from './run-once.ts';
import { chosen } from './selection.ts';

/** `pipe run`. */
export async function run(
  context: Context,
  patterns: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  if (options.watch === true) {
    if (options.dryRun === true) return mistake(context, '--dry-run and --watch do not go together');
    return (await import('./watch.ts')).watch(context, patterns, options);
  }
  if (options.dryRun === true) return (await import('./status.ts')).status(context, patterns, options);
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const selected = chosen(context, configured, patterns, options);
  if (selected === null) return EXIT.mistake;
  const project = openProject(configured.directory);
  const interrupted = interruption(context, () => {
    project.kill();
  });
  try {
    const summary = await runOnce(context, project, configured, selected, options, interrupted.signal);
    return interrupted.status() ?? exitStatus(summary);
  } finally {
    await project.close();
    interrupted.dispose();
  }
}

function exitStatus(summary: RunSummary): number {
  switch (summary.type) {
    case 'refused':
    case 'locked':
      return EXIT.mistake;
    case 'finished':
      if (summary.stopped) return EXIT.interrupted;
      if (summary.unsaved !== null) return EXIT.failed;
      if (summary.failures.length === 0) return EXIT.ok;
      return summary.failures.every(({ failure }) => failure.reason === 'bad-input')
        ? EXIT.mistake
        : EXIT.failed;
  }
}
