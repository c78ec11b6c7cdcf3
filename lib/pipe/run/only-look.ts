import type { Failure } from '../plan/outcome.ts';
import { openLock } from '../store/lock.ts';
import { thisProcess } from '../store/process-identity.ts';
import { nothingDone, type RunRequest } from './conduct.ts';
import type { EventBody } from './event.ts';
import { forecast } from './forecast.ts';
import type { RunSummary } from './project.ts';
import { runName } from './run-log.ts';
import { survey } from './survey.ts';

/**
 * A run of a project that cannot be written to: fine where nothing is to do. Otherwise nothing was done, for the reason
 * that it could not be taken.
 */
export async function onlyLook(
  { engine, manifest, graph, options, startedAt }: RunRequest,
  unsaved: Extract<Failure, { reason: 'store-failed' }>,
): Promise<RunSummary> {
  const { selection, force, signal, jobs, listener } = options;
  const lock = openLock(engine.layout.project, manifest.profile, manifest.experiment);
  const found = await survey(engine, { manifest, graph, lock, selection, force, signal });
  const { stageIssues, inputIssues } = found;
  if (stageIssues.length > 0 || inputIssues.length > 0) return { type: 'refused', stageIssues, inputIssues };
  const none = nothingDone(engine.layout, startedAt);
  const fresh = [...found.plans.values()].filter(({ plan }) => plan.state === 'fresh').length;
  if (fresh < selection.size) return { ...none, unsaved };
  const run = runName(startedAt);
  const emit = (body: EventBody) => {
    listener({ at: Date.now(), ...body });
  };
  emit({
    type: 'run-started',
    run,
    profile: manifest.profile,
    tasks: selection.size,
    fresh,
    jobs,
    stages: forecast(graph, found.plans),
    host: thisProcess().host,
    ...(options.origin && { origin: await options.origin }),
  });
  const { ran, restored, failed, skipped, stopped, ms } = none;
  emit({ type: 'run-finished', ran, restored, fresh, failed, skipped, stopped, ms });
  return { ...none, fresh };
}
