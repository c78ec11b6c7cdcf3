import type { Columns } from '../../arrow/columns.ts';
import type { EpochAxis } from './epoch-axis.ts';

/** One point of one curve; null where there is no value, which interrupts the curve. */
export interface CurvePoint {
  /** Keys of its panel's row and column, and of its curve. */
  readonly row: string;
  readonly column: string;
  readonly series: string;
  readonly epoch: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** A point of a thin line behind the curves: one image's own course. */
export interface ThinPoint {
  readonly row: string;
  readonly column: string;
  readonly line: string;
  readonly epoch: number;
  readonly value: number | null;
}

/** A grey band over all epochs, such as the noise floor. */
export interface Band {
  readonly row: string;
  readonly column: string;
  readonly low: number;
  readonly high: number;
}

export interface GridRow {
  readonly key: string;
  /** Quantity and unit, at the axis. */
  readonly title: string;
  readonly scale?: 'linear' | 'log';
  /** Values that the axis reaches, whatever the data: both ends of a share, say. */
  readonly reaches?: readonly number[];
}

export interface GridColumn {
  readonly key: string;
  readonly title: string;
  /** Early-stopping epoch of each run that the column's panels show. */
  readonly stops: readonly number[];
}

/** Small multiples over epochs: a quantity per row, a condition per column, curves of one style throughout. */
export interface CurveGrid {
  readonly title: string;
  /** What the lines and bands are, line by line. */
  readonly caption: readonly string[];
  readonly rows: readonly GridRow[];
  readonly columns: readonly GridColumn[];
  /** Columns beside one another; further ones go below, with all rows again. */
  readonly wrap?: number;
  /** In the legend's order. */
  readonly series: readonly string[];
  readonly points: readonly CurvePoint[];
  readonly thin?: readonly ThinPoint[];
  readonly bands?: readonly Band[];
  /** What the bands are, in the legend. */
  readonly bandLabel?: string;
  readonly epochs: EpochAxis;
  /** Of one panel, its axes apart. */
  readonly panel: { readonly width: number; readonly height: number };
}

/** What the grid shows, as a table: curves, then thin lines, then bands (which have no epoch). */
export function curveGridTable(grid: CurveGrid): Columns {
  const rows = [
    ...grid.points.map((point) => ({ ...point, line: null })),
    ...(grid.thin ?? []).map((point) => ({ ...point, series: null, low: null, high: null })),
    ...(grid.bands ?? []).map((band) => ({
      ...band,
      series: grid.bandLabel ?? null,
      line: null,
      epoch: null,
      value: null,
    })),
  ];
  return {
    measure: { type: 'utf8', values: rows.map(({ row }) => row) },
    panel: { type: 'utf8', values: rows.map(({ column }) => column) },
    series: { type: 'utf8', values: rows.map(({ series }) => series) },
    line: { type: 'utf8', values: rows.map(({ line }) => line) },
    epoch: { type: 'int32', values: rows.map(({ epoch }) => epoch) },
    value: { type: 'float64', values: rows.map(({ value }) => value) },
    low: { type: 'float64', values: rows.map(({ low }) => low) },
    high: { type: 'float64', values: rows.map(({ high }) => high) },
  };
}
