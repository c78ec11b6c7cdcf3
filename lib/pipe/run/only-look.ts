import type { Failure } from '../plan/outcome.ts';
import { openLock } from '../store/lock.ts';
import { nothingDone, type RunRequest } from './conduct.ts';
import type { EventBody } from './event.ts';
import { runStarted } from './forecast.ts';
import type { RunSummary } from './project.ts';
import { runName } from './run-log.ts';
import { survey } from './survey.ts';

/**
 * A run of a project that cannot be written to: fine where nothing is to do. Otherwise nothing was done, for the reason
 * that it could not be taken.
 */
export async function onlyLook(
  request: RunRequest,
  unsaved: Extract<Failure, { reason: 'store-failed' }>,
): Promise<RunSummary> {
  const { engine, manifest, graph, options, startedAt } = request;
  const { selection, force, signal, listener } = options;
  const lock = openLock(engine.layout.project, manifest.profile, manifest.experiment);
  const found = await survey(engine, { manifest, graph, lock, selection, force, signal });
  const { stageIssues, inputIssues } = found;
  if (stageIssues.length > 0 || inputIssues.length > 0) return { type: 'refused', stageIssues, inputIssues };
  const none = nothingDone(engine.layout, startedAt);
  const started = await runStarted(runName(startedAt), request, found.plans);
  const { fresh } = started;
  if (fresh < selection.size) return { ...none, unsaved };
  const emit = (body: EventBody) => {
    listener({ at: Date.now(), ...body });
  };
  emit(started);
  const { ran, restored, failed, skipped, stopped, ms } = none;
  emit({ type: 'run-finished', ran, restored, fresh, failed, skipped, stopped, ms });
  return { ...none, fresh };
}
