import { Gate } from '../execute/gate.ts';
import { thisProcess } from '../store/process-identity.ts';
import { storeFailure } from './store-failure.ts';
import { conductRun, nothingDone } from './conduct.ts';
import type { Engine } from './engine.ts';
import { whileHeld, type NotHeld } from './hold.ts';
import type { ManyRuns, OneRun, RunSummary } from './project.ts';
import type { Shared } from './schedule-parts.ts';
import { capacityFor } from './unmet.ts';
import { WorkDirectories } from './work-directory.ts';

/** As many as can keep the bounds busy go on at once; one that fails stops no other. */
export async function runMany(
  engine: Engine,
  { runs, jobs, capacity, declared, ...waiter }: ManyRuns,
): Promise<{ readonly type: 'finished' } | NotHeld> {
  return await whileHeld(engine.layout.project, waiter, async () => {
    const work = new WorkDirectories(engine.layout, thisProcess());
    work.sweep();
    const gate = new Gate(capacityFor(engine, { resources: declared }, { ...capacity, jobs }));
    const shared: Shared = { gate, work, making: new Map(), surveyed: Promise.resolve() };
    const waiting = [...runs];
    const takeTurns = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (waiter.signal.aborted) return;
        const run = next();
        await run.ended(await conducted(engine, run, shared));
      }
    };
    try {
      // One more than can work: while its survey goes on, the others do.
      await Promise.all(Array.from({ length: Math.min(runs.length, jobs + 1) }, takeTurns));
    } finally {
      await work.closeAll();
    }
    return { type: 'finished' };
  });
}

async function conducted(
  engine: Engine,
  { manifest, graph, options }: OneRun,
  shared: Shared,
): Promise<RunSummary> {
  const startedAt = Date.now();
  const { signal } = options;
  try {
    return await conductRun({ engine, manifest, graph, options, startedAt, shared });
  } catch (error) {
    const none = nothingDone(engine.layout, startedAt);
    if (signal.aborted && error === signal.reason) return { ...none, stopped: true };
    return { ...none, unsaved: storeFailure(error, engine.layout.project) };
  }
}
