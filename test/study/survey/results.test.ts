import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readArrow } from '../../../lib/pipe/arrow/index.ts';
import { draws } from '../../../lib/study/random.ts';
import { readSheets, type Sheet } from '../../../lib/study/survey/answers.ts';
import { design } from '../../../lib/study/survey/design.ts';
import type { SurveyKey, TrialKey } from '../../../lib/study/survey/key.ts';
import { observe } from '../../../lib/study/survey/observations.ts';
import { surveyPower } from '../../../lib/study/survey/power.ts';
import { readResults, writeResults } from '../../../lib/study/survey/results-file.ts';
import { type ResultRow, resultsOf } from '../../../lib/study/survey/results.ts';
import { differenceOfShares, shareOf } from '../../../lib/study/survey/share.ts';
import { resultsText } from '../../../lib/study/survey/text.ts';
import { madeUpPacks } from './packs.ts';

const { key: drawn } = design(madeUpPacks(), {
  methods: ['saliency', 'grad-cam'],
  counts: { pairs: 9, repeats: 4, catches: 4, classes: 4 },
  choices: 3,
  seed: 1,
});
const key: SurveyKey = { ...drawn, runs: [] };

type Answer = 'left' | 'same' | 'right' | number;

function sheet(person: string, answer: (trial: TrialKey) => Answer | null): Sheet {
  const answers = key.trials.map((trial) => {
    const given = answer(trial);
    return given === null ? null : { answer: given, milliseconds: 900 };
  });
  return { survey: key.survey, person, answers };
}

/** Early stopping where that can be told, the right answer else. */
const early = (trial: TrialKey): Answer => {
  switch (trial.kind) {
    case 'preference':
      return trial.early;
    case 'identical':
      return 'same';
    case 'other':
      return trial.own;
    case 'class':
      return trial.checkpoint === 'early' ? trial.right : (trial.right + 1) % trial.choices;
  }
};
const atRandom = (seed: number) => {
  const from = draws({ seed, purpose: 'test answers' });
  return (trial: TrialKey): Answer =>
    trial.kind === 'class' ? from.integer(trial.choices) : (['left', 'right'] as const)[from.integer(2)]!;
};

function results(...sheets: readonly Sheet[]): ResultRow[] {
  return resultsOf(observe({ sheets: sheets.map((each) => ({ sheet: each, key })) }), 0.95);
}

function find(rows: readonly ResultRow[], question: string, method = 'all', group = 'all'): ResultRow {
  const found = rows.find(
    (row) =>
      row.question === question && row.method === method && row.group === group && row.people === 'everyone',
  );
  if (!found) throw new Error(`no row ${question}, ${method}, ${group}`);
  return found;
}

test('who always prefers early stopping gives 100 %, by method and group, with an interval that leaves out a half', () => {
  const rows = results(sheet('a', early));
  const all = find(rows, 'prefers early stopping');
  expect(all).toMatchObject({ value: 1, raters: 1, items: 18, answers: 18, chance: 0.5, high: 1 });
  expect(all.low).toBeGreaterThan(0.75);
  for (const group of ['A', 'B', 'C'])
    expect(find(rows, 'prefers early stopping', 'saliency', group)).toMatchObject({ value: 1, answers: 3 });
  expect(find(rows, 'the same when asked again')).toMatchObject({ value: 1, answers: 4 });
  expect(find(rows, 'same maps: no difference').value).toBe(1);
  expect(find(rows, 'another image’s map: the own').value).toBe(1);
  expect(find(rows, 'class told, early stopping')).toMatchObject({ value: 1, chance: 1 / 3 });
  expect(find(rows, 'class told, late').value).toBe(0);
  const difference = find(rows, 'class told, early stopping − late');
  expect(difference).toMatchObject({ value: 1, high: 1, chance: 0 });
});

test('people who answer at random give about 50 %, with an interval that has it inside', () => {
  const rows = results(...Array.from({ length: 12 }, (_, at) => sheet(`r${at}`, atRandom(at))));
  const all = find(rows, 'prefers early stopping');
  expect(Math.abs(all.value - 0.5)).toBeLessThan(0.12);
  expect(all.low).toBeLessThan(0.5);
  expect(all.high).toBeGreaterThan(0.5);
  expect(all).toMatchObject({ raters: 12, items: 18, answers: 216 });
});

test('“no difference” counts a half, and is counted by itself', () => {
  const rows = results(sheet('a', (trial) => (trial.kind === 'class' ? 0 : 'same')));
  expect(find(rows, 'prefers early stopping').value).toBe(0.5);
  expect(find(rows, 'sees no difference', 'grad-cam').value).toBe(1);
  expect(find(rows, 'the same when asked again').value).toBe(1);
  expect(find(rows, 'another image’s map: the own').value).toBe(0);
});

