import type { CurveGrid, CurvePoint } from '../../figure/curve/curve-grid.ts';
import type { ValueAxis } from '../../figure/curve/value-axis.ts';
import { seriesStyle } from '../../figure/page/palette.ts';
import { markerPath } from './marker.ts';
import { type Along, valuePlace } from './plot-scales.ts';

/** Of a panel, in its own units: room for the labels, the plot, and what stands beside it. */
export const LEFT = 36;
export const TOP = 20;
export const PLOT = { width: 236, height: 140 };
export const BOTTOM = 34;
export const ASIDE = 52;
/** Half of the label under the last tick. */
export const MARGIN = 18;

interface Placed {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}

export function Axes({ axis, along, wide }: { axis: ValueAxis; along: Along; wide: number }) {
  const bottom = TOP + PLOT.height;
  return (
    <g class="axes">
      {axis.ticks.map((tick) => {
        const at = TOP + (1 - valuePlace(axis, tick)) * PLOT.height;
        return (
          <g key={tick}>
            <line class="grid" x1={LEFT} x2={LEFT + PLOT.width} y1={at} y2={at} />
            <text class="tick" x={LEFT - 4} y={at + 3} text-anchor="end">
              {String(tick).replace('-', '−')}
            </text>
          </g>
        );
      })}
      <line x1={LEFT} x2={LEFT + PLOT.width} y1={bottom} y2={bottom} />
      {along.ticks.map(({ at, text }) => (
        <g key={text}>
          <line x1={LEFT + at * PLOT.width} x2={LEFT + at * PLOT.width} y1={bottom} y2={bottom + 3} />
          <text class="tick" x={LEFT + at * PLOT.width} y={bottom + 13} text-anchor="middle">
            {text}
          </text>
        </g>
      ))}
      <text class="tick" x={Math.min(wide, LEFT + PLOT.width / 2)} y={bottom + 27} text-anchor="middle">
        {along.title}
      </text>
    </g>
  );
}

export function ThinLines({
  lines,
  x,
  y,
}: { lines: readonly { line: string; at: number; value: number | null }[] } & Placed) {
  const courses = new Map<string, string>();
  for (const { line, at, value } of lines.toSorted((a, b) => a.at - b.at)) {
    const course = courses.get(line) ?? '';
    if (value !== null)
      courses.set(line, `${course}${course ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`);
  }
  const path = [...courses.values()].join('');
  return path === '' ? null : <path class="thin" d={path} />;
}

export function Curve({
  grid,
  at,
  points,
  x,
  y,
}: { grid: CurveGrid; at: number; points: readonly CurvePoint[] } & Placed) {
  if (points.length === 0) return null;
  const { dash, shape } = seriesStyle(at);
  const along = [...points].sort((a, b) => a.at - b.at);
  const to = (point: CurvePoint, value: number): string => `${x(point.at).toFixed(1)} ${y(value).toFixed(1)}`;
  const banded = along.filter(({ low, high }) => low !== null && high !== null);
  const area = [
    ...banded.map((point) => to(point, point.high!)),
    ...banded.toReversed().map((point) => to(point, point.low!)),
  ];
  return (
    <g class={`series s${at % 14}`}>
      {area.length > 2 && <path class="area" d={`M${area.join('L')}z`} />}
      <path
        class="curve"
        d={`M${along.map((point) => to(point, point.value!)).join('L')}`}
        {...(dash[1] !== 0 && { 'stroke-dasharray': dash.join(' ') })}
      />
      {grid.markers !== false &&
        along.map((point) => (
          <path
            key={point.at}
            class="marker"
            d={markerPath(shape)}
            transform={`translate(${to(point, point.value!)})`}
          />
        ))}
    </g>
  );
}
