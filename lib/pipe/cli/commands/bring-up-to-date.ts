import { openProject } from '../../run/session.ts';
import type { RunSummary } from '../../run/project.ts';
import { statedCapacity } from '../capacity.ts';
import { configure } from '../configuration.ts';
import { asExperiment } from '../experiment-run.ts';
import { EXIT, type Context } from '../context.ts';
import { interruption } from '../interrupt.ts';
import { questionOf } from '../nothing-to-do.ts';
import { chosenRemote } from '../remote.ts';
import { chosenSite } from '../site.ts';
import { reportRun, type RunCommandOptions } from './report-run.ts';
import { chosen } from '../selection.ts';

/** Looks at everything, and runs what is stale. */
export async function bringUpToDate(
  context: Context,
  patterns: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  const configured = configure(context, options, 'made');
  if (configured === null) return EXIT.mistake;
  const selected = chosen(context, configured, patterns, options);
  if (selected === null) return EXIT.mistake;
  const stated = statedCapacity(context, configured.manifest, options);
  if (stated === null) return EXIT.mistake;
  const chosenCache = chosenRemote(context, configured.directory, configured.manifest.remote, options);
  if (!chosenCache.ok) return EXIT.mistake;
  const place = chosenSite(context, configured.directory, configured.manifest, options, chosenCache.remote);
  if (!place.ok) return EXIT.mistake;
  const project = openProject(configured.directory);
  const interrupted = interruption(context, () => {
    project.kill();
  });
  try {
    const { warned, manifest } = configured;
    const known = !warned && manifest.experiment === null;
    const question = known ? questionOf(configured.asked, patterns, options) : undefined;
    const site = (await place.site?.(interrupted)) ?? null;
    const asked = { ...selected, question, stated, remote: chosenCache.remote, site };
    const run = () => reportRun(context, project, configured, asked, options, interrupted.signal);
    const summary = manifest.experiment === null ? await run() : await asExperiment(configured, run);
    return interrupted.status() ?? exitStatus(summary);
  } finally {
    await project.close();
    interrupted.dispose();
  }
}

/** What the program ends with. */
export function exitStatus(summary: RunSummary): number {
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
