import type { Revision } from '../run/event.ts';
import type { RunSummary } from '../run/project.ts';
import { openEngine } from '../run/session.ts';
import { readExperiment, writeExperiment, type ExperimentRecord } from '../store/experiments.ts';
import type { Configured } from './configuration.ts';
import { revisionOf } from './revision.ts';
import { version } from './version.ts';
import { keepTaskMetrics } from './view/kept-metrics.ts';

/** A run of an experiment, whose record says before what it is and after how it ended. */
export async function asExperiment(
  configured: Configured,
  run: () => Promise<RunSummary>,
): Promise<RunSummary> {
  const revision = await revisionOf(configured.directory);
  const record = beginExperiment(configured, { revision, laysOut: true });
  const summary = await run();
  await endExperiment(configured, record, summary);
  return summary;
}

/** `laysOut`: its outputs are to lie in its directory in the end, as they do if they did before. */
export function beginExperiment(
  { directory, manifest, set }: Configured,
  { revision, laysOut }: { readonly revision: Revision | null; readonly laysOut: boolean },
): ExperimentRecord {
  const before = readExperiment(directory, manifest.experiment!);
  const record: ExperimentRecord = {
    set,
    profile: manifest.profile,
    state: 'running',
    created: before?.created ?? new Date().toISOString(),
    params: manifest.params,
    revision,
    engine: version(),
    ms: null,
    laidOut: laysOut || before?.laidOut === true,
  };
  writeExperiment(directory, manifest.experiment!, record);
  return record;
}

export async function endExperiment(
  { directory, manifest, graph }: Configured,
  record: ExperimentRecord,
  summary: RunSummary,
): Promise<void> {
  const name = manifest.experiment!;
  const ms = summary.type === 'finished' ? summary.ms : null;
  writeExperiment(directory, name, { ...record, state: stateOf(summary), ms });
  await keepTaskMetrics(openEngine(directory), { manifest, graph }, name);
}

function stateOf(summary: RunSummary): ExperimentRecord['state'] {
  if (summary.type !== 'finished') return 'failed';
  if (summary.stopped) return 'stopped';
  return summary.failed > 0 || summary.unsaved !== null ? 'failed' : 'finished';
}
