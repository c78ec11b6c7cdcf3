import { useRef } from 'preact/hooks';
import { count, duration } from '../../report/quantity.ts';
import { post } from './client.ts';
import { lefts } from './left.ts';
import { VIEWS, type Go, type Place } from './place.ts';
import { StartDialog } from './start-dialog.tsx';
import { stateCode } from '../protocol.ts';
import type { Store } from './store.ts';
import { timeLeft } from './time-left.ts';
import { useNow } from './use.ts';

interface Props {
  readonly store: Store;
  readonly place: Place;
  readonly go: Go;
}

const NAMES = { stages: 'Stages', results: 'Results', runs: 'Runs', experiments: 'Experiments' };

export function Header({ store, place, go }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { pipeline, holder } = store;
  return (
    <header>
      <div class="bar">
        <h1>{pipeline?.project ?? 'pipe'}</h1>
        <Profiles store={store} go={go} />
        <nav aria-label="views">
          {VIEWS.map((view) => (
            <a
              href={`#view=${view}`}
              aria-current={place.view === view ? 'page' : undefined}
              onClick={(event) => {
                event.preventDefault();
                go({ view });
              }}
            >
              {NAMES[view]}
            </a>
          ))}
        </nav>
        <div class="actions">
          {holder !== null && <Stop pid={holder.pid} store={store} />}
          <button
            type="button"
            class="main"
            disabled={pipeline === null}
            onClick={() => dialog.current?.showModal()}
          >
            Run…
          </button>
        </div>
      </div>
      <Progress store={store} />
      <StartDialog dialog={dialog} store={store} />
    </header>
  );
}

function Profiles({ store, go }: Pick<Props, 'store' | 'go'>) {
  const { pipeline, looked } = store;
  if (pipeline === null || pipeline.profiles.length < 2) return null;
  const value = looked.kind === 'profile' ? looked.profile : '';
  return (
    <label class="profile">
      <span>Looking at</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          const profile = currentTarget.value;
          go({ looked: profile === '' ? { kind: 'newest' } : { kind: 'profile', profile }, task: null });
        }}
      >
        <option value="">the newest run</option>
        {pipeline.profiles.map((profile) => (
          <option value={profile}>profile {profile}</option>
        ))}
      </select>
    </label>
  );
}

/** Ctrl-C for the run that goes on. */
function Stop({ pid, store }: { readonly pid: number; readonly store: Store }) {
  const told = useRef<number | null>(null);
  const again = told.current === pid;
  return (
    <button
      type="button"
      class="stop"
      onClick={() => {
        told.current = pid;
        void post('stop', { pid }).then((error) => store.say(error));
        store.changed();
      }}
    >
      {again ? 'Stopping; kill it' : 'Cancel the run'}
    </button>
  );
}

function Progress({ store }: Pick<Props, 'store'>) {
  const now = useNow(1000);
  const standing = store.standing();
  const { pipeline, run, going, position } = store;
  if (standing === null || pipeline === null || pipeline.tasks === 0) return null;
  const of = (...states: Parameters<typeof stateCode>[0][]): number =>
    states.reduce(
      (sum, state) => sum + standing.tallies.reduce((n, tally) => n + tally[stateCode(state)]!, 0),
      0,
    );
  const done = of('up to date', 'ran', 'restored');
  const [failed, running] = [of('failed'), of('running')];
  const left =
    going && position === null ? timeLeft(lefts(store, standing, now), run!.head?.jobs ?? 1) : null;
  const told = [
    `${done.toLocaleString('en')} of ${count(pipeline.tasks, 'task')} done`,
    ...(running > 0 ? [`${running} running`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(left === null
      ? []
      : [
          `about ${duration(left.ms)} left${left.unknown > 0 ? ` and ${count(left.unknown, 'task')} of unknown length` : ''}`,
        ]),
  ];
  return (
    <div class="progress">
      <progress max={pipeline.tasks} value={done} aria-label="tasks done" />
      <p id="told">{told.join(' · ')}</p>
    </div>
  );
}
