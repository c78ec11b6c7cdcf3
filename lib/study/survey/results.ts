import type { Observation, Observations, Preference } from './observations.ts';
import { differenceOfShares, type Said, type Share, shareOf } from './share.ts';

/** What a row of the results is of. */
export const questions = [
  'prefers early stopping',
  'sees no difference',
  'the same when asked again',
  'same maps: no difference',
  'another image’s map: the own',
  'class told, early stopping',
  'class told, late',
  'class told, early stopping − late',
] as const;
export type Question = (typeof questions)[number];

/** Where a row is of all. */
export const ALL = 'all';

export interface ResultRow {
  readonly question: Question;
  readonly method: string;
  readonly group: string;
  /** Everyone, or who answered at least half of the catches as they had to be. */
  readonly people: 'everyone' | 'attentive';
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** What answers at random would give; null where that depends on who answers. */
  readonly chance: number | null;
  /** How many stand behind it. */
  readonly raters: number;
  readonly items: number;
  readonly answers: number;
}

/** Of the catches. */
const ATTENTIVE = 0.5;

/** Everything that is asked of the answers, a row each: preferences by method and group first. */
export function resultsOf(observed: Observations, level: number): ResultRow[] {
  const attentive = attentivePeople(observed.catches);
  const people = new Set(observed.preferences.map(({ person }) => person));
  const own = observed.preferences.filter(({ person }) => attentive.has(person));
  return [
    ...preferenceRows(observed.preferences, 'everyone', level),
    ...(attentive.size < people.size ? preferenceRows(own, 'attentive', level) : []),
    ...byMethod(unsure(observed.preferences), 'sees no difference', null, level),
    ...row('the same when asked again', observed.consistent, null, level),
    ...row('same maps: no difference', ofKind(observed, 'identical'), 1 / 3, level),
    ...row('another image’s map: the own', ofKind(observed, 'other'), 1 / 3, level),
    ...classRows(observed.told, level),
  ];
}

function attentivePeople(catches: Observations['catches']): ReadonlySet<number> {
  const sums = new Map<number, { right: number; of: number }>();
  for (const { person, value } of catches) {
    const { right, of } = sums.get(person) ?? { right: 0, of: 0 };
    sums.set(person, { right: right + value, of: of + 1 });
  }
  return new Set([...sums].filter(([, { right, of }]) => right >= ATTENTIVE * of).map(([person]) => person));
}

function preferenceRows(
  said: readonly Preference[],
  people: ResultRow['people'],
  level: number,
): ResultRow[] {
  // A repeat is there for consistency: it would let some pairs count twice.
  const asked = said.filter(({ repeat }) => !repeat);
  const question = 'prefers early stopping';
  const groups = [ALL, ...named(asked, 'group')];
  return [ALL, ...named(asked, 'method')].flatMap((method) =>
    groups.flatMap((group) => row(question, of(asked, method, group), 0.5, level, { method, group, people })),
  );
}

function unsure(said: readonly Preference[]): Observation[] {
  return said.filter(({ repeat }) => !repeat).map((each) => ({ ...each, value: Number(each.value === 0.5) }));
}

function ofKind({ catches }: Observations, kind: 'identical' | 'other'): Observation[] {
  return catches.filter((each) => each.kind === kind);
}

function classRows(told: Observations['told'], level: number): ResultRow[] {
  const chance = told[0]?.chance ?? null;
  return [ALL, ...named(told, 'method')].flatMap((method) => {
    const at = (checkpoint: 'early' | 'late') =>
      of(told, method, ALL).filter((each) => (each as (typeof told)[number]).checkpoint === checkpoint);
    const [early, late] = [shareOf(at('early'), level), shareOf(at('late'), level)];
    const rows = [
      ...row('class told, early stopping', at('early'), chance, level, { method }),
      ...row('class told, late', at('late'), chance, level, { method }),
    ];
    if (!early || !late) return rows;
    const difference = differenceOfShares(early, late);
    const behind = { chance: 0, ...counts(early), answers: early.answers + late.answers };
    const question = 'class told, early stopping − late';
    return [...rows, { question, method, group: ALL, people: 'everyone', ...difference, ...behind }];
  });
}

function byMethod(
  said: readonly Observation[],
  question: Question,
  chance: number | null,
  level: number,
): ResultRow[] {
  return [ALL, ...named(said, 'method')].flatMap((method) =>
    row(question, of(said, method, ALL), chance, level, { method }),
  );
}

/** One row, or none where nothing was said. */
function row(
  question: Question,
  said: readonly Said[],
  chance: number | null,
  level: number,
  of: Partial<Pick<ResultRow, 'method' | 'group' | 'people'>> = {},
): ResultRow[] {
  const share = shareOf(said, level);
  if (!share) return [];
  const { value, low, high } = share;
  const place = { method: ALL, group: ALL, people: 'everyone', ...of } as const;
  return [{ question, ...place, value, low, high, chance, ...counts(share) }];
}

function counts({ people, items, answers }: Share): Pick<ResultRow, 'raters' | 'items' | 'answers'> {
  return { raters: people, items, answers };
}

function named(said: readonly Observation[], by: 'method' | 'group'): string[] {
  return [...new Set(said.map((each) => each[by]))].sort();
}

function of(said: readonly Observation[], method: string, group: string): readonly Observation[] {
  return said.filter(
    (each) => (method === ALL || each.method === method) && (group === ALL || each.group === group),
  );
}
