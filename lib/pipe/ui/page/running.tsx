import { count, duration, progressText } from '../../report/quantity.ts';
import { Curves } from './curves.tsx';
import type { Store } from './store.ts';
import { useNow } from './use.ts';

const SHOWN = 12;

/** What runs now, how far it is, and what it measures. */
export function RunningTasks({
  store,
  open,
}: {
  readonly store: Store;
  readonly open: (task: string) => void;
}) {
  const now = useNow(1000);
  const { run, tasks, going } = store;
  const running = going ? [...run!.running] : [];
  return (
    <section>
      <h2>Running</h2>
      {running.length === 0 && <p class="quiet">{going ? 'nothing at this moment' : 'no run goes on'}</p>}
      <ul class="tasks">
        {running.slice(0, SHOWN).map(([task, { since, points }]) => {
          const last = points.at(-1);
          const far = last === undefined ? '' : progressText(last, ' of ');
          const id = tasks!.idOf(task);
          return (
            <li key={id}>
              <button type="button" class="plain" onClick={() => open(id)}>
                {id}
              </button>
              {last !== undefined && last.total > 0 && (
                <progress max={last.total} value={last.done} aria-label={`progress of ${id}`} />
              )}
              <p class="quiet">
                {far !== '' && `${far} · `}
                {duration(Math.max(0, now - since))}
                {last !== undefined && last.note !== '' && ` · ${last.note}`}
              </p>
              <Curves points={points} small />
            </li>
          );
        })}
      </ul>
      {running.length > SHOWN && <p class="quiet">and {count(running.length - SHOWN, 'more task')}</p>}
    </section>
  );
}
