import { count, duration, grouped } from '../../report/quantity.ts';
import { STATES, type StageView } from '../protocol.ts';
import { MARKS, styleName, WORDS } from './colours.ts';
import { Lanes } from './lanes.tsx';
import { lefts } from './left.ts';
import type { Go, Place } from './place.ts';
import { StageGrid } from './stage-grid.tsx';
import type { Store } from './store.ts';
import { TaskList } from './task-list.tsx';
import { timeLeft } from './time-left.ts';

interface Props {
  readonly store: Store;
  readonly place: Place;
  readonly go: Go;
}

/** A row for each stage, in the order in which they can run. */
export function Stages({ store, place, go }: Props) {
  const standing = store.standing();
  const { pipeline, run, plan, planning, going, position } = store;
  if (pipeline === null || standing === null) return <p class="quiet">Reading the pipeline…</p>;
  if (pipeline.problem !== null) return null;
  const lanes = Math.max(...pipeline.stages.map(({ lane }) => Math.ceil(lane.length / 2)));
  const left = going && position === null ? lefts(store, standing, Date.now()) : null;
  const used = new Set(
    standing.tallies.flatMap((tally) => [...tally.keys()].filter((state) => tally[state]! > 0)),
  );
  return (
    <section aria-label="stages">
      <div class="tools">
        <ul class="legend" aria-label="what the colours say">
          {STATES.flatMap((state, index) =>
            used.has(index)
              ? [
                  <li>
                    <span class={`swatch ${MARKS[state]}`} style={{ '--c': `var(${styleName(state)})` }} />
                    {WORDS[state]}
                  </li>,
                ]
              : [],
          )}
        </ul>
        <button type="button" disabled={planning || going} onClick={() => void store.planAgain(true)}>
          {planning ? 'Looking…' : 'Look again'}
        </button>
      </div>
      <ol class="stages">
        {pipeline.stages.map((stage, index) => {
          const rest = left === null ? null : timeLeft([left[index]!], run!.head?.jobs ?? 1);
          const ahead = plan?.groups.find((group) => group.stage === stage.name)?.text;
          const past = run?.reasons.get(stage.name);
          // While a run goes on, what it runs for; afterwards, what would run now and why.
          const reason = (going || !store.latest ? past : (ahead ?? (plan === null ? past : ''))) ?? '';
          const open = place.stage === stage.name;
          return (
            <li class={open ? 'stage open' : 'stage'}>
              <Lanes row={stage.lane} next={pipeline.stages[index + 1]?.lane ?? ''} lanes={lanes} />
              <div class="named">
                <h2>
                  <button
                    type="button"
                    class="plain"
                    aria-expanded={open}
                    onClick={() => go({ stage: open ? null : stage.name })}
                  >
                    {stage.name}
                  </button>
                </h2>
                <p class="axes">{axesText(stage)}</p>
              </div>
              <StageGrid
                stage={stage}
                states={standing.states}
                label={`${stage.name}: ${tallyText(standing.tallies[index]!)}`}
                open={(task) => go({ task })}
              />
              <div class="said">
                <p class="tally">{tallyText(standing.tallies[index]!)}</p>
                {rest !== null && rest.ms > 0 && <p>about {duration(rest.ms)} left</p>}
                {reason !== '' && (
                  <p class="reason" title={reason}>
                    {reason}
                  </p>
                )}
              </div>
              {open && (
                <TaskList store={store} stage={stage} states={standing.states} place={place} go={go} />
              )}
            </li>
          );
        })}
      </ol>
      {store.tasks!.others.length > 0 && (
        <p class="quiet">
          The run also had {count(store.tasks!.others.length, 'task')} that pipeline.yaml no longer has:{' '}
          {store.tasks!.others.slice(0, 10).join(', ')}
          {store.tasks!.others.length > 10 && '…'}
        </p>
      )}
    </section>
  );
}

/** `seed 2 × epoch 10 ▸`: the mark is a scan's, whose tasks follow one another. */
function axesText(stage: StageView): string {
  const { axes, count: tasks, title, runs } = stage;
  const multiplying = axes.filter(({ values }) => values.length > 1);
  if (multiplying.length === 0) return title === '' ? count(tasks, 'task') : title;
  const product = multiplying
    .map(({ name, values, scan }) => `${name} ${values.length}${scan ? ' ▸' : ''}`)
    .join(' × ');
  return runs === null ? product : `${grouped(tasks)} of ${product}`;
}

function tallyText(tally: Uint32Array): string {
  return [...tally.entries()]
    .filter(([, n]) => n > 0)
    .map(([state, n]) => `${grouped(n)} ${WORDS[STATES[state]!]}`)
    .join(', ');
}
