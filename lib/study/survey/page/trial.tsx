/// <reference lib="dom" />
import { useLayoutEffect } from 'preact/hooks';
import type { Answer, ClassTrial, PairAnswer, PairTrial, Trial } from './data.ts';
import { HeatMap, Scale, Shown } from './pictures.tsx';

interface Props<T extends Trial> {
  readonly trial: T;
  readonly levels: number;
  /** What was answered before, when one goes back. */
  readonly given: Answer | null;
  readonly answer: (answer: Answer) => void;
}

const pairKeys: Readonly<Record<string, PairAnswer>> = {
  ArrowLeft: 'left',
  ArrowDown: 'same',
  ArrowRight: 'right',
};

/** What a key answers; null for one that answers nothing here. */
export function answerOfKey(key: string, trial: Trial): Answer | null {
  if (trial.kind === 'pair') return pairKeys[key] ?? null;
  const place = Number(key) - 1;
  return Number.isInteger(place) && trial.choices[place] !== undefined ? place : null;
}

/** One question with what is shown, answered by a button or a key. */
export function TrialView({ trial, ...rest }: Props<Trial>) {
  const { answer } = rest;
  // At once: a key that is pressed as soon as the question is there is meant for it.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      // A key that is held down answers once.
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      const found = answerOfKey(event.key, trial);
      if (found === null) return;
      event.preventDefault();
      answer(found);
    };
    addEventListener('keydown', press);
    return () => {
      removeEventListener('keydown', press);
    };
  }, [trial, answer]);
  return trial.kind === 'pair' ? <Pair trial={trial} {...rest} /> : <Which trial={trial} {...rest} />;
}

function Pair({ trial, levels, given, answer }: Props<PairTrial>) {
  const side = (of: 'left' | 'right', words: string) => (
    <div>
      <HeatMap map={trial[of]} levels={levels} label={`heat map on the ${of}`} />
      <button type="button" class={given === of ? 'chosen' : ''} onClick={() => answer(of)}>
        {words}
      </button>
    </div>
  );
  return (
    <>
      <Shown image={trial.image} label={`picture of: ${trial.class}`} />
      <div class="maps">
        {side('left', '← this one')}
        {side('right', 'this one →')}
      </div>
      <div class="answers">
        <button type="button" class={given === 'same' ? 'chosen' : ''} onClick={() => answer('same')}>
          ↓ no difference
        </button>
      </div>
      <Scale colours={trial.left.colours} />
    </>
  );
}

function Which({ trial, levels, given, answer }: Props<ClassTrial>) {
  return (
    <>
      <div class="map">
        <HeatMap map={trial.map} levels={levels} label="heat map" />
      </div>
      <div class="answers choices">
        {trial.choices.map((name, at) => (
          <button key={name} type="button" class={given === at ? 'chosen' : ''} onClick={() => answer(at)}>
            {at + 1} {name}
          </button>
        ))}
      </div>
      <Scale colours={trial.map.colours} />
    </>
  );
}
