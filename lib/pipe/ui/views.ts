/** What the page is told of what tasks made: files, tables, plots, experiments. As `protocol.ts`, it imports nothing that runs. */

export interface OutputView {
  readonly name: string;
  readonly path: string;
  readonly digest: string | null;
  /** Null for what the store does not have. */
  readonly size: number | null;
  readonly files: readonly FileView[] | null;
}

export interface FileView {
  readonly path: string;
  readonly digest: string;
  readonly size: number | null;
}

export interface ColumnView {
  readonly name: string;
  readonly type: string;
  readonly shape: string;
  readonly range: string;
  readonly missing: number;
  /** Shape of one row's tensor; null for a plain column. */
  readonly tensor: readonly number[] | null;
  readonly integer: boolean;
}

export type Preview =
  | { readonly kind: 'image' }
  | { readonly kind: 'page'; readonly address: string }
  | { readonly kind: 'text'; readonly text: string; readonly cut: boolean }
  | {
      readonly kind: 'table';
      readonly rows: number;
      readonly columns: readonly ColumnView[];
      readonly metadata: readonly (readonly [string, string])[];
      readonly names: readonly string[];
      readonly first: readonly (readonly string[])[];
    }
  | { readonly kind: 'none'; readonly why: string };

/** Experiments, a row each; cells in the order of `params` and `metrics`. */
export interface ComparisonView {
  readonly params: readonly { readonly path: string; readonly name: string }[];
  readonly metrics: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    readonly members: readonly string[];
    readonly state: string;
    readonly params: readonly string[];
    readonly means: readonly (number | null)[];
    readonly texts: readonly string[];
  }[];
}

export interface FigureView {
  readonly task: string;
  readonly path: string;
  readonly digest: string;
  /** The directory that it is a file of, and its path in there. */
  readonly tree?: string;
  readonly file?: string;
}

/** A table that a stage declares under `plots`. */
export interface PlotName {
  readonly stage: string;
  readonly name: string;
}

/** A line of a plot: what one task made; null where a number is missing. */
export interface PlotLine {
  readonly task: string;
  readonly xs: readonly number[];
  readonly ys: readonly (number | null)[];
}

export interface PlotView {
  /** What goes across: a column, or `row`. */
  readonly x: string;
  /** Where these are texts: by number. */
  readonly labels: readonly string[] | null;
  readonly columns: readonly { readonly name: string; readonly lines: readonly PlotLine[] }[];
  /** Tasks beyond those that are drawn, and what could not be read. */
  readonly left: number;
  readonly problems: readonly string[];
}
