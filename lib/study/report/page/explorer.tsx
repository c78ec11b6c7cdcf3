/// <reference lib="dom" />
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { AllImages } from './all-images.tsx';
import { Controls } from './controls.tsx';
import { EpochSlider } from './epoch-slider.tsx';
import { FilmStrip } from './film-strip.tsx';
import { ImageList } from './image-list.tsx';
import { isTaken, stateOfKey } from './keys.ts';
import { OneImage, type ViewProps } from './one-image.tsx';
import { inRun } from './state.ts';
import { counted, runLabel } from './written.ts';

/** Milliseconds an epoch is shown. */
const BEAT = 700;

/** Heat maps over epochs. */
export function Explorer(props: ViewProps) {
  const { study, state, pictures, update } = props;
  const [playing, setPlaying] = useState(false);
  const run = study.runs[state.run]!;
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setTimeout(() => {
      const next = run.epochs[run.epochs.indexOf(state.epoch) + 1];
      update({ epoch: next ?? run.epochs[0]! });
    }, BEAT);
    return () => {
      clearTimeout(timer);
    };
  }, [playing, state]);
  // Before the page is painted: a key pressed at once meets what is seen.
  useLayoutEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target, event.key)) return;
      const change = event.key === ' ' ? {} : stateOfKey(event.key, state, study);
      if (!change) return;
      if (event.key === ' ') setPlaying((before) => !before);
      update(change);
      event.preventDefault();
    };
    document.addEventListener('keydown', listener);
    return () => {
      document.removeEventListener('keydown', listener);
    };
  });
  // Hundreds of pictures that a step of the slider does not change.
  const images = useMemo(
    () => (
      <ImageList
        {...{ run, pictures }}
        at={state.run}
        chosen={state.image}
        choose={(image) => {
          update({ image });
        }}
      />
    ),
    [run, pictures, state.image],
  );
  const View = { one: OneImage, strip: FilmStrip, all: AllImages }[state.view];
  return (
    <section class="explorer" aria-labelledby="explorer">
      <h2 id="explorer" tabIndex={-1}>
        Heat maps over epochs
      </h2>
      <p class="paper">
        {runLabel(study, state.run)}; colours of each map to the end of{' '}
        {state.common ? 'one scale for all epochs' : 'its own scale'}
      </p>
      <Controls
        {...{ study, state, update }}
        setRun={(at) => {
          update(inRun(state, study, at));
        }}
      />
      <EpochSlider
        {...{ run, playing, setPlaying }}
        epoch={state.epoch}
        setEpoch={(epoch) => {
          update({ epoch });
        }}
      />
      <div class={state.view === 'all' ? 'body' : 'body listed'}>
        {state.view !== 'all' && images}
        <View {...props} />
      </div>
      <Notes {...props} />
    </section>
  );
}

function Notes({ study }: ViewProps) {
  const { levels, methods } = study.runs[0]!;
  const share = (50 / (levels - 1)).toFixed(1);
  return (
    <p class="note">
      Maps show, at each pixel, the channel value of greatest magnitude with its sign; colours end at the 99th
      percentile of a map’s magnitudes. They are stored in {levels} levels, so that a colour is off by at most{' '}
      {share} % of its range
      {study.leftOut > 0 && `; to stay small, the maps of ${counted(study.leftOut, 'image')} are left out`}.
      Numbers come from the exact maps. Grey: the floor, how alike this image’s early-stopping maps by nets of
      other seeds are.{' '}
      <span class="keys">
        Keys: <kbd>←</kbd> <kbd>→</kbd> epoch, <kbd>↑</kbd> <kbd>↓</kbd> image, <kbd>space</kbd> play,{' '}
        <kbd>e</kbd> early stopping, <kbd>1</kbd> to <kbd>{Math.min(9, methods.length)}</kbd> method,{' '}
        <kbd>v</kbd> view.
      </span>
    </p>
  );
}
