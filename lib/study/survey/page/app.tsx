/// <reference lib="dom" />
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Answer, AnswerSheet, SurveyData, Trial } from './data.ts';
import { answered, emptySheet, firstOpen, forget, keep, keptSheet, save } from './sheet.ts';
import { TrialView } from './trial.tsx';

/** Before the first trial, in one, or behind the last. */
type Place = number | 'start';

/** Asks one trial after the other; keeps every answer in the browser until the file is saved. */
export function App({ data }: { data: SurveyData }) {
  const [sheet, setSheet] = useState(() => keptSheet(data) ?? emptySheet(data));
  const [place, setPlace] = useState<Place>('start');
  const [keeps, setKeeps] = useState(true);
  const since = useRef(0);
  useLayoutEffect(() => {
    since.current = performance.now();
    document.querySelector<HTMLElement>('h1')?.focus();
  }, [place]);
  const answer = useCallback(
    (given: Answer) => {
      if (place === 'start') return;
      const next = answered(sheet, place, given, Math.round(performance.now() - since.current));
      setSheet(next);
      setKeeps(keep(data, next));
      setPlace(place + 1);
    },
    [sheet, place],
  );
  const trial = place === 'start' ? undefined : data.trials[place];
  if (place === 'start') return <Start {...{ data, sheet }} begin={() => setPlace(firstOpen(sheet))} />;
  if (!trial)
    return (
      <End
        sheet={sheet}
        back={() => setPlace(data.trials.length - 1)}
        another={() => {
          forget(data);
          setSheet(emptySheet(data));
          setPlace('start');
        }}
      />
    );
  return (
    <main>
      <p class="place">
        <span>
          {place + 1} of {data.trials.length}
        </span>
        <span>
          {keeps ? 'answers are kept in this browser' : 'this browser keeps nothing: do not close it'}
        </span>
      </p>
      <progress value={place} max={data.trials.length} aria-label="answered" />
      <h1 tabIndex={-1}>
        <Question trial={trial} />
      </h1>
      <TrialView
        key={place}
        {...{ trial, answer }}
        levels={data.levels}
        given={sheet.answers[place]?.answer ?? null}
      />
      <div class="ways">
        <button type="button" onClick={() => setPlace(place === 0 ? 'start' : place - 1)}>
          back
        </button>
      </div>
    </main>
  );
}

function Question({ trial }: { trial: Trial }) {
  if (trial.kind === 'class') return <>This heat map is of a picture that you do not see. What was in it?</>;
  return (
    <>
      Which heat map shows better what in the picture speaks for <em>{trial.class}</em>?
    </>
  );
}

function Start({ data, sheet, begin }: { data: SurveyData; sheet: AnswerSheet; begin: () => void }) {
  const [open, pairs] = [firstOpen(sheet), data.trials.filter(({ kind }) => kind === 'pair').length];
  return (
    <main>
      <h1 tabIndex={-1}>Which heat map explains better?</h1>
      <p>
        A program tells what is in a picture. A heat map shows which places in the picture speak for its
        answer, and some maps show it better than others. You will see {data.trials.length} questions, for
        some ten minutes. There are no right answers to most of them: your impression counts.
      </p>
      <ul>
        <li>
          In {pairs} of them there are a picture and two heat maps: choose the one that shows better what in
          the picture speaks for what it is. Where you see no difference, say so. Keys: <kbd>←</kbd>{' '}
          <kbd>→</kbd> <kbd>↓</kbd>
        </li>
        <li>
          In {data.trials.length - pairs} of them there is one heat map without its picture: choose what was
          in it; guess if you have to. Keys: <kbd>1</kbd> <kbd>2</kbd> …
        </li>
      </ul>
      <p>
        Nothing is sent anywhere. Answers stay in this browser, also if you close the page and come back,
        until you save them as a file at the end.
      </p>
      <div class="ways">
        <button type="button" class="first" onClick={begin}>
          {open === 0 ? 'Begin' : `Go on at question ${Math.min(open + 1, data.trials.length)}`}
        </button>
      </div>
    </main>
  );
}

function End({ sheet, back, another }: { sheet: AnswerSheet; back: () => void; another: () => void }) {
  const [saved, setSaved] = useState(false);
  return (
    <main>
      <h1 tabIndex={-1}>That was all. Thank you!</h1>
      <p>Save your answers and send the file to whom you had this page from.</p>
      <div class="ways">
        <button
          type="button"
          class="first"
          onClick={() => {
            save(sheet);
            setSaved(true);
          }}
        >
          Save the answers
        </button>
        <button type="button" onClick={back}>
          back
        </button>
        {saved && (
          <button type="button" onClick={another}>
            Forget them here: somebody else answers
          </button>
        )}
      </div>
      <p role="status">{saved ? `Saved as answers-${sheet.person}.json, where downloads go.` : ''}</p>
    </main>
  );
}
