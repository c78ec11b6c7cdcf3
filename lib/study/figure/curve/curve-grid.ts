import type { Columns } from 'pipewright/arrow';

/** What the curves run along: epochs, most often. */
export interface HorizontalAxis {
  /** Of its column in the table behind the figure. */
  readonly key: string;
  readonly title: string;
  readonly scale: 'log' | 'linear';
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  /** A d3-format of the numbers at the ticks; whole numbers by default. */
  readonly format?: string;
  /** What to write at the ticks, where it is not their numbers. */
  readonly labels?: readonly string[];
}

/** One point of one curve; null where there is no value, which interrupts the curve. */
export interface CurvePoint {
  /** Keys of its panel's row and column, and of its curve. */
  readonly row: string;
  readonly column: string;
  readonly series: string;
  /** Place on the horizontal axis. */
  readonly at: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** A point of a thin line behind the curves: one image's own course. */
export interface ThinPoint {
  readonly row: string;
  readonly column: string;
  readonly line: string;
  readonly at: number;
  readonly value: number | null;
}

/** A band over the whole panel, such as a floor that a curve is to be read against. */
export interface Band {
  readonly row: string;
  readonly column: string;
  /** Its place among the grid's `bandLabels`, and so its colour. */
  readonly kind: number;
  readonly low: number;
  readonly high: number;
}

/** A ring at one place: a value that is known without a measurement. */
export interface Ring {
  readonly row: string;
  readonly column: string;
  readonly at: number;
  readonly value: number;
}

/** A value of one curve's kind that belongs to no place along the axis, beside the panel: its noise floor. */
export interface Aside {
  readonly row: string;
  readonly column: string;
  readonly series: string;
  readonly value: number;
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
  /** Beyond these there are no values: an interval that goes on is cut there. */
  readonly limits?: readonly [number, number];
}

export interface GridColumn {
  readonly key: string;
  readonly title: string;
  /** Early-stopping epoch of each run that the column's panels show. */
  readonly stops: readonly number[];
}

/** Small multiples: a quantity per row, a condition per column, curves of one style throughout. */
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
  /** What each kind of band is, in the legend. */
  readonly bandLabels?: readonly string[];
  readonly rings?: readonly Ring[];
  /** Whether each point has a marker, as it should where points are checkpoints; true by default. */
  readonly markers?: boolean;
  readonly asides?: readonly Aside[];
  /** One word above each strip of asides. */
  readonly asideTitle?: string;
  /** What the asides are, in the legend. */
  readonly greyLabel?: string;
  readonly along: HorizontalAxis;
  /** Of one panel, its axes apart. */
  readonly panel: { readonly width: number; readonly height: number };
}

/** What the grid shows, as a table: curves, thin lines, then bands and asides, which have no place along the axis. */
export function curveGridTable(grid: CurveGrid): Columns {
  const rows = [
    ...grid.points.map((point) => ({ ...point, drawn: 'curve', line: null })),
    ...(grid.thin ?? []).map((point) => ({ ...point, drawn: 'thin', series: null, low: null, high: null })),
    ...(grid.bands ?? []).map((band) => ({
      ...band,
      drawn: 'band',
      series: grid.bandLabels?.[band.kind] ?? null,
      line: null,
      at: null,
      value: null,
    })),
    ...(grid.asides ?? []).map((aside) => ({ ...aside, drawn: 'aside', line: null, at: null })),
  ];
  const whole = rows.every(({ at }) => at === null || Number.isInteger(at));
  return {
    drawn: { type: 'utf8', values: rows.map(({ drawn }) => drawn) },
    measure: { type: 'utf8', values: rows.map(({ row }) => row) },
    panel: { type: 'utf8', values: rows.map(({ column }) => column) },
    series: { type: 'utf8', values: rows.map(({ series }) => series) },
    line: { type: 'utf8', values: rows.map(({ line }) => line) },
    [grid.along.key]: { type: whole ? 'int32' : 'float64', values: rows.map(({ at }) => at) },
    value: { type: 'float64', values: rows.map(({ value }) => value) },
    low: { type: 'float64', values: rows.map(({ low }) => low) },
    high: { type: 'float64', values: rows.map(({ high }) => high) },
  };
}

const inTable = ['points', 'thin', 'bands', 'asides', 'panel'] as const;

/** A grid without what its table holds, and without its size. */
export type CurveGridLayout = Omit<CurveGrid, (typeof inTable)[number]>;

export function curveGridLayout(grid: CurveGrid): CurveGridLayout {
  const kept = Object.entries(grid).filter(([key]) => !(inTable as readonly string[]).includes(key));
  return Object.fromEntries(kept) as unknown as CurveGridLayout;
}

interface GridRows {
  numbers(name: string): (number | null)[];
  strings(name: string): (string | null)[];
}

/** The grid again, from its layout and its table. */
export function curveGridOf(layout: CurveGridLayout, table: GridRows): CurveGrid {
  const text = (name: string): string[] => table.strings(name).map((value) => value ?? '');
  const [drawn, row, column, series, line] = ['drawn', 'measure', 'panel', 'series', 'line'].map(text);
  const at = table.numbers(layout.along.key);
  const [value, low, high] = ['value', 'low', 'high'].map((name) => table.numbers(name));
  const rowsOf = <T>(kind: string, of: (place: number) => T): T[] =>
    drawn!.flatMap((each, place) => (each === kind ? [of(place)] : []));
  const panelOf = (place: number) => ({ row: row![place]!, column: column![place]! });
  const ends = (place: number) => ({ low: low![place]!, high: high![place]! });
  return {
    ...layout,
    panel: { width: 0, height: 0 },
    points: rowsOf('curve', (place) => ({
      ...panelOf(place),
      series: series![place]!,
      at: at[place]!,
      value: value![place] ?? null,
      low: low![place] ?? null,
      high: high![place] ?? null,
    })),
    thin: rowsOf('thin', (place) => ({
      ...panelOf(place),
      line: line![place]!,
      at: at[place]!,
      value: value![place] ?? null,
    })),
    bands: rowsOf('band', (place) => ({
      ...panelOf(place),
      ...ends(place),
      kind: layout.bandLabels?.indexOf(series![place]!) ?? 0,
    })),
    asides: rowsOf('aside', (place) => ({
      ...panelOf(place),
      ...ends(place),
      series: series![place]!,
      value: value![place]!,
    })),
  };
}
