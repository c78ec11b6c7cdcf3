import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { STATES, stateCode, type StageView } from '../protocol.ts';
import { coloursNow, MARKS, WORDS } from './colours.ts';
import { cellAt, gridOf, placeOf, type Grid } from './grid.ts';
import { cellsOf, drawnOf, NOTHING, PARTLY, PARTS, tasksOf } from './shares.ts';
import { idIn } from './tasks.ts';

const HEIGHT = 112;
const RAN = stateCode('ran');
const WAITING = stateCode('waiting');

interface Props {
  readonly stage: StageView;
  readonly states: Uint8Array;
  readonly label: string;
  readonly open: (task: string) => void;
}

/** The tasks of a stage as cells, a chain in a row. The list that the stage opens has the same for the keyboard. */
export function StageGrid({ stage, states, label, open }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Uint8Array | null>(null);
  const [width, setWidth] = useState(0);
  const [told, setTold] = useState<{ readonly text: string; readonly x: number; readonly y: number } | null>(
    null,
  );
  const scheme = useScheme();
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    watch.observe(holder.current!);
    return () => watch.disconnect();
  }, []);
  const { cells, chain } = drawnOf(stage);
  const grid = width === 0 ? null : gridOf(cells, chain, width, HEIGHT);
  const shape = grid === null ? '' : `${grid.width} ${grid.height} ${grid.step} ${scheme}`;
  useLayoutEffect(() => {
    drawn.current = null;
  }, [shape]);
  useLayoutEffect(() => {
    if (grid === null || canvas.current === null) return;
    drawn.current = draw(canvas.current, grid, stage, states, drawn.current);
  });
  const cellUnder = (event: MouseEvent): number | null => {
    const box = canvas.current!.getBoundingClientRect();
    return grid === null ? null : cellAt(grid, event.clientX - box.left, event.clientY - box.top);
  };
  return (
    <div class="grid" ref={holder}>
      {grid !== null && (
        <canvas
          ref={canvas}
          role="img"
          aria-label={label}
          style={{ width: `${grid.width}px`, height: `${grid.height}px` }}
          onMouseMove={(event) => {
            const cell = cellUnder(event);
            const text = cell === null ? null : cellText(stage, states, grid, cell);
            setTold(text === null ? null : { text, x: event.clientX, y: event.clientY });
          }}
          onMouseLeave={() => setTold(null)}
          onClick={(event) => {
            const cell = cellUnder(event);
            if (cell === null) return;
            const [first, end] = tasksOf(stage, grid, cell);
            if (first < end) open(idIn(stage, first));
          }}
        />
      )}
      {told !== null && (
        <div
          class="tip"
          style={{ left: `${Math.min(told.x + 12, innerWidth - 260)}px`, top: `${told.y + 14}px` }}
        >
          {told.text}
        </div>
      )}
    </div>
  );
}

function cellText(stage: StageView, states: Uint8Array, grid: Grid, cell: number): string {
  const [first, end] = tasksOf(stage, grid, cell);
  if (first === end) return 'no task has these values';
  const last = end - 1;
  if (first === last) return `${idIn(stage, first)}: ${WORDS[STATES[states[stage.base + first]!]!]}`;
  const counts = new Map<number, number>();
  for (let task = first; task <= last; task++) {
    const state = states[stage.base + task]!;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const parts = [...counts].map(([state, n]) => `${n} ${WORDS[STATES[state]!]}`);
  return `${last - first + 1} tasks from ${idIn(stage, first)}: ${parts.join(', ')}`;
}

/** The colours of the page change with it. */
function useScheme(): string {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = (): void => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return dark ? 'dark' : 'light';
}

/** Draws the cells that differ from those that were drawn before; gives what is drawn now. */
function draw(
  canvas: HTMLCanvasElement,
  grid: Grid,
  stage: StageView,
  states: Uint8Array,
  before: Uint8Array | null,
): Uint8Array {
  const dots = Math.max(1, Math.round(devicePixelRatio));
  const context = canvas.getContext('2d')!;
  if (before === null) {
    canvas.width = grid.width * dots;
    canvas.height = grid.height * dots;
  }
  context.setTransform(dots, 0, 0, dots, 0, 0);
  const cells = new Uint8Array(grid.cells);
  cellsOf(states, stage, grid, cells);
  const colours = coloursNow();
  for (let cell = 0; cell < grid.cells; cell++) {
    if (before !== null && before[cell] === cells[cell]) continue;
    const [x, y] = placeOf(grid, cell);
    paint(context, cells[cell]!, x, y, grid.step, colours);
  }
  return cells;
}

function paint(
  context: CanvasRenderingContext2D,
  shown: number,
  x: number,
  y: number,
  step: number,
  colours: readonly string[],
): void {
  const side = step - (step > 4 ? 2 : step > 3 ? 1 : 0.5);
  context.clearRect(x, y, step, step);
  if (shown === NOTHING) return;
  if (shown >= PARTLY) {
    context.fillStyle = colours[WAITING]!;
    context.fillRect(x, y, side, side);
    context.globalAlpha = 0.25 + (0.7 * (shown - PARTLY)) / PARTS;
    context.fillStyle = colours[RAN]!;
    context.fillRect(x, y, side, side);
    context.globalAlpha = 1;
    return;
  }
  const mark = MARKS[STATES[shown]!];
  const colour = colours[shown]!;
  context.fillStyle = colour;
  if (mark === 'hollow' || mark === 'dashed') {
    context.globalAlpha = step > 6 ? 0.22 : 0.55;
    context.fillRect(x, y, side, side);
    context.globalAlpha = 1;
    if (step <= 6) return;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.setLineDash(mark === 'dashed' ? [2, 2] : []);
    context.strokeRect(x + 0.75, y + 0.75, side - 1.5, side - 1.5);
    context.setLineDash([]);
    return;
  }
  context.fillRect(x, y, side, side);
  if (step < 8 || mark === 'full') return;
  context.strokeStyle = context.fillStyle = colours.at(-1)!;
  context.lineWidth = 1.75;
  const [near, far] = [side * 0.25, side * 0.75];
  context.beginPath();
  if (mark === 'dot') context.arc(x + side / 2, y + side / 2, side * 0.2, 0, 2 * Math.PI);
  if (mark === 'dot') {
    context.fill();
    return;
  }
  context.moveTo(x + near, y + far);
  context.lineTo(x + far, y + near);
  if (mark === 'cross') {
    context.moveTo(x + near, y + near);
    context.lineTo(x + far, y + far);
  }
  context.stroke();
}
