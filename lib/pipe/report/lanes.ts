/** The strokes of a drawing: a node, and the lines between nodes. */
interface Strokes {
  readonly node: string;
  readonly down: string;
  readonly across: string;
  /** A line that goes on downwards and gives off one to the right; at the left end, and in between. */
  readonly fork: string;
  readonly cross: string;
  /** A line that ends here, to the right; at the left end, and in between. */
  readonly corner: string;
  readonly join: string;
  /** The same to the left, at the right end. */
  readonly forkLeft: string;
  readonly cornerLeft: string;
}

const UNICODE: Strokes = {
  node: '●',
  down: '│',
  across: '─',
  fork: '├',
  cross: '┼',
  corner: '└',
  join: '┴',
  forkLeft: '┤',
  cornerLeft: '┘',
};
const ASCII: Strokes = {
  node: 'o',
  down: '|',
  across: '-',
  fork: '+',
  cross: '+',
  corner: '`',
  join: "'",
  forkLeft: '+',
  cornerLeft: "'",
};

/** Nodes are set to the right of what they read while there is room, then where there is space again. */
const MOST_LANES = 10;

/**
 * A drawing of a graph whose nodes stand in topological order, one row each. From every node a lane leads
 * down to the last node that reads it; `parents` names, by node, the nodes it reads.
 *
 *     ● data
 *     ├─● train
 *     │ └─● checkpoint
 *     └───┴─● select
 */
export function lanes(parents: readonly (readonly number[])[], unicode: boolean): string[] {
  const strokes = unicode ? UNICODE : ASCII;
  const lastReader = parents.map((_, node) => node);
  for (const [node, read] of parents.entries()) for (const parent of read) lastReader[parent] = node;

  const columnOf: number[] = [];
  /** By column: the node whose lane runs there, or null. */
  const running: (number | null)[] = [];
  return parents.map((read, node) => {
    const sources = read.map((parent) => columnOf[parent]!);
    const column = freeColumn(running, Math.max(-1, ...sources) + 1);
    columnOf[node] = column;
    while (running.length <= column) running.push(null);
    const row = drawRow(
      strokes,
      running,
      column,
      new Set(sources),
      (lane) => lastReader[running[lane]!] === node,
    );
    for (const [lane, owner] of running.entries()) {
      if (owner !== null && lastReader[owner] === node) running[lane] = null;
    }
    if (lastReader[node] !== node) running[column] = node;
    while (running.at(-1) === null) running.pop();
    return row;
  });
}

function freeColumn(running: readonly (number | null)[], after: number): number {
  const free = (column: number): boolean => (running[column] ?? null) === null;
  let right = after;
  while (!free(right)) right++;
  if (right < MOST_LANES) return right;
  let left = 0;
  while (!free(left)) left++;
  return left;
}

function drawRow(
  strokes: Strokes,
  running: readonly (number | null)[],
  column: number,
  sources: ReadonlySet<number>,
  ends: (lane: number) => boolean,
): string {
  const from = Math.min(column, ...sources);
  const to = Math.max(column, ...sources);
  let row = '';
  for (let lane = 0; lane < running.length; lane++) {
    const inside = lane >= from && lane < to;
    if (lane === column) row += strokes.node;
    else if (sources.has(lane)) row += stroke(strokes, ends(lane), lane === from, lane === to);
    else if (running[lane] !== null) row += strokes.down;
    else row += inside && lane > from ? strokes.across : ' ';
    row += inside ? strokes.across : ' ';
  }
  return row.trimEnd();
}

function stroke(strokes: Strokes, ends: boolean, leftmost: boolean, rightmost: boolean): string {
  if (leftmost) return ends ? strokes.corner : strokes.fork;
  if (rightmost) return ends ? strokes.cornerLeft : strokes.forkLeft;
  return ends ? strokes.join : strokes.cross;
}
