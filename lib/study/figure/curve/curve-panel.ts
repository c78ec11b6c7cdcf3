import type { Field } from 'vega-lite/build/src/channeldef.js';
import type { LayerSpec, UnitSpec } from 'vega-lite/build/src/spec/index.js';
import type { CurveGrid, GridColumn, GridRow } from './curve-grid.ts';
import { placeOn } from './epoch-axis.ts';
import { TEXT } from '../page/page.ts';
import { BAND_OPACITY, BANDS, FLOOR, INK, QUIET, seriesStyle } from '../page/palette.ts';
import { textWidth, wrapText } from '../page/font.ts';
import type { ValueAxis } from './value-axis.ts';

type Unit = UnitSpec<Field>;

interface Placed {
  readonly row: string;
  readonly column: string;
}

/** Each panel's own points: picked here, because Vega would go through all of a figure's for each layer. */
function ofPanel<P extends Placed>(points: readonly P[], row: GridRow, column: GridColumn): P[] {
  return points.filter((point) => point.row === row.key && point.column === column.key);
}

/** Colour, dash and shape by series; the legend is a panel of its own. */
function seriesScales(grid: CurveGrid) {
  const styles = grid.series.map((_, place) => seriesStyle(place));
  const by = { field: 'series', type: 'nominal', legend: null } as const;
  const domain = [...grid.series];
  return {
    color: { ...by, scale: { domain, range: styles.map(({ colour }) => colour) } },
    dash: { ...by, scale: { domain, range: styles.map(({ dash }) => [...dash]) } },
    shape: { ...by, scale: { domain, range: styles.map(({ shape }) => shape) } },
  };
}

function bandLayers(grid: CurveGrid, row: GridRow, column: GridColumn): Unit[] {
  return ofPanel(grid.bands ?? [], row, column).map(({ low, high, kind }) => ({
    data: { values: [{ low, high }] },
    // Outlined, since a narrow interval would not be seen.
    mark: {
      type: 'rect',
      color: BANDS[kind] ?? FLOOR,
      opacity: BAND_OPACITY,
      stroke: BANDS[kind] ?? FLOOR,
      strokeWidth: 1,
      clip: true,
    },
    encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
  }));
}

/** Between the panel and its asides, the room of each, and that beside the first and the last. */
const ASIDE = { gap: 6, step: 5.2, edge: 3 } as const;

/** What a grid's asides take beside each panel. */
export function asideWidth(grid: CurveGrid): number {
  return grid.asides?.length ? ASIDE.gap + grid.series.length * ASIDE.step + 2 * ASIDE.edge : 0;
}

