import { useState } from 'preact/hooks';
import type { PlotLine } from '../views.ts';
import { nearest, piecesOf, stepped, type PlotPoint } from './plot-lines.ts';
import { ticksOf, tickText } from './ticks.ts';

const WIDTH = 360;
const HEIGHT = 200;
const LEFT = 48;
const [RIGHT, TOP, BOTTOM] = [10, 8, 34];
/** Pixels from a point, within which the pointer is at it. */
const NEAR = 30;

interface Props {
  readonly title: string;
  readonly name: string;
  readonly x: string;
  readonly labels: readonly string[] | null;
  readonly lines: readonly PlotLine[];
  /** All of the plot, so that a task has one colour in every panel. */
  readonly tasks: readonly string[];
  readonly marked: string | null;
  readonly nameOf: (task: string) => string;
}

/** One column over another, a line for each task; pointer and arrow keys tell its values. */
export function Panel({ title, name, x, labels, lines, tasks, marked, nameOf }: Props) {
  const [point, setPoint] = useState<PlotPoint | null>(null);
  const xs = lines.flatMap((line) => line.xs);
  const ys = lines.flatMap((line) => line.ys.filter((value) => value !== null));
  if (xs.length === 0 || ys.length === 0) return null;
  const [left, right] = [least(xs), most(xs)];
  const up = ticksOf(least(ys), most(ys), 4);
  const across =
    labels === null
      ? ticksOf(left, right, 5).filter((tick) => tick >= left && tick <= right)
      : labels.map((_, at) => at).filter((at) => at % Math.ceil(labels.length / 6) === 0);
  const place = (value: number, from: number, to: number): number =>
    to === from ? 0.5 : (value - from) / (to - from);
  const px = (value: number): number => LEFT + place(value, left, right) * (WIDTH - LEFT - RIGHT);
  const py = (value: number): number =>
    HEIGHT - BOTTOM - place(value, up[0]!, up.at(-1)!) * (HEIGHT - TOP - BOTTOM);
  const textAt = (value: number): string => labels?.[value] ?? tickText(value);
  const at = point === null ? null : lines[point.line];
  const [atX, atY] = point === null ? [0, 0] : [at!.xs[point.at]!, at!.ys[point.at] ?? 0];
  return (
    <figure class="panel">
      <figcaption>{name}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="application"
        aria-roledescription="plot"
        aria-label={`${title} over ${x}, ${lines.length} ${lines.length === 1 ? 'line' : 'lines'} between ${tickText(least(ys))} and ${tickText(most(ys))}; arrow keys go from point to point`}
        tabIndex={0}
        onKeyDown={(event) => {
          const { key } = event;
          if (key !== 'ArrowLeft' && key !== 'ArrowRight' && key !== 'ArrowUp' && key !== 'ArrowDown') return;
          event.preventDefault();
          setPoint(stepped(lines, point, key));
        }}
        onMouseMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const scale = WIDTH / box.width;
          const [mx, my] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
          const away = (vx: number, vy: number): number => Math.hypot(px(vx) - mx, py(vy) - my);
          const found = nearest(lines, away);
          const far =
            found === null
              ? Infinity
              : away(lines[found.line]!.xs[found.at]!, lines[found.line]!.ys[found.at] ?? 0);
          setPoint(far <= NEAR * scale ? found : null);
        }}
        onMouseLeave={() => setPoint(null)}
        onBlur={() => setPoint(null)}
      >
        {up.map((tick) => (
          <g class="tick">
            <path d={`M${LEFT} ${py(tick)}H${WIDTH - RIGHT}`} />
            <text x={LEFT - 6} y={py(tick) + 4} text-anchor="end">
              {tickText(tick)}
            </text>
          </g>
        ))}
        {across.map((tick) => (
          <text class="tick" x={px(tick)} y={HEIGHT - BOTTOM + 15} text-anchor="middle">
            {shortened(textAt(tick))}
          </text>
        ))}
        <text class="tick" x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 4} text-anchor="middle">
          {x}
        </text>
        {lines.map((line) => {
          const number = tasks.indexOf(line.task);
          const state = marked === null ? '' : marked === line.task ? ' marked' : ' aside';
          return piecesOf(line).map((piece) =>
            piece.length === 1 ? (
              <circle
                class={`line-${number % 8}${state}`}
                cx={px(piece[0]![0])}
                cy={py(piece[0]![1])}
                r={2.5}
              />
            ) : (
              <polyline
                class={`line-${number % 8}${state}`}
                points={piece.map(([vx, vy]) => `${px(vx).toFixed(1)},${py(vy).toFixed(1)}`).join(' ')}
              />
            ),
          );
        })}
        {point !== null && <circle class="at" cx={px(atX)} cy={py(atY)} r={4.5} />}
      </svg>
      <p class="read" aria-live="polite">
        {point === null ? (
          <span class="quiet">
            {tickText(least(ys))} … {tickText(most(ys))}
          </span>
        ) : (
          <>
            <strong>{valueText(atY)}</strong> at {x} {textAt(atX)}, {nameOf(at!.task)}
          </>
        )}
      </p>
    </figure>
  );
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity);
}

function most(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), -Infinity);
}

function valueText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : value.toPrecision(6);
}

function shortened(text: string): string {
  return text.length > 12 ? `${text.slice(0, 11)}…` : text;
}
