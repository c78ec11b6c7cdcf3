import { useState } from 'preact/hooks';
import { count } from '../../report/quantity.ts';
import type { PlotName, PlotView } from '../views.ts';
import type { Query } from './client.ts';
import type { Go } from './place.ts';
import { Panel } from './plot-panel.tsx';
import { shortNames } from './plot-lines.ts';
import { useAsked } from './use.ts';

/** Tasks that the list of lines names at first. */
const NAMED = 8;

interface Props {
  readonly names: readonly PlotName[];
  /** Of what run or profile. */
  readonly query: Query;
  /** Differs when what was made may differ. */
  readonly stamp: string;
  readonly go: Go;
}

/** The tables that stages declare under `plots`, drawn. */
export function Plots({ names, ...rest }: Props) {
  return (
    <>
      {names.map((name) => (
        <Plot key={`${name.stage}.${name.name}`} name={name} {...rest} />
      ))}
    </>
  );
}

function Plot({
  name: { stage, name },
  query,
  stamp,
  go,
}: Omit<Props, 'names'> & { readonly name: PlotName }) {
  const asked = useAsked<PlotView>('plot', { ...query, stage, name }, `${stage}.${name} ${stamp}`);
  const title = `${stage}.${name}`;
  return (
    <section class="result plot" aria-label={title}>
      <h3>{title}</h3>
      {asked.state === 'asking' && <p class="quiet">Reading…</p>}
      {asked.state === 'failed' && <p class="quiet">{asked.why}</p>}
      {asked.state === 'there' && <Drawn title={title} view={asked.value} go={go} />}
    </section>
  );
}

function Drawn({ title, view, go }: { readonly title: string; readonly view: PlotView; readonly go: Go }) {
  const [marked, setMarked] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const { columns, x, labels, left, problems } = view;
  const tasks = [...new Set(columns.flatMap(({ lines }) => lines.map(({ task }) => task)))];
  const names = shortNames(tasks);
  const nameOf = (task: string): string => names[tasks.indexOf(task)]!;
  const shown = all ? tasks : tasks.slice(0, NAMED);
  return (
    <>
      {tasks.length === 0 && problems.length === 0 && <p class="quiet">No task of it has run yet.</p>}
      <div class="panels">
        {columns.map(({ name, lines }) => (
          <Panel
            key={name}
            title={`${title}: ${name}`}
            {...{ name, x, labels, lines, tasks, marked, nameOf }}
          />
        ))}
      </div>
      <ul class="lines-of" aria-label="lines">
        {shown.map((task, index) => (
          <li>
            <button
              type="button"
              class="plain"
              onMouseEnter={() => setMarked(task)}
              onMouseLeave={() => setMarked(null)}
              onFocus={() => setMarked(task)}
              onBlur={() => setMarked(null)}
              onClick={() => go({ view: 'stages', task })}
            >
              <svg width={22} height={10} aria-hidden="true">
                <path d="M0 5H22" class={`line-${tasks.indexOf(task) % 8}`} />
              </svg>{' '}
              {names[index]}
            </button>
          </li>
        ))}
      </ul>
      {tasks.length > NAMED && (
        <button type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer names' : `All ${tasks.length} names`}
        </button>
      )}
      {left > 0 && <p class="quiet">{count(left, 'further task')} of it are not drawn</p>}
      {problems.map((problem) => (
        <p class="quiet">{problem}</p>
      ))}
    </>
  );
}
