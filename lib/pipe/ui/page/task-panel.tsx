import { useEffect, useRef } from 'preact/hooks';
import { duration } from '../../report/quantity.ts';
import { STATES, type TaskView } from '../protocol.ts';
import { Artifacts } from './artifacts.tsx';
import { MARKS, styleName, WORDS } from './colours.ts';
import { Copied } from './copied.tsx';
import { Curves } from './curves.tsx';
import { Log } from './log.tsx';
import type { Go } from './place.ts';
import { startNow } from './start-dialog.tsx';
import type { Store } from './store.ts';
import { useAsked } from './use.ts';

interface Props {
  readonly id: string;
  readonly store: Store;
  readonly go: Go;
}

export function TaskPanel({ id, store, go }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { run, tasks, pipeline, plan, going } = store;
  const number = tasks!.find(id);
  const live = number === null || !going ? undefined : run?.running.get(number);
  const state = number === null ? undefined : (store.standing()?.states[number] ?? run?.states[number]);
  // Asked anew when the task begins or ends, and when the project was looked at.
  const key = JSON.stringify([
    id,
    run?.run,
    live === undefined,
    run?.end === null,
    plan?.groups.length,
    state,
  ]);
  const query = run === null ? { id, profile: pipeline!.profile } : { id, run: run.run };
  const asked = useAsked<TaskView>('task', query, key);
  useEffect(() => heading.current?.focus(), []);
  const word = STATES[state ?? 0]!;
  return (
    <aside aria-label="one task">
      <div class="tools">
        <button type="button" onClick={() => go({ task: null })}>
          Close
        </button>
        <button type="button" onClick={() => startNow(store, [id], {})}>
          Run
        </button>
        <button type="button" onClick={() => startNow(store, [id], { force: true, only: true })}>
          Force this one
        </button>
      </div>
      <h2 ref={heading} tabIndex={-1} class="id">
        {id}
      </h2>
      <p class="badge">
        <span class={`swatch ${MARKS[word]}`} style={{ '--c': `var(${styleName(word)})` }} /> {WORDS[word]}
      </p>
      {asked.state === 'asking' && <p class="quiet">Reading…</p>}
      {asked.state === 'failed' && <p class="quiet">{asked.why}</p>}
      {asked.state === 'there' && <Details view={asked.value} live={live} going={going} go={go} />}
    </aside>
  );
}

function Details({
  view,
  live,
  going,
  go,
}: {
  readonly view: TaskView;
  readonly going: boolean;
  readonly live: { readonly points: TaskView['points'] } | undefined;
  readonly go: Go;
}) {
  const { detail, failure, reasons, plan, log, params, needs, needed, outputs, command, title } = view;
  const points = live === undefined || live.points.length < view.points.length ? view.points : live.points;
  const took =
    view.startedAt === null || view.finishedAt === null ? '' : duration(view.finishedAt - view.startedAt);
  return (
    <>
      {title !== '' && <p class="quiet">{title}</p>}
      {(detail !== '' || took !== '') && <p>{detail !== '' ? detail : took}</p>}
      {failure.length > 0 && (
        <pre class="failure" tabIndex={0}>
          {failure.join('\n')}
        </pre>
      )}
      <Reasons title="It ran because" reasons={reasons} />
      {!going && <Reasons title="It would run now because" reasons={plan} />}
      <Curves points={points} />
      <Artifacts outputs={outputs} soon={going && (view.state === 'ran' || view.state === 'restored')} />
      <section>
        <h3>Log</h3>
        <Log lines={log} nameOf={null} />
      </section>
      <section>
        <h3>Command</h3>
        <Copied text={command} />
      </section>
      {params !== '{}' && (
        <details>
          <summary>Parameters</summary>
          <pre tabIndex={0}>{params}</pre>
        </details>
      )}
      <Neighbours title="Reads from" ids={needs} go={go} />
      <Neighbours title="Read by" ids={needed} go={go} />
      {view.fingerprint !== null && <p class="quiet digest">fingerprint {view.fingerprint}</p>}
    </>
  );
}

function Reasons({ title, reasons }: { readonly title: string; readonly reasons: readonly string[] }) {
  if (reasons.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul class="reasons">
        {reasons.map((reason) => (
          <li>{reason}</li>
        ))}
      </ul>
    </section>
  );
}

function Neighbours({
  title,
  ids,
  go,
}: {
  readonly title: string;
  readonly ids: readonly string[];
  readonly go: Go;
}) {
  if (ids.length === 0) return null;
  return (
    <details>
      <summary>
        {title} ({ids.length})
      </summary>
      <ul class="tasks">
        {ids.map((id) => (
          <li>
            <button type="button" class="plain" onClick={() => go({ task: id })}>
              {id}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
