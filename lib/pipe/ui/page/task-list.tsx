import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../../report/quantity.ts';
import { STATES, type StageView } from '../protocol.ts';
import { MARKS, styleName, WORDS } from './colours.ts';
import type { Go, Place } from './place.ts';
import { startNow } from './start-dialog.tsx';
import type { Store } from './store.ts';
import { idIn, pointIn } from './tasks.ts';

/** Pixels of a line, and of the list. */
const LINE = 30;
const HEIGHT = 360;

interface Props {
  readonly store: Store;
  readonly stage: StageView;
  readonly states: Uint8Array;
  readonly place: Place;
  readonly go: Go;
}

/** Every task of a stage; only the lines in sight are in the page, so that there may be any number of them. */
export function TaskList({ store, stage, states, place, go }: Props) {
  const [wanted, setWanted] = useState('');
  const [state, setState] = useState('');
  const found = matching(stage, states, wanted, state);
  const there = new Set<number>();
  for (let task = stage.base; task < stage.base + stage.count; task++) there.add(states[task]!);
  return (
    <div class="list">
      <div class="tools">
        <input
          type="search"
          aria-label={`find tasks of ${stage.name}`}
          placeholder="Find: seed=1, epoch=5"
          value={wanted}
          onInput={({ currentTarget }) => setWanted(currentTarget.value)}
        />
        <select
          aria-label="state"
          value={state}
          onChange={({ currentTarget }) => setState(currentTarget.value)}
        >
          <option value="">every state</option>
          {[...there]
            .sort((a, b) => a - b)
            .map((code) => (
              <option value={String(code)}>{WORDS[STATES[code]!]}</option>
            ))}
        </select>
        <span class="quiet">{count(found.length, 'task')}</span>
        <button type="button" onClick={() => startNow(store, [stage.name], {})}>
          Run {stage.name}
        </button>
        <button type="button" onClick={() => startNow(store, [stage.name], { force: true })}>
          Force {stage.name}
        </button>
      </div>
      <Lines stage={stage} states={states} found={found} chosen={place.task} open={(task) => go({ task })} />
    </div>
  );
}

/** Positions in the stage. */
function matching(stage: StageView, states: Uint8Array, wanted: string, state: string): readonly number[] {
  const words = wanted.split(/[\s,]+/).filter((word) => word !== '');
  const found: number[] = [];
  for (let local = 0; local < stage.count; local++) {
    if (state !== '' && states[stage.base + local] !== Number(state)) continue;
    if (words.length > 0) {
      const parts = pointIn(stage, local).split(',');
      // `seed=1` is not `seed=10`; `see` is all of them.
      const has = (word: string): boolean =>
        word.includes('=') ? parts.includes(word) : parts.some((part) => part.includes(word));
      if (!words.every(has)) continue;
    }
    found.push(local);
  }
  return found;
}

interface LinesProps {
  readonly stage: StageView;
  readonly states: Uint8Array;
  readonly found: readonly number[];
  readonly chosen: string | null;
  readonly open: (task: string) => void;
}

function Lines({ stage, states, found, chosen, open }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [at, setAt] = useState(0);
  const current = Math.min(at, Math.max(0, found.length - 1));
  const first = Math.max(0, Math.floor(top / LINE) - 4);
  const last = Math.min(found.length, Math.ceil((top + HEIGHT) / LINE) + 4);
  const move = (to: number): void => {
    const next = Math.max(0, Math.min(found.length - 1, to));
    setAt(next);
    const { scrollTop } = box.current!;
    if (next * LINE < scrollTop) box.current!.scrollTop = next * LINE;
    else if ((next + 1) * LINE > scrollTop + HEIGHT) box.current!.scrollTop = (next + 1) * LINE - HEIGHT;
  };
  useEffect(() => move(0), [stage.name]);
  const page = Math.floor(HEIGHT / LINE) - 1;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: -found.length,
    End: found.length,
  };
  const name = (local: number): string => `task-${stage.base + local}`;
  if (found.length === 0) return <p class="quiet">no task is like that</p>;
  return (
    <div
      class="lines"
      ref={box}
      role="listbox"
      tabIndex={0}
      aria-label={`tasks of ${stage.name}`}
      aria-activedescendant={name(found[current]!)}
      style={{ maxHeight: `${HEIGHT}px` }}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      onKeyDown={(event) => {
        const step = steps[event.key];
        if (step !== undefined) move(current + step);
        else if (event.key === 'Enter' || event.key === ' ') open(idIn(stage, found[current]!));
        else return;
        event.preventDefault();
      }}
    >
      <div role="presentation" style={{ height: `${found.length * LINE}px`, position: 'relative' }}>
        {found.slice(first, last).map((local, index) => {
          const place = first + index;
          const state = STATES[states[stage.base + local]!]!;
          const id = idIn(stage, local);
          return (
            <div
              key={local}
              id={name(local)}
              role="option"
              aria-selected={chosen === id}
              aria-setsize={found.length}
              aria-posinset={place + 1}
              class={place === current ? 'line current' : 'line'}
              style={{ top: `${place * LINE}px`, height: `${LINE}px` }}
              onClick={() => {
                setAt(place);
                open(id);
              }}
            >
              <span class={`swatch ${MARKS[state]}`} style={{ '--c': `var(${styleName(state)})` }} />
              <span class="word">{WORDS[state]}</span>
              <span class="id">{pointIn(stage, local) || stage.name}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