test('who answers by side alone is at 50 %, never the same when asked again, and fails the catches that are equal', () => {
  const rows = results(sheet('a', (trial) => (trial.kind === 'class' ? 0 : 'left')));
  expect(find(rows, 'prefers early stopping').value).toBeCloseTo(0.5, 1);
  expect(find(rows, 'the same when asked again').value).toBe(0);
  expect(find(rows, 'same maps: no difference').value).toBe(0);
});

test('those who fail more than half of the catches are shown apart, with those who do not', () => {
  const careless = sheet('b', (trial) =>
    trial.kind === 'identical' ? 'left' : trial.kind === 'other' ? 'same' : early(trial),
  );
  const late = sheet('c', (trial) =>
    trial.kind === 'preference' ? (trial.early === 'left' ? 'right' : 'left') : early(trial),
  );
  const rows = results(careless, late);
  expect(find(rows, 'prefers early stopping').value).toBe(0.5);
  const attentive = rows.find(
    (row) => row.people === 'attentive' && row.method === 'all' && row.group === 'all',
  );
  expect(attentive).toMatchObject({ value: 0, raters: 1 });
  expect(results(late).some(({ people }) => people === 'attentive')).toBe(false);
});

test('what was not answered is not there; one answer has no interval, none no row', () => {
  let given = 0;
  const rows = results(
    sheet('a', (trial) => (trial.kind === 'preference' && given++ === 0 ? trial.early : null)),
  );
  expect(rows.filter(({ group, method }) => group === 'all' && method === 'all')).toMatchObject([
    { question: 'prefers early stopping', value: 1, low: null, high: null, answers: 1 },
    { question: 'sees no difference', value: 0, low: null },
  ]);
  expect(resultsText(rows)).toMatch(
    /^question +method +group +share +95 % +chance +people +images +answers\n/,
  );
});

test('an interval holds what is true as often as it says, where people and images differ', () => {
  for (const [people, items] of [
    [5, 10],
    [20, 20],
  ] as const) {
    const wrong = surveyPower({ people, items, preference: 0.5 }, 0.95);
    expect(wrong).toBeLessThan(0.09);
    expect(surveyPower({ people, items, preference: 0.8 }, 0.95)).toBeGreaterThan(0.5);
  }
});

test('an interval of one who agrees with everybody is Wilson’s, and never wider for more who do', () => {
  const said = (people: number, items: number) =>
    Array.from({ length: people * items }, (_, at) => ({
      person: Math.floor(at / items),
      item: at % items,
      value: 1,
    }));
  // Wilson at 20 of 20 with t of 19 degrees, 2.0930: n / (n + t²).
  expect(shareOf(said(1, 20), 0.95)!.low).toBeCloseTo(20 / (20 + 2.093024 ** 2), 5);
  const lows = [3, 5, 10, 20].map((people) => shareOf(said(people, 10), 0.95)!.low!);
  expect(lows).toEqual([...lows].sort((a, b) => a - b));
  const [a, b] = [shareOf(said(3, 10), 0.95)!, shareOf(said(3, 10), 0.95)!];
  expect(differenceOfShares(a, b)).toMatchObject({ value: 0, low: -differenceOfShares(a, b).high! });
});

test('a results file gives back its rows, and says of which maps they are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'survey-results-'));
  const rows = results(sheet('a', early), sheet('b', atRandom(1)));
  await writeResults(join(folder, 'results.arrow'), rows, ['abc']);
  expect(readResults(await readArrow(join(folder, 'results.arrow')))).toEqual({ rows, maps: ['abc'] });
  rmSync(folder, { recursive: true });
});

test('files that are no answers, of another survey, or do not fit are left out, each with a reason; of two of a person the fuller counts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'survey-answers-'));
  const write = (name: string, value: unknown): void => {
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  };
  const whole = sheet('p', early);
  write('a.json', whole);
  write('b.json', { ...whole, answers: whole.answers.map((each, at) => (at > 3 ? null : each)) });
  write('broken.json', '{');
  write('list.json', []);
  write('other.json', { ...whole, survey: 'elsewhere' });
  write('short.json', { ...whole, person: 'q', answers: whole.answers.slice(1) });
  write('mixed.json', {
    ...whole,
    person: 'r',
    answers: whole.answers.map(() => ({ answer: 2, milliseconds: 1 })),
  });
  write('notes.txt', 'no answers');
  const { sheets, refused } = await readSheets(folder, [key]);
  expect(sheets.map((each) => each.sheet)).toEqual([whole]);
  expect(refused.map(({ file, reason }) => [file.slice(folder.length + 1), reason.split(':')[0]])).toEqual([
    ['broken.json', 'no answers as the page saves them'],
    ['list.json', 'no answers as the page saves them'],
    ['mixed.json', 'its answers do not fit the questions of its survey'],
    ['other.json', 'answers to the survey elsewhere, whose key is not here'],
    ['short.json', 'its answers do not fit the questions of its survey'],
  ]);
  rmSync(folder, { recursive: true });
});
