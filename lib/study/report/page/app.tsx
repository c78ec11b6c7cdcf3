/// <reference lib="dom" />
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { fromAddress, toAddress } from './address.ts';
import { placeText } from '../../score/axes.ts';
import { Claims } from './claims.tsx';
import type { StatisticData, StudyData } from './data.ts';
import { Explorer } from './explorer.tsx';
import { Figures, stateOfPoint } from './figures.tsx';
import { Heading } from './heading.tsx';
import { Made } from './made.tsx';
import { Survey } from './survey.tsx';
import { type Origin, OriginDialog } from './origin.tsx';
import type { Record } from './record.ts';
import type { Pictures } from './pictures.ts';
import { initialState, inRun, placeOfEpoch, type State } from './state.ts';

interface Props {
  readonly study: StudyData;
  /** Null where the page is written, before there is a screen. */
  readonly pictures: Pictures | null;
  /** What `pipe publish` wrote into the page; none is in it as it was written at first. */
  readonly record?: Record | null;
  /** Calls back when maps have come that were not there. */
  readonly onArrival?: (listener: () => void) => () => void;
}

/** The browser itself goes back to where one was when a page is loaded again. */
function isFirstVisit(): boolean {
  const [entry] = performance.getEntriesByType('navigation');
  return (entry as PerformanceNavigationTiming | undefined)?.type === 'navigate';
}

/** Changes of the address are too many to write while a slider moves; milliseconds. */
const SETTLED = 150;

export function App({ study, pictures, record: given = null, onArrival }: Props) {
  // As the page was written at first, and what the address asks for once it is there.
  const [state, setState] = useState(() => initialState(study));
  const [ready, setReady] = useState<Pictures | null>(null);
  const [origin, setOrigin] = useState<Origin | null>(null);
  const [, setArrived] = useState(0);
  useEffect(() => {
    const read = (): void => {
      setState(fromAddress(location.hash.slice(1), study));
    };
    // A link is to maps: where there is one, they are what is seen first.
    const asked = location.hash !== '' && isFirstVisit();
    read();
    setReady(pictures);
    if (asked) document.getElementById('explorer')?.scrollIntoView();
    addEventListener('hashchange', read);
    const stop = onArrival?.(() => {
      setArrived((count) => count + 1);
    });
    return () => {
      removeEventListener('hashchange', read);
      stop?.();
    };
  }, []);
  useEffect(() => {
    if (!ready) return undefined;
    const timer = setTimeout(() => {
      history.replaceState(null, '', `#${toAddress(state, study)}`);
    }, SETTLED);
    return () => {
      clearTimeout(timer);
    };
  }, [state, ready]);
  const update = (change: Partial<State>): void => {
    setState((before) => ({ ...before, ...change }));
  };
  /** From elsewhere on the page: what is asked for, and the explorer into view. */
  const show = ({ run, ...change }: Partial<State> & { run: number }): void => {
    setState((before) => {
      const { epoch, ...rest } = change;
      const there = { ...inRun(before, study, run), ...rest };
      const data = study.runs[run]!;
      return epoch === undefined ? there : { ...there, epoch: data.epochs[placeOfEpoch(data, epoch)]! };
    });
    const heading = document.getElementById('explorer');
    heading?.scrollIntoView();
    heading?.focus({ preventScroll: true });
  };
  // What a step of the slider does not change is not compared either.
  const now = useRef(state);
  now.current = state;
  const claims = useMemo(
    () => (
      <Claims
        claims={study.claims}
        openOrigin={setOrigin}
        showMaps={(statistic) => {
          show(stateOfStatistic(statistic, study, now.current));
        }}
      />
    ),
    [],
  );
  const figures = useMemo(
    () => (
      <Figures
        {...{ study, state, update, openOrigin: setOrigin }}
        showMaps={(point, figure) => {
          show(stateOfPoint(point, figure, study, now.current));
        }}
      />
    ),
    [study.runs[state.run]?.setting, state.figures, state.axis],
  );
  const record = ready ? given : null;
  const [heading, survey, made] = useMemo(
    () => [
      <Heading study={study} record={record} />,
      study.survey && <Survey survey={study.survey} />,
      <Made study={study} record={record} />,
    ],
    [record],
  );
  return (
    <main>
      {heading}
      {claims}
      {study.runs.length > 0 && (
        <Explorer {...{ study, state, update, openOrigin: setOrigin }} pictures={ready} />
      )}
      {figures}
      {survey}
      {made}
      <OriginDialog
        {...{ origin, study, record }}
        close={() => {
          setOrigin(null);
        }}
      />
    </main>
  );
}

/** The maps that a statistic is of: last epoch, all images, by the method that its name begins with. */
function stateOfStatistic(
  { variant, statistic }: StatisticData,
  study: StudyData,
  state: State,
): Partial<State> & { run: number } {
  const run = Math.max(
    0,
    study.runs.findIndex(({ point }) => {
      const texts = Object.entries(point).map(([axis, value]) => placeText(axis, value, '='));
      return variant.split(', ').every((part) => texts.includes(part));
    }),
  );
  const { methods, epochs } = study.runs[run]!;
  const names = methods.map(({ name }) => name).toSorted((a, b) => b.length - a.length);
  const name = names.find((each) => statistic.startsWith(each));
  const method = methods.findIndex((each) => each.name === name);
  return {
    run,
    method: method < 0 ? state.method : method,
    epoch: epochs.at(-1)!,
    similarity: statistic.includes('Spearman') ? 'spearman' : 'mssim',
    view: 'all',
  };
}
