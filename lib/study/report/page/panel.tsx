/// <reference lib="dom" />
import { useState } from 'preact/hooks';
import type { CurveGrid, CurvePoint, GridColumn, GridRow } from '../../figure/curve/curve-grid.ts';
import { valueAxis } from '../../figure/curve/value-axis.ts';
import { ASIDE, Axes, BOTTOM, Curve, LEFT, MARGIN, PLOT, ThinLines, TOP } from './panel-parts.tsx';
import { alongOf, valuePlace } from './plot-scales.ts';
import type { AxisScale } from './state.ts';
import { rounded } from './written.ts';

export interface PanelProps {
  readonly grid: CurveGrid;
  readonly row: GridRow;
  readonly column: GridColumn;
  readonly scale: AxisScale;
  readonly hidden: ReadonlySet<string>;
  readonly showMaps: (point: CurvePoint) => void;
}

/** One panel of a figure: values on hover and by arrow keys; a point leads to the maps behind it. */
export function Panel({ grid, row, column, scale, hidden, showMaps }: PanelProps) {
  const [active, setActive] = useState<CurvePoint | null>(null);
  const here = <T extends { row: string; column: string }>(all: readonly T[] = []): T[] =>
    all.filter((each) => each.row === row.key && each.column === column.key);
  const along = alongOf(grid, column, scale);
  const axis = valueAxis(grid, row);
  const x = (at: number): number => LEFT + along.place(at) * PLOT.width;
  const y = (value: number): number => TOP + (1 - valuePlace(axis, value)) * PLOT.height;
  const shown = here(grid.points).filter(
    ({ series, value, at }) => !hidden.has(series) && value !== null && along.place(at) > -0.01,
  );
  const asides = here(grid.asides).filter(({ series }) => !hidden.has(series));
  const wide = LEFT + PLOT.width + (asides.length > 0 ? ASIDE : MARGIN);
  const nearest = (event: MouseEvent): CurvePoint | null => {
    const box = (event.currentTarget as SVGSVGElement).getBoundingClientRect();
    const factor = wide / box.width;
    const [left, top] = [(event.clientX - box.left) * factor, (event.clientY - box.top) * factor];
    return closest(shown, (point) => Math.hypot(x(point.at) - left, y(point.value!) - top));
  };
  return (
    <figure class="panel">
      <svg
        viewBox={`0 0 ${wide} ${TOP + PLOT.height + BOTTOM}`}
        tabIndex={0}
        role="application"
        aria-roledescription="chart"
        aria-label={`${row.title}, ${column.title}: arrow keys go from point to point, Enter shows the maps`}
        onMouseMove={(event) => {
          setActive(nearest(event));
        }}
        onMouseLeave={() => {
          setActive(null);
        }}
        onClick={(event) => {
          const point = nearest(event);
          if (point) showMaps(point);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && active) showMaps(active);
          const next = moved(shown, active, event.key);
          if (!next) return;
          setActive(next);
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <text class="title" x={LEFT} y={12}>
          {column.title || row.title}
        </text>
        <Axes {...{ axis, along, wide }} />
        {here(grid.bands).map((band, at) => (
          <rect
            key={at}
            class={`band kind-${band.kind}`}
            x={LEFT}
            width={PLOT.width}
            y={y(band.high)}
            height={Math.max(1, y(band.low) - y(band.high))}
          />
        ))}
        <ThinLines lines={here(grid.thin)} x={x} y={y} />
        {[...new Set(column.stops)].map((stop) => (
          <line key={stop} class="stop" x1={x(stop)} x2={x(stop)} y1={TOP} y2={TOP + PLOT.height} />
        ))}
        {here(grid.rings).map((ring) => (
          <circle key={ring.at} class="ring" cx={x(ring.at)} cy={y(ring.value)} r={3.4} />
        ))}
        {grid.series.map((series, at) => (
          <Curve
            key={series}
            {...{ grid, at, x, y }}
            points={shown.filter((point) => point.series === series)}
          />
        ))}
        {asides.map((aside, at) => {
          const place = LEFT + PLOT.width + 8 + (at * (ASIDE - 14)) / Math.max(1, asides.length);
          return (
            <g key={aside.series} class={`series s${grid.series.indexOf(aside.series) % 14}`}>
              <line x1={place} x2={place} y1={y(aside.low)} y2={y(aside.high)} />
              <line x1={place - 2.5} x2={place + 2.5} y1={y(aside.value)} y2={y(aside.value)} />
            </g>
          );
        })}
        {asides.length > 0 && grid.asideTitle && (
          <text class="tick" x={LEFT + PLOT.width + 8} y={TOP - 4}>
            {grid.asideTitle}
          </text>
        )}
        {active && <circle class="active" cx={x(active.at)} cy={y(active.value!)} r={5.5} />}
      </svg>
      <figcaption aria-live="polite">{active ? pointText(active, grid) : '\u00a0'}</figcaption>
    </figure>
  );
}

function pointText({ series, at, value, low, high }: CurvePoint, { along }: CurveGrid): string {
  const range = low === null || high === null ? '' : ` (${rounded(low, 3)} to ${rounded(high, 3)})`;
  return `${series}, ${along.key} ${at}: ${rounded(value, 3)}${range}`;
}

function closest(points: readonly CurvePoint[], away: (point: CurvePoint) => number): CurvePoint | null {
  let [best, least]: [CurvePoint | null, number] = [null, 40];
  for (const point of points) {
    const distance = away(point);
    if (distance < least) [best, least] = [point, distance];
  }
  return best;
}

/** Left and right along a curve, up and down from one to the next. */
function moved(shown: readonly CurvePoint[], active: CurvePoint | null, key: string): CurvePoint | null {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[key];
  if (step === undefined || shown.length === 0) return null;
  if (!active) return shown[0]!;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const curve = shown.filter(({ series }) => series === active.series).sort((a, b) => a.at - b.at);
    return curve[curve.findIndex(({ at }) => at === active.at) + step] ?? active;
  }
  const all = [...new Set(shown.map(({ series }) => series))];
  const next = all[(all.indexOf(active.series) + step + all.length) % all.length];
  const curve = shown.filter(({ series }) => series === next);
  return curve.reduce((a, b) => (Math.abs(b.at - active.at) < Math.abs(a.at - active.at) ? b : a));
}
