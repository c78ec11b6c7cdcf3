import { join } from 'node:path';
import { runsPath, type Layout } from '../store/layout.ts';
import { thisProcess } from '../store/process-identity.ts';
import type { EventBody, RunEvent, RunOrigin } from './event.ts';
import { RunLog, runName } from './run-log.ts';
import type { Standing } from './standing.ts';

/** The run of a project in which everything is known to be up to date: its events, logged and told. */
export function quietRun(
  layout: Layout,
  { profile, tasks, stages }: Standing,
  {
    jobs,
    startedAt,
    origin,
    listener,
  }: { jobs: number; startedAt: number; origin: RunOrigin; listener: (event: RunEvent) => void },
): void {
  const run = runName(startedAt);
  const log = new RunLog(join(runsPath(layout), run));
  const emit = (body: EventBody) => {
    const event: RunEvent = { at: Date.now(), ...body };
    log.write(event);
    listener(event);
  };
  const none = { ran: 0, restored: 0, failed: 0, skipped: 0, stopped: false };
  emit({
    type: 'run-started',
    run,
    profile,
    tasks,
    fresh: tasks,
    jobs,
    stages: stages.map(([stage, count]) => ({
      stage,
      tasks: count,
      fresh: count,
      restorable: 0,
      stale: 0,
      unknown: 0,
    })),
    host: thisProcess().host,
    origin,
  });
  emit({ type: 'run-finished', ...none, fresh: tasks, ms: Date.now() - startedAt });
  log.close();
}