/** In a grey strip right of the panel, a bar from low to high for each series, in its style. */
function asideLayers(grid: CurveGrid, row: GridRow, column: GridColumn, axis: ValueAxis): Unit[] {
  const here = ofPanel(grid.asides ?? [], row, column);
  if (here.length === 0) return [];
  const left = grid.panel.width + ASIDE.gap;
  const right = grid.panel.width + asideWidth(grid);
  const [bottom, top] = axis.domain;
  const strip: Unit = {
    data: { values: [{ bottom, top }] },
    mark: { type: 'rect', color: FLOOR, opacity: BAND_OPACITY / 2 },
    encoding: {
      x: { value: left },
      x2: { value: right },
      y: { field: 'bottom', type: 'quantitative' },
      y2: { field: 'top' },
    },
  };
  const within = (value: number): number => Math.min(top, Math.max(bottom, value));
  const bars = here.flatMap(({ series, value, ...interval }): Unit[] => {
    const [low, high] = [within(interval.low), within(interval.high)];
    const place = grid.series.indexOf(series);
    const { colour, shape } = seriesStyle(place);
    const x = { value: left + ASIDE.edge + (place + 0.5) * ASIDE.step };
    return [
      {
        data: { values: [{ low, high }] },
        mark: { type: 'rule', color: colour, strokeWidth: 2.2, opacity: 0.55 },
        encoding: { x, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
      },
      {
        data: { values: [{ value }] },
        mark: { type: 'point', filled: true, size: 16, opacity: 1, color: colour, shape },
        encoding: { x, y: { field: 'value', type: 'quantitative' } },
      },
    ];
  });
  const title: Unit = {
    data: { values: [{}] },
    mark: {
      type: 'text',
      text: grid.asideTitle ?? '',
      x: (left + right) / 2,
      y: -5,
      baseline: 'alphabetic',
      fontSize: TEXT.small,
      color: QUIET,
    },
  };
  return [strip, ...bars, ...(row === grid.rows[0] ? [title] : [])];
}

/** Above the panel, and above the line in which early stopping is said, so that a row's titles align. */
function titleLayer(grid: CurveGrid, column: GridColumn): Unit {
  const said = grid.columns.some(({ stops }) => stops.length > 0);
  const lines = wrapText(column.title, TEXT.header, 'bold', grid.panel.width);
  return {
    data: { values: [{}] },
    mark: {
      type: 'text',
      text: lines,
      x: grid.panel.width / 2,
      y: (said ? -18 : -7) - (lines.length - 1) * (TEXT.header + 2),
      baseline: 'alphabetic',
      fontSize: TEXT.header,
      fontWeight: 'bold',
      lineHeight: TEXT.header + 2,
      color: INK,
    },
  };
}

/** The more lines, the fainter: together they leave the mean to be seen. */
function thinOpacity(lines: number): number {
  return Math.min(0.35, Math.max(0.06, 12 / lines));
}

function thinLayers(grid: CurveGrid, row: GridRow, column: GridColumn): Unit[] {
  const here = ofPanel(grid.thin ?? [], row, column);
  if (here.length === 0) return [];
  const opacity = thinOpacity(new Set(here.map(({ line }) => line)).size);
  return [
    {
      data: { values: here },
      mark: { type: 'line', strokeWidth: 0.5, opacity, color: QUIET, clip: true },
      encoding: {
        x: { field: 'at', type: 'quantitative' },
        y: { field: 'value', type: 'quantitative' },
        detail: { field: 'line', type: 'nominal' },
      },
    },
  ];
}

function stopText(stops: readonly number[]): string {
  const said = stops.length <= 3 ? stops.join(', ') : `${stops[0]!}–${stops.at(-1)!}`;
  return `early stopping: ${said}`;
}

/** A rule at each early-stopping epoch, said in words above the panel where `labelled`. */
function stopLayers({ grid, column, labelled }: CurvePanel): Unit[] {
  const stops = [...new Set(column.stops)].sort((a, b) => a - b);
  const first = stops[0];
  if (first === undefined) return [];
  const x = { field: 'at', type: 'quantitative' } as const;
  const rule: Unit = {
    data: { values: stops.map((epoch) => ({ at: epoch })) },
    mark: { type: 'rule', color: QUIET, strokeWidth: 0.9, strokeDash: [1, 2] },
    encoding: { x },
  };
  if (!labelled) return [rule];
  const text = stopText(stops);
  const room = grid.panel.width - textWidth(text, TEXT.small);
  const place = placeOn(grid.along, first) * grid.panel.width;
  const label: Unit = {
    data: { values: [{}] },
    mark: {
      type: 'text',
      text,
      x: Math.max(0, Math.min(place, room)),
      y: -5,
      align: 'left',
      baseline: 'alphabetic',
      fontSize: TEXT.small,
      color: QUIET,
    },
  };
  return [rule, label];
}

function ringLayers(grid: CurveGrid, row: GridRow, column: GridColumn): Unit[] {
  const here = ofPanel(grid.rings ?? [], row, column);
  if (here.length === 0) return [];
  return [
    {
      data: { values: here },
      mark: { type: 'point', shape: 'circle', size: 34, strokeWidth: 1.1, color: INK, filled: false },
      encoding: { x: { field: 'at', type: 'quantitative' }, y: { field: 'value', type: 'quantitative' } },
    },
  ];
}

function curveLayers(grid: CurveGrid, row: GridRow, column: GridColumn): Unit[] {
  const { color, dash, shape } = seriesScales(grid);
  const here = ofPanel(grid.points, row, column);
  const points = { data: { values: here } };
  const x = { field: 'at', type: 'quantitative' } as const;
  const y = { field: 'value', type: 'quantitative' } as const;
  return [
    {
      ...points,
      mark: { type: 'area', opacity: grid.series.length > 4 ? 0.1 : 0.18, clip: true },
      encoding: { x, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color },
    },
    {
      ...points,
      mark: { type: 'line', strokeWidth: 1.4, clip: true },
      encoding: { x, y, color, strokeDash: dash },
    },
    ...(grid.markers === false
      ? []
      : [
          {
            ...points,
            mark: { type: 'point', filled: true, size: 16, opacity: 1 } as const,
            encoding: { x, y, color, shape },
          },
        ]),
  ];
}

/** One panel of a grid. */
export interface CurvePanel {
  readonly grid: CurveGrid;
  readonly row: GridRow;
  readonly column: GridColumn;
  readonly axis: ValueAxis;
  /** Whether it has the labels of the vertical axis. */
  readonly leftmost: boolean;
  /** Whether its early-stopping rules are said in words. */
  readonly labelled: boolean;
}

/** Words at the ticks instead of numbers. */
function slanted(ticks: readonly number[], labels: readonly string[]) {
  const written = Object.fromEntries(ticks.map((tick, at) => [tick, labels[at] ?? '']));
  return {
    labelExpr: `(${JSON.stringify(written)})[datum.value]`,
    labelAngle: -35,
    labelAlign: 'right',
    labelOverlap: false,
  } as const;
}

export function curvePanel(panel: CurvePanel): LayerSpec<Field> {
  const { grid, row, column, axis, leftmost } = panel;
  const top = row === grid.rows[0];
  const bottom = row === grid.rows.at(-1);
  const { scale, domain, ticks, title, labels } = grid.along;
  return {
    ...grid.panel,
    encoding: {
      x: {
        scale: { type: scale, domain: [...domain], nice: false },
        axis: {
          values: [...ticks],
          format: grid.along.format ?? 'd',
          grid: false,
          labels: bottom,
          title: bottom ? title : null,
          ...(labels && slanted(ticks, labels)),
        },
      },
      y: {
        scale: { type: axis.scale, domain: [...axis.domain], nice: false },
        axis: {
          values: [...axis.ticks],
          format: axis.format,
          title: leftmost ? row.title : null,
          labels: leftmost,
        },
      },
    },
    layer: [
      ...bandLayers(grid, row, column),
      ...asideLayers(grid, row, column, axis),
      ...thinLayers(grid, row, column),
      ...stopLayers(panel),
      ...(top ? [titleLayer(grid, column)] : []),
      ...curveLayers(grid, row, column),
      ...ringLayers(grid, row, column),
    ],
  };
}
