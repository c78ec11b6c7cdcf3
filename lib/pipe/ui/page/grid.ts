/** Where the cells of a stage lie: blocks of rows beside each other, each row a chain along the last axis. */
export interface Grid {
  /** Pixels from one cell to the next. */
  readonly step: number;
  readonly width: number;
  readonly height: number;
  readonly cells: number;
  /** Tasks that one cell stands for. */
  readonly perCell: number;
  readonly columns: number;
  readonly rows: number;
  /** Cells in a row of a block. */
  readonly across: number;
  /** Whether cells follow one another like words, in no chains. */
  readonly flowing: boolean;
}

const STEPS = [18, 16, 14, 12, 10, 8, 6, 5, 4, 3];
/** Pixels between blocks. */
const GAP = 6;

/**
 * As large as they can be drawn within so many pixels. `count` tasks stand in chains of `chain`; more than there
 * is room for share cells.
 */
export function gridOf(count: number, chain: number, width: number, height: number): Grid {
  const across = Math.max(1, Math.min(chain, count));
  const chains = Math.ceil(count / across);
  if (chains > 1 && across > 1) {
    for (const step of STEPS) {
      const grid = blocks(step, across, chains, height);
      if (grid.width <= width) return { ...grid, perCell: 1, cells: count };
    }
  }
  for (const step of STEPS) {
    const columns = Math.max(1, Math.floor(width / step));
    const rows = Math.ceil(count / columns);
    if (rows * step <= height || step === STEPS.at(-1)) {
      const most = columns * Math.max(1, Math.floor(height / step));
      const perCell = niceShare(Math.ceil(count / most), across);
      const cells = Math.ceil(count / perCell);
      const used = Math.min(columns, cells);
      const lines = Math.ceil(cells / columns);
      return {
        step,
        perCell,
        cells,
        columns,
        rows: lines,
        across: columns,
        flowing: true,
        width: used * step,
        height: lines * step,
      };
    }
  }
  throw new Error('the last step always fits');
}

function blocks(
  step: number,
  across: number,
  chains: number,
  height: number,
): Omit<Grid, 'perCell' | 'cells'> {
  const most = Math.max(1, Math.min(chains, Math.floor(height / step)));
  const columns = Math.ceil(chains / most);
  // Blocks of equal height, not a rest beside a tower.
  const rows = Math.ceil(chains / columns);
  return {
    step,
    columns,
    rows,
    across,
    flowing: false,
    width: columns * across * step + (columns - 1) * GAP,
    height: rows * step,
  };
}

/** Rounded up to whole chains, or to an equal part of one, so that no cell straddles two for no reason. */
function niceShare(least: number, across: number): number {
  if (least <= 1) return 1;
  if (least >= across) return Math.ceil(least / across) * across;
  for (let share = least; share < across; share++) if (across % share === 0) return share;
  return across;
}

/** The left upper corner of a cell. */
export function placeOf(grid: Grid, cell: number): readonly [x: number, y: number] {
  const { step, across, rows, flowing } = grid;
  if (flowing) return [(cell % across) * step, Math.floor(cell / across) * step];
  const [chain, along] = [Math.floor(cell / across), cell % across];
  const block = Math.floor(chain / rows);
  return [block * (across * step + GAP) + along * step, (chain % rows) * step];
}

/** The cell at a point; null between them. */
export function cellAt(grid: Grid, x: number, y: number): number | null {
  const { step, across, rows, columns, cells, flowing } = grid;
  const row = Math.floor(y / step);
  if (x < 0 || row < 0 || row >= rows) return null;
  if (flowing) {
    const column = Math.floor(x / step);
    const cell = row * across + column;
    return column < across && cell < cells ? cell : null;
  }
  const block = Math.floor(x / (across * step + GAP));
  const along = Math.floor((x - block * (across * step + GAP)) / step);
  const cell = (block * rows + row) * across + along;
  return block < columns && along < across && cell < cells ? cell : null;
}
