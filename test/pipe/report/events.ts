import type { RunEvent } from '../../../lib/pipe/run/event.ts';

type Unstamped<E> = E extends RunEvent ? Omit<E, 'at'> : never;

/** Events with their times: each given as milliseconds since the run began. */
export function timed(events: readonly (readonly [number, Unstamped<RunEvent>])[]): RunEvent[] {
  return events.map(([at, event]) => ({ at, ...event }));
}

/** A run in which one task runs, one is restored, one warns and fails, and one is skipped. */
export const eventful = timed([
  [0, { type: 'run-started', run: '1', profile: 'default', tasks: 5, fresh: 1, jobs: 2 }],
  [10, { type: 'task-started', task: 'data', reasons: [{ reason: 'never-built' }] }],
  [20, { type: 'task-log', task: 'data', stream: 'out', text: 'reading' }],
  [1500, { type: 'task-finished', task: 'data', outcome: { type: 'ran', ms: 1490, changed: true } }],
  [1510, { type: 'task-finished', task: 'train@epoch=1', outcome: { type: 'restored' } }],
  [1520, { type: 'task-started', task: 'train@epoch=2', reasons: [{ reason: 'forced' }] }],
  [9000, progress('train@epoch=2', 1, 'loss 0.9')],
  [18_000, progress('train@epoch=2', 3, 'loss 0.5')],
  [19_000, progress('train@epoch=2', 4, 'loss 0.4')],
  [20_000, { type: 'task-warning', task: 'train@epoch=2', message: 'class 3 has 2 images' }],
  [21_000, { type: 'task-log', task: 'train@epoch=2', stream: 'err', text: 'NaN in loss\n' }],
  [
    22_000,
    {
      type: 'task-finished',
      task: 'train@epoch=2',
      outcome: { type: 'failed', reason: 'timed-out', seconds: 20, log: 'cache/logs/1/train.log' },
    },
  ],
  [
    22_001,
    {
      type: 'task-finished',
      task: 'plot',
      outcome: { type: 'skipped', reason: 'upstream-failed', upstream: 'train@epoch=2' },
    },
  ],
  [22_010, { type: 'run-finished', ran: 1, restored: 1, fresh: 1, failed: 1, skipped: 1, ms: 22_010 }],
]);

function progress(task: string, done: number, note: string): Unstamped<RunEvent> {
  return { type: 'task-progress', task, done, total: 10, unit: 'epochs', note };
}
