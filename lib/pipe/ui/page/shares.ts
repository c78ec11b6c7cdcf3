import { STATES, stateCode, type StageView } from '../protocol.ts';
import type { Grid } from './grid.ts';
import { combinations, firstFrom } from './tasks.ts';

const FAILED = stateCode('failed');
const RUNNING = stateCode('running');
/** In this order a cell of many tasks is taken for one of them. */
const DONE = new Set([stateCode('up to date'), stateCode('ran'), stateCode('restored')]);
/** From here on: a cell of which some tasks are done, in sixteenths. */
export const PARTLY = STATES.length;
export const PARTS = 16;

/** A cell of combinations that have no task. */
export const NOTHING = PARTLY + PARTS;
/** Combinations to a task, up to which those without one are left blank; beyond, tasks stand side by side. */
const SPARSE = 4;

type Shape = Pick<StageView, 'axes' | 'base' | 'count' | 'runs'>;

/** What the cells of a stage stand for: so many, in chains of so many, and whether those are all combinations. */
export function drawnOf(stage: Shape): {
  readonly cells: number;
  readonly chain: number;
  readonly all: boolean;
} {
  const chain = stage.axes.findLast(({ values }) => values.length > 1)?.values.length ?? 1;
  if (stage.runs === null) return { cells: stage.count, chain, all: false };
  const all = combinations(stage);
  return all <= SPARSE * stage.count
    ? { cells: all, chain, all: true }
    : { cells: stage.count, chain: 1, all: false };
}

/** The tasks of a cell, by their places in the stage. */
export function tasksOf(stage: Shape, { perCell }: Grid, cell: number): readonly [from: number, to: number] {
  const [from, to] = [cell * perCell, (cell + 1) * perCell];
  return drawnOf(stage).all
    ? [firstFrom(stage, from), firstFrom(stage, to)]
    : [from, Math.min(stage.count, to)];
}

/** What each cell shows: the state of its task, or of many that there is a failed or a running one, or how many are done. */
export function cellsOf(states: Uint8Array, stage: Shape, grid: Grid, cells: Uint8Array): void {
  const plain = grid.perCell === 1 && !drawnOf(stage).all;
  for (let cell = 0; cell < grid.cells; cell++) {
    if (plain) {
      cells[cell] = states[stage.base + cell]!;
      continue;
    }
    const [from, to] = tasksOf(stage, grid, cell);
    cells[cell] = from === to ? NOTHING : shared(states, stage.base + from, stage.base + to);
  }
}

function shared(states: Uint8Array, from: number, to: number): number {
  let [done, running, same] = [0, false, true];
  for (let task = from; task < to; task++) {
    const state = states[task]!;
    if (state === FAILED) return FAILED;
    if (state === RUNNING) running = true;
    if (state !== states[from]) same = false;
    if (DONE.has(state)) done++;
  }
  if (running) return RUNNING;
  if (same) return states[from]!;
  return PARTLY + Math.min(PARTS - 1, Math.floor((done / (to - from)) * PARTS));
}
