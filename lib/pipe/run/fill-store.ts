import type { Graph, Task } from '../graph/graph.ts';
import type { OutputDigests } from '../plan/record.ts';
import { ActionCache } from '../store/actions.ts';
import { ifPossible } from '../store/atomic.ts';
import { blobPath, layoutOf } from '../store/layout.ts';
import { isNoted, noteFilled } from '../store/users.ts';
import type { Engine } from './engine.ts';
import type { Survey } from './survey.ts';

/**
 * Gives a shared store, which the project uses for the first time, what was built before: the outputs of tasks that
 * are up to date, out of the project's own store or `artifacts/`. A task of which not all is there stays as it is.
 */
export function fillStore(engine: Engine, graph: Graph, survey: Survey, host: string): void {
  if (isNoted(engine.layout, host)) return;
  const before = new ActionCache(layoutOf(engine.layout.project));
  for (const [index, planned] of survey.plans) {
    if (planned.outputs === null || planned.plan.state !== 'fresh') continue;
    const { fingerprint, outputs } = planned;
    if (engine.actions.find(fingerprint) !== null) continue;
    // A store that is full or read-only only saves less.
    ifPossible(() => {
      if (!giveOutputs(engine, survey, graph.tasks[index]!, outputs)) return;
      const ms = before.find(fingerprint)?.ms ?? 0;
      engine.actions.record(fingerprint, { outputs, ms }, false);
    });
  }
  if (survey.plans.size === graph.tasks.length) noteFilled(engine.layout, host);
}

function giveOutputs(engine: Engine, survey: Survey, task: Task, outputs: OutputDigests): boolean {
  return task.outputs.every((output) => {
    const digest = outputs[output.name];
    if (digest === undefined) return false;
    if (engine.blobs.holds(output, digest)) return true;
    const own = blobPath(layoutOf(engine.layout.project), digest);
    if (!output.directory && engine.blobs.mend(digest, own)) return true;
    return survey.artifacts.mend(output, digest);
  });
}
