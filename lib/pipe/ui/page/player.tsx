import { useEffect, useState } from 'preact/hooks';
import { duration } from '../../report/quantity.ts';
import type { Go } from './place.ts';
import { runText, whenText } from './run-text.ts';
import type { Store } from './store.ts';

/** A whole run takes so long to be played, whatever it took; milliseconds. */
const PLAYED = 20_000;
const FRAME = 50;

/** Which run is looked at, and at which moment of it. */
export function Player({ store, go }: { readonly store: Store; readonly go: Go }) {
  const { run, position, going, looked } = store;
  const [playing, setPlaying] = useState(false);
  useEffect(() => {
    if (!playing || run === null) return undefined;
    const timer = setInterval(() => {
      const next = (store.position ?? 0) + (run.length * FRAME) / PLAYED;
      if (next >= run.length) setPlaying(false);
      store.moveTo(next >= run.length ? null : next);
    }, FRAME);
    return () => clearInterval(timer);
  }, [playing, run, store]);
  if (run === null) return <p class="quiet">No run yet. What is shown is what one would do.</p>;
  const { length } = run;
  const { head } = run;
  const at = position ?? length;
  return (
    <section class="player" aria-label="the run that is shown">
      <p>
        <strong>{looked.kind === 'run' ? 'A past run' : going ? 'Running now' : 'The newest run'}</strong>
        {head !== null && `, ${whenText(head.at)}`}: {runText({ run: run.run, head, end: run.end }, going)}
        {head?.experiment != null && (
          <>
            {' '}
            as experiment <strong>{head.experiment}</strong>
          </>
        )}
        {(head?.set.length ?? 0) > 0 && (
          <>
            {' '}
            with <code>{head!.set.join(' ')}</code>
          </>
        )}
        {looked.kind === 'run' && (
          <button type="button" onClick={() => go({ looked: { kind: 'newest' } })}>
            Back to the newest
          </button>
        )}
      </p>
      {length > 0 && (
        <div class="slide">
          <button
            type="button"
            aria-label={playing ? 'stop playing the run' : 'play the run from its events'}
            onClick={() => {
              if (!playing && position === null) store.moveTo(0);
              setPlaying(!playing);
            }}
          >
            {playing ? '❚❚' : '▶'}
          </button>
          <input
            type="range"
            min={0}
            max={length}
            step={Math.max(1, Math.round(length / 1000))}
            value={at}
            aria-label="moment of the run"
            aria-valuetext={`${duration(at)} after its start`}
            onInput={({ currentTarget }) => {
              setPlaying(false);
              const value = Number(currentTarget.value);
              store.moveTo(value + length / 1000 >= length ? null : value);
            }}
          />
          <output>{position === null ? (going ? 'now' : 'its end') : duration(at)}</output>
        </div>
      )}
    </section>
  );
}
