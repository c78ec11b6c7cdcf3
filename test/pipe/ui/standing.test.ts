import { describe, expect, test } from 'vitest';
import { RunModel } from '../../../lib/pipe/ui/page/run-model.ts';
import { gridOf } from '../../../lib/pipe/ui/page/grid.ts';
import { cellsOf, drawnOf, NOTHING, tasksOf } from '../../../lib/pipe/ui/page/shares.ts';
import { standingOf, type Sources } from '../../../lib/pipe/ui/page/standing.ts';
import { Tasks } from '../../../lib/pipe/ui/page/tasks.ts';
import {
  STATES,
  stateCode,
  type RunHead,
  type RunHistory,
  type StageView,
} from '../../../lib/pipe/ui/protocol.ts';

const stage = (name: string, base: number, epochs: number): StageView => ({
  name,
  title: '',
  lane: '●',
  axes: [{ name: 'epoch', values: Array.from({ length: epochs }, (_, index) => index), scan: false }],
  base,
  count: epochs,
  runs: null,
  threads: 1,
  recorded: null,
});
const stages = [stage('train', 0, 3), stage('score', 3, 2)];
const pipeline = { stages, tasks: 5 };
const head = (fresh: number, tasks = 3): RunHead => ({
  run: 'r',
  at: 1000,
  profile: 'default',
  set: [],
  experiment: null,
  revision: null,
  host: null,
  tasks: 5,
  fresh,
  jobs: 1,
  stages: [
    { stage: 'train', tasks, fresh },
    { stage: 'score', tasks: 2, fresh: 0 },
  ],
});
const history: RunHistory = {
  run: 'r',
  offset: 0,
  head: head(0),
  end: null,
  others: [],
  at: [],
  task: [],
  state: [],
  running: [],
  failures: [],
  reasons: {},
  took: {},
  log: [],
};
const shown = (sources: Partial<Sources>): string[] => {
  const { states } = standingOf({
    tasks: new Tasks(pipeline),
    events: null,
    later: null,
    head: null,
    over: false,
    plan: null,
    latest: true,
    ...sources,
  });
  return [...states].map((state) => STATES[state]!);
};
const codes = (...states: (typeof STATES)[number][]) => Uint8Array.from(states.map(stateCode));

