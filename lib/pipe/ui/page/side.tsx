import { stateCode } from '../protocol.ts';
import type { Go, Place } from './place.ts';
import { Log } from './log.tsx';
import { RunningTasks } from './running.tsx';
import type { Store } from './store.ts';
import { TaskPanel } from './task-panel.tsx';

interface Props {
  readonly store: Store;
  readonly place: Place;
  readonly go: Go;
}

const FAILED = stateCode('failed');

/** What one task has to say; else what runs, what failed, and what is printed. */
export function Side({ store, place, go }: Props) {
  if (place.task !== null && store.tasks !== null)
    return <TaskPanel key={place.task} id={place.task} store={store} go={go} />;
  const { run, tasks, position } = store;
  const open = (task: string): void => go({ task });
  const moment = position === null || run === null ? null : run.startedAt + position;
  const log = run?.log.filter(({ at }) => moment === null || at <= moment) ?? [];
  // At a moment of the past, what had failed by then.
  const states = moment === null ? null : run!.statesAt(position);
  const failures = run?.failures.filter(({ task }) => states === null || states[task] === FAILED) ?? [];
  return (
    <aside aria-label="what goes on">
      {position === null && run !== null && <RunningTasks store={store} open={open} />}
      {failures.length > 0 && (
        <section>
          <h2>Failed</h2>
          <ul class="tasks">
            {failures.slice(0, 20).map(({ task, detail }) => (
              <li>
                <button type="button" class="plain" onClick={() => open(tasks!.idOf(task))}>
                  {tasks!.idOf(task)}
                </button>
                <p class="reason">{detail}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>Log</h2>
        <Log lines={log} nameOf={(task) => tasks!.idOf(task)} />
      </section>
    </aside>
  );
}
