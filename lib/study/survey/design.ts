import { createHash } from 'node:crypto';
import type { PackedRun } from '../report/run-data.ts';
import { type Draws, draws, permutation } from '../random.ts';
import { type Asked, Asking } from './asking.ts';
import { type Candidate, eligible, type Eligible } from './candidates.ts';
import { otherSide, type SurveyKey } from './key.ts';
import type { SurveyData } from './page/data.ts';
import { Picker } from './pick.ts';

/** How many of each; a person answers all. */
export interface Counts {
  /** Of each method. */
  readonly pairs: number;
  /** Pairs that are asked again with their sides swapped. */
  readonly repeats: number;
  /** Half of them two maps that are the same, half a map of another image beside the image's own. */
  readonly catches: number;
  /** Images whose class is asked, once by each of their two maps. */
  readonly classes: number;
}

export interface DesignOptions {
  readonly methods: readonly string[];
  readonly counts: Counts;
  /** Classes to choose from. */
  readonly choices: number;
  readonly seed: number;
}

export interface Design {
  readonly page: SurveyData;
  readonly key: Omit<SurveyKey, 'runs'>;
  readonly leftOut: ReadonlyMap<string, Eligible['leftOut']>;
}

/** Draws a survey: which maps are shown, on which side, in which order. The page's part tells none of it. */
export function design(runs: readonly PackedRun[], options: DesignOptions): Design {
  const { methods, counts, seed } = options;
  const of = (purpose: string): Draws => draws({ seed, purpose: `survey ${purpose}` });
  const picker = new Picker(runs, of('images'));
  const pool = new Map(methods.map((method) => [method, eligible(runs, method)]));
  const used = new Set<Candidate>();
  /** What was not asked yet, or, where all was, any. */
  const take = (method: string, count: number): Candidate[] => {
    const { candidates } = pool.get(method)!;
    const left = candidates.filter((each) => !used.has(each));
    const picked = picker.pick(left.length >= count ? left : candidates, count);
    for (const each of picked) used.add(each);
    return picked;
  };
  const asking = new Asking(runs, of('sides'));
  const pairs = methods.map((method) => asking.pairs(method, take(method, counts.pairs)));
  const inTurn = (count: number, ask: (method: string, at: number) => Asked[]): Asked[] =>
    Array.from({ length: count }, (_, at) => ask(methods[at % methods.length]!, at)).flat();
  const asked = [
    ...repeated(pairs, counts.repeats, of('repeats')),
    ...inTurn(counts.catches, (method, at) =>
      take(method, 1).map((own) =>
        at % 2 === 0
          ? asking.identical(method, own)
          : asking.other(method, own, pool.get(method)!.candidates),
      ),
    ),
    ...inTurn(counts.classes, (method) =>
      take(method, 1).flatMap((own) => asking.classes(method, own, options.choices)),
    ),
  ];
  const ordered = inOrder(asked, of('order'));
  const trials = ordered.map(({ trial }) => trial);
  const survey = createHash('sha256').update(JSON.stringify(trials)).digest('hex').slice(0, 16);
  return {
    page: { survey, levels: runs[0]!.run.levels, trials },
    key: { survey, seed, trials: ordered.map(({ key }) => key) },
    leftOut: new Map([...pool].map(([method, { leftOut }]) => [method, leftOut])),
  };
}

/** The pairs, and some of them, of all methods in turn, once more with their sides swapped. */
function repeated(pairs: readonly (readonly Asked[])[], count: number, from: Draws): Asked[] {
  const shuffled = pairs.map((own) => [...permutation(own.length, from)].map((at) => own[at]!));
  const inTurn = Array.from({ length: Math.max(0, ...pairs.map(({ length }) => length)) }, (_, at) =>
    shuffled.flatMap((own) => own.slice(at, at + 1)),
  ).flat();
  const again = inTurn.slice(0, count);
  return [
    ...inTurn.slice(count),
    ...again.flatMap((each): Asked[] => [
      { ...each, half: 0 },
      { ...swapped(each), half: 1 },
    ]),
  ];
}

function swapped({ trial, key }: Asked): Omit<Asked, 'half'> {
  if (trial.kind !== 'pair' || key.kind !== 'preference') throw new Error('only pairs have sides to swap');
  return {
    trial: { ...trial, left: trial.right, right: trial.left },
    key: { ...key, early: otherSide(key.early), repeat: true },
  };
}

/** At random, each half for itself. */
function inOrder(asked: readonly Asked[], from: Draws): Asked[] {
  const halves: [Asked[], Asked[]] = [[], []];
  for (const each of asked) if (each.half !== null) halves[each.half].push(each);
  const free = asked.filter(({ half }) => half === null);
  for (const at of permutation(free.length, from)) {
    const [first, second] = halves;
    (first.length <= second.length ? first : second).push(free[at]!);
  }
  return halves.flatMap((half) => [...permutation(half.length, from)].map((at) => half[at]!));
}