describe('while a run goes on', () => {
  test('tasks wait until an event names them', () => {
    const run = new RunModel(history, new Tasks(pipeline));
    run.take({ type: 'started', at: 1500, task: 0, reasons: ['never built'] });
    run.take({ type: 'finished', at: 2000, task: 0, state: stateCode('ran'), detail: '', ms: 500 });
    run.take({ type: 'started', at: 2100, task: 1, reasons: [] });
    expect(shown({ events: run.states, head: run.head })).toEqual([
      'ran',
      'running',
      'waiting',
      'waiting',
      'waiting',
    ]);
    expect(run.reasons.get('train')).toBe('never built');
    expect(run.took.get('train')).toEqual({ ms: 500, tasks: 1 });
  });

  test('of a stage that is partly up to date the plan says which tasks are', () => {
    const plan = codes('up to date', 'to run', 'may run', 'may run', 'may run');
    expect(shown({ head: head(1) }).slice(0, 3)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(shown({ head: head(1), plan })).toEqual([
      'up to date',
      'waiting',
      'waiting',
      'waiting',
      'waiting',
    ]);
    expect(shown({ head: head(3) }).slice(0, 3)).toEqual(['up to date', 'up to date', 'up to date']);
  });
});

describe('after a run', () => {
  const run = new RunModel(history, new Tasks(pipeline));
  run.take({ type: 'finished', at: 1100, task: 0, state: stateCode('ran'), detail: '', ms: 1 });
  run.take({ type: 'started', at: 1200, task: 1, reasons: [] });
  run.take({ type: 'finished', at: 1300, task: 1, state: stateCode('failed'), detail: 'no', ms: null });
  run.take({ type: 'started', at: 1400, task: 2, reasons: [] });

  test('what has to run again since is said, and what failed', () => {
    const plan = codes('to run', 'to run', 'up to date', 'may run', 'up to date');
    expect(shown({ events: run.states, head: run.head, over: true, plan })).toEqual([
      'to run',
      'failed',
      'skipped',
      'may run',
      'up to date',
    ]);
  });

  test('of a past run only its own events count', () => {
    const plan = codes('to run', 'to run', 'to run', 'to run', 'to run');
    expect(
      shown({ events: run.states, head: run.head, over: true, plan, latest: false }).slice(0, 2),
    ).toEqual(['ran', 'failed']);
  });

  test('any moment of it can be looked at, forwards and backwards', () => {
    const at = (position: number) =>
      shown({ events: run.statesAt(position), later: run.states, head: run.head, over: true, latest: false });
    expect(at(250)).toEqual(['ran', 'running', 'waiting', 'up to date', 'up to date']);
    expect(at(350).slice(0, 3)).toEqual(['ran', 'failed', 'waiting']);
    expect(at(50).slice(0, 3)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(run.length).toBe(400);
  });
});

test('tasks are named by the axes of their stage, and found by their names', () => {
  const tasks = new Tasks({
    tasks: 6,
    stages: [
      {
        ...stage('a', 0, 1),
        count: 6,
        axes: [
          { name: 'seed', values: [0, 1], scan: false },
          { name: 'epoch', values: [1, 5, 'last'], scan: true },
        ],
      },
    ],
  });
  expect(tasks.idOf(5)).toBe('a@seed=1,epoch=last');
  for (let task = 0; task < 6; task++) expect(tasks.find(tasks.idOf(task))).toBe(task);
  expect(tasks.find('a@seed=2,epoch=1')).toBeNull();
  expect(tasks.find('b')).toBeNull();
  expect(tasks.idOf(tasks.numberOf('gone@x=1'))).toBe('gone@x=1');
});

describe('of a stage that has not a task for every combination', () => {
  const sparse = {
    ...stage('a', 2, 1),
    count: 7,
    // Of 4 × 3 combinations: none of the first two, then four, a gap, two, a gap, one.
    runs: [
      [2, 4],
      [7, 2],
      [11, 1],
    ] as const,
    axes: [
      { name: 'seed', values: [0, 1, 2, 3], scan: false },
      { name: 'epoch', values: [1, 5, 9], scan: true },
    ],
  };
  const tasks = new Tasks({ tasks: 9, stages: [stage('before', 0, 2), sparse] });

  test('tasks are named as they are, found, and combinations without one are not', () => {
    const ids = Array.from({ length: 7 }, (_, local) => tasks.idOf(2 + local));
    expect(ids).toEqual([
      'a@seed=0,epoch=9',
      'a@seed=1,epoch=1',
      'a@seed=1,epoch=5',
      'a@seed=1,epoch=9',
      'a@seed=2,epoch=5',
      'a@seed=2,epoch=9',
      'a@seed=3,epoch=9',
    ]);
    expect(ids.map((id) => tasks.find(id))).toEqual([2, 3, 4, 5, 6, 7, 8]);
    for (const gone of ['a@seed=0,epoch=1', 'a@seed=2,epoch=1', 'a@seed=3,epoch=5'])
      expect(tasks.find(gone)).toBeNull();
  });

  test('cells stand where all combinations would, and those without a task are blank', () => {
    const { cells, chain } = drawnOf(sparse);
    expect([cells, chain]).toEqual([12, 3]);
    const grid = gridOf(cells, chain, 400, 112);
    const shown = new Uint8Array(grid.cells);
    cellsOf(
      codes('ran', 'ran', 'ran', 'failed', ...Array<'waiting'>(5).fill('waiting')),
      sparse,
      grid,
      shown,
    );
    const [ran, failed, waiting] = codes('ran', 'failed', 'waiting');
    const none = NOTHING;
    expect([...shown]).toEqual([
      ...[none, none, ran],
      ...[failed, waiting, waiting],
      ...[none, waiting, waiting],
      ...[none, none, waiting],
    ]);
    expect([tasksOf(sparse, grid, 3), tasksOf(sparse, grid, 6)]).toEqual([
      [1, 2],
      [4, 4],
    ]);
  });

  test('where most combinations have none, tasks stand side by side', () => {
    const few = {
      ...sparse,
      count: 2,
      runs: [
        [0, 1],
        [11, 1],
      ] as const,
    };
    expect(drawnOf(few)).toEqual({ cells: 2, chain: 1, all: false });
  });
});
