import { describe, expect, test } from 'vitest';
import type { TaskPlan } from '../../../lib/pipe/plan/plan.ts';
import { statusLines, statusTaskLines } from '../../../lib/pipe/report/status.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';
import type { CodeNote, Inspection } from '../../../lib/pipe/run/project.ts';
import { graphOf } from './graphs.ts';

const plain = styleFor({ isTTY: false, env: {}, noColor: true });
const fresh: TaskPlan = { state: 'fresh' };
const rate: TaskPlan = {
  state: 'stale',
  reasons: [{ reason: 'parameter', path: 'train.rate', before: 0.1, after: 0.2 }],
};

function inspected(plans: Record<string, TaskPlan>, codeNotes: readonly CodeNote[] = []) {
  const graph = graphOf(Object.keys(plans));
  const inspection: Inspection = {
    tasks: Object.entries(plans).map(([id, plan], index) => ({ id, index, plan })),
    codeNotes,
    stageIssues: [],
    inputIssues: [],
  };
  return { graph, inspection };
}

const mixed = inspected(
  {
    data: fresh,
    'train@epoch=1': fresh,
    'train@epoch=2': rate,
    'train@epoch=5': rate,
    'train@epoch=9': { state: 'unknown', upstream: [3], reasons: [{ reason: 'never-built' }] },
    'score@epoch=2': { state: 'unknown', upstream: [2], reasons: [] },
    'score@epoch=5': { state: 'unknown', upstream: [3], reasons: [] },
    plot: { state: 'restorable', reasons: [{ reason: 'parameter', path: 'plot.log', after: true }] },
  },
  [
    { stage: 'train', file: 'lib/net.ts' },
    { stage: 'score', file: 'lib/net.ts' },
  ],
);

describe('the status of a pipeline', () => {
  test('is a line per stage, and one for each reason that some of its tasks share', () => {
    expect(statusLines(mixed.inspection, mixed.graph, plain)).toEqual([
      'data   up to date',
      'train  3 to run, 1 up to date',
      '         2 to run: parameter train.rate changed: 0.1 -> 0.2',
      '         1 to run: never built',
      'score  2 may run',
      '         2 may run if train writes other bytes',
      'plot   1 to restore',
      '         1 to restore: parameter plot.log added: true',
      'note: the text of lib/net.ts changed, its meaning did not (train, score)',
      '8 tasks: 3 to run, 2 may run, 1 to restore, 2 up to date',
    ]);
  });

  test('lists every task on request', () => {
    expect(statusTaskLines(mixed.inspection, mixed.graph, plain).slice(2, 8)).toEqual([
      'to run      train@epoch=2',
      '              parameter train.rate changed: 0.1 -> 0.2',
      'to run      train@epoch=5',
      '              parameter train.rate changed: 0.1 -> 0.2',
      'to run      train@epoch=9',
      '              never built',
    ]);
  });

  test('says in one line that there is nothing to do', () => {
    const all = inspected({ data: fresh, 'train@epoch=1': fresh, 'train@epoch=2': fresh });
    expect(statusLines(all.inspection, all.graph, plain)).toEqual([
      'data   up to date',
      'train  up to date (2)',
      'nothing to do: all 3 tasks are up to date',
    ]);
  });

  test('names three of the tasks it depends on, and counts the rest', () => {
    const ids = [1, 2, 3, 4, 5].map((epoch) => [`train@epoch=${epoch}`, rate] as const);
    const plot: TaskPlan = { state: 'unknown', upstream: [0, 1, 2, 3, 4], reasons: [] };
    const many = inspected({ ...Object.fromEntries(ids), plot });
    expect(statusTaskLines(many.inspection, many.graph, plain).slice(-3)).toEqual([
      'may run     plot',
      '              if train@epoch=1, train@epoch=2, train@epoch=3 or 2 more write other bytes',
      '6 tasks: 5 to run, 1 may run',
    ]);
  });
});
