import type { CurveGrid, GridColumn } from '../../figure/curve/curve-grid.ts';
import { epochAxis, placeOn } from '../../figure/curve/epoch-axis.ts';
import type { ValueAxis } from '../../figure/curve/value-axis.ts';
import type { AxisScale } from './state.ts';

/** Where things lie in a panel, in its own units. */
export interface Along {
  readonly title: string;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
  /** 0 at the left end, 1 at the right, of a value as the table has it. */
  readonly place: (value: number) => number;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What epochs are divided by on an axis of multiples; null where the panel has no early stopping. */
export function stopOf({ stops }: GridColumn): number | null {
  return stops.length > 0 ? meanOf(stops) : null;
}

/** The horizontal axis of a panel: as the figure has it, or epochs on the scale that the reader has chosen. */
export function alongOf(grid: CurveGrid, column: GridColumn, chosen: AxisScale): Along {
  const { along, points } = grid;
  if (along.key !== 'epoch' || along.labels) return drawn(along.title, along, (value) => value, along.labels);
  const stop = chosen === 'multiples' ? stopOf(column) : null;
  const scale = chosen === 'log' ? 'log' : 'linear';
  const epochs = points.map(({ at }) => at);
  if (stop === null) return drawn('epoch', epochAxis(scale, epochs, 6), (epoch) => epoch);
  const axis = epochAxis(
    'linear',
    epochs.map((epoch) => epoch / stop),
    6,
  );
  const step = axis.domain[1] > 4 ? 1 : 0.5;
  const ticks = Array.from({ length: Math.floor(axis.domain[1] / step) + 1 }, (_, at) => at * step);
  const inside = ticks.filter((tick) => tick >= axis.domain[0]);
  return drawn('multiples of the mean stopping epoch', { ...axis, ticks: inside }, (epoch) => epoch / stop);
}

type Axis = Parameters<typeof placeOn>[0];

function drawn(title: string, axis: Axis, of: (value: number) => number, labels?: readonly string[]): Along {
  const place = (value: number): number => placeOn(axis, of(value));
  return {
    title,
    ticks: axis.ticks.map((tick, at) => ({ at: placeOn(axis, tick), text: labels?.[at] ?? String(tick) })),
    place,
  };
}

/** 0 at the bottom, 1 at the top. */
export function valuePlace({ scale, domain }: ValueAxis, value: number): number {
  const of = (each: number): number => (scale === 'log' ? Math.log(Math.max(each, Number.MIN_VALUE)) : each);
  const share = (of(value) - of(domain[0])) / (of(domain[1]) - of(domain[0]));
  return Math.min(1.02, Math.max(-0.02, share));
}
