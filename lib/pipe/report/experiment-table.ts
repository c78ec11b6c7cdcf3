import { csvLine, markdownTable, numberText } from './metrics.ts';
import { count } from './quantity.ts';
import { table } from './table.ts';
import { columnsOf } from './width.ts';

export interface Statistic {
  readonly mean: number;
  /** Null of one value. */
  readonly std: number | null;
  readonly n: number;
  readonly values: readonly number[];
}

export interface ComparedRow {
  readonly name: string;
  /** Experiments that differ in their seeds only. */
  readonly members: readonly string[];
  readonly state: string;
  /** By path, as text. */
  readonly params: ReadonlyMap<string, string>;
  readonly metrics: ReadonlyMap<string, Statistic>;
}

export interface Comparison {
  readonly params: readonly { readonly path: string; readonly name: string }[];
  readonly metrics: readonly string[];
  readonly rows: readonly ComparedRow[];
}

/** The change of a mean from that of a row that is pinned; null where one side has none. */
export function changeFrom(baseline: ComparedRow | null, row: ComparedRow, metric: string): number | null {
  const [before, after] = [baseline?.metrics.get(metric)?.mean, row.metrics.get(metric)?.mean];
  return before === undefined || after === undefined || row === baseline ? null : after - before;
}

/** For a terminal: as many metrics as `width` has room for, and a line that says how many have none. */
export function comparisonLines(
  comparison: Comparison,
  baseline: ComparedRow | null,
  width: number | undefined,
): string[] {
  const { rows, metrics } = comparison;
  const first = leadingColumns(comparison);
  const rest = metrics.map((metric) => [metric, ...metricCells(rows, metric, baseline)]);
  const columns = [...first];
  let hidden = 0;
  for (const column of rest) {
    if (width !== undefined && hidden + widthOf([...columns, column]) > width) hidden += 1;
    else columns.push(column);
    if (hidden > 0 && columns.length < first.length + rest.length - hidden) break;
  }
  const shown = columns.length - first.length;
  const lines = table(transposed(columns));
  if (shown < rest.length)
    lines.push(`and ${count(rest.length - shown, 'more metric')}; --metrics NAMES chooses, --csv has all`);
  return width === undefined ? lines : lines.map((line) => clipped(line, width));
}

export function comparisonMarkdown(comparison: Comparison, baseline: ComparedRow | null): string[] {
  const { rows, metrics } = comparison;
  const cells = metrics.map((metric) => [metric, ...metricCells(rows, metric, baseline)]);
  const trimmed = transposed([...leadingColumns(comparison), ...cells]);
  return markdownTable(trimmed.map((row) => row.map((cell) => cell.trim())));
}

export function comparisonCsv({ params, metrics, rows }: Comparison, baseline: ComparedRow | null): string[] {
  const changes = (metric: string) => (baseline === null ? [] : [`${metric}_change`]);
  const head = [
    'experiment',
    'state',
    'n',
    ...params.map(({ path }) => path),
    ...metrics.flatMap((metric) => [metric, `${metric}_std`, ...changes(metric)]),
  ];
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : String(value);
  const body = rows.map((row) => [
    row.name,
    row.state,
    String(row.members.length),
    ...params.map(({ path }) => row.params.get(path) ?? ''),
    ...metrics.flatMap((metric) => [
      text(row.metrics.get(metric)?.mean),
      text(row.metrics.get(metric)?.std),
      ...(baseline === null ? [] : [text(changeFrom(baseline, row, metric))]),
    ]),
  ]);
  return [head, ...body].map(csvLine);
}

export function comparisonJson({ rows }: Comparison, baseline: ComparedRow | null): object[] {
  return rows.map((row) => ({
    experiment: row.name,
    members: row.members,
    state: row.state,
    params: Object.fromEntries(row.params),
    metrics: Object.fromEntries(
      [...row.metrics].map(([metric, { mean, std, n, values }]) => [
        metric,
        { mean, std, n, values, ...(baseline && { change: changeFrom(baseline, row, metric) }) },
      ]),
    ),
  }));
}

function leadingColumns({ params, rows }: Comparison): string[][] {
  const many = rows.some(({ members }) => members.length > 1);
  const states = rows.some(({ state }) => state !== 'finished');
  return [
    ['experiment', ...rows.map(({ name }) => name)],
    ...(states ? [['state', ...rows.map(({ state }) => state)]] : []),
    ...(many ? [['n', ...rows.map(({ members }) => String(members.length))]] : []),
    ...params.map(({ path, name }) => [name, ...rows.map((row) => row.params.get(path) ?? '')]),
  ];
}

/** Means of a column with equally many digits, so that they stand under each other. */
export function metricCells(
  rows: readonly ComparedRow[],
  metric: string,
  baseline: ComparedRow | null,
): string[] {
  const statistics = rows.map((row) => row.metrics.get(metric));
  const spreads = statistics.flatMap((each) => (each?.std ? [each.std] : []));
  const digits = spreads.length === 0 ? null : digitsFor(Math.min(...spreads));
  const written = (value: number) => (digits === null ? numberText(value) : value.toFixed(digits));
  const changes = rows.map((row) => changeFrom(baseline, row, metric));
  const means = padded(statistics.map((each) => (each === undefined ? '-' : written(each.mean))));
  const spread = padded(
    statistics.map((each) => (each === undefined || each.std === null ? '' : `± ${written(each.std)}`)),
  );
  const change = padded(changes.map((value) => (value === null ? '' : signed(value, digits))));
  return rows.map((_, index) =>
    [means[index]!, spread[index]!, change[index]!].filter((part) => part !== '').join(' '),
  );
}

/** Two digits of the least spread, as far as that can be read. */
function digitsFor(spread: number): number {
  return Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(spread))));
}

function signed(value: number, digits: number | null): string {
  const text = digits === null ? String(Number(value.toPrecision(3))) : value.toFixed(digits);
  return `(${value > 0 ? '+' : ''}${text})`;
}

/** To the right, in a column that has any text. */
function padded(texts: readonly string[]): string[] {
  const width = Math.max(...texts.map(columnsOf));
  return texts.map((text) => ' '.repeat(width - columnsOf(text)) + text);
}

function transposed(columns: readonly (readonly string[])[]): string[][] {
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row] ?? ''));
}

function widthOf(columns: readonly (readonly string[])[]): number {
  return columns.reduce((sum, column) => sum + Math.max(...column.map(columnsOf)) + 2, -2);
}

function clipped(line: string, width: number): string {
  return columnsOf(line) <= width ? line : `${line.slice(0, width - 1)}…`;
}
