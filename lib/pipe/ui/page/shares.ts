import { STATES, stateCode } from '../protocol.ts';
import type { Grid } from './grid.ts';

const FAILED = stateCode('failed');
const RUNNING = stateCode('running');
/** In this order a cell of many tasks is taken for one of them. */
const DONE = new Set([stateCode('up to date'), stateCode('ran'), stateCode('restored')]);
/** From here on: a cell of which some tasks are done, in sixteenths. */
export const PARTLY = STATES.length;
export const PARTS = 16;

/** What each cell shows: the state of its task, or of many that there is a failed or a running one, or how many are done. */
export function cellsOf(
  states: Uint8Array,
  base: number,
  count: number,
  grid: Grid,
  cells: Uint8Array,
): void {
  const { perCell } = grid;
  for (let cell = 0; cell < grid.cells; cell++) {
    const from = base + cell * perCell;
    if (perCell === 1) {
      cells[cell] = states[from]!;
      continue;
    }
    cells[cell] = shared(states, from, Math.min(base + count, from + perCell));
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
