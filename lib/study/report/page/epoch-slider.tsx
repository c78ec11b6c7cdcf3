/// <reference lib="dom" />
import type { RunData } from './data.ts';
import { placeOfEpoch } from './state.ts';
import { fromStop } from './written.ts';

interface Props {
  readonly run: RunData;
  readonly epoch: number;
  readonly playing: boolean;
  readonly setEpoch: (epoch: number) => void;
  readonly setPlaying: (playing: boolean) => void;
}

/** One for all that moves with the epochs; kept in view. */
export function EpochSlider({ run, epoch, playing, setEpoch, setPlaying }: Props) {
  const place = placeOfEpoch(run, epoch);
  const last = run.epochs.length - 1;
  return (
    <div class="epochs">
      <button
        type="button"
        class="play"
        aria-label={playing ? 'pause' : 'play the epochs'}
        onClick={() => {
          setPlaying(!playing);
        }}
      >
        {playing ? '❚❚' : '▶'}
      </button>
      <div class="track">
        <input
          type="range"
          min={0}
          max={last}
          step={1}
          value={place}
          aria-label="epoch"
          aria-valuetext={`epoch ${epoch}, ${fromStop(epoch, run.stop)}`}
          onInput={({ currentTarget }) => {
            setEpoch(run.epochs[Number(currentTarget.value)]!);
          }}
        />
        <div class="ticks">
          {run.epochs.map((each, at) => (
            <button
              key={each}
              type="button"
              tabIndex={-1}
              class={`${each === run.stop ? 'stop' : ''}${at === place ? ' now' : ''}`}
              style={{ left: `${last > 0 ? (100 * at) / last : 50}%` }}
              aria-label={each === run.stop ? `ES ${each}, early stopping` : `epoch ${each}`}
              onClick={() => {
                setEpoch(each);
              }}
            >
              {each === run.stop ? `ES ${each}` : each}
            </button>
          ))}
        </div>
      </div>
      <p class="now" aria-hidden="true">
        <strong>epoch {epoch}</strong>
        <span>{fromStop(epoch, run.stop)}</span>
      </p>
    </div>
  );
}
