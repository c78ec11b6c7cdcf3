import { groupBy } from '../group.ts';
import type { Point } from '../json.ts';
import { table } from './table.ts';

/** The numbers of one file of one task. */
export interface MetricRow {
  readonly task: string;
  readonly stage: string;
  readonly point: Point;
  /** The output, or `output/path`, as the stage declares it. */
  readonly source: string;
  readonly values: ReadonlyMap<string, number>;
}

/** For each stage a table: a row a task, its axes and metrics as columns. The head is the first row. */
export function metricTables(rows: readonly MetricRow[]): { stage: string; cells: string[][] }[] {
  return [...groupBy(rows, ({ stage }) => stage)].map(([stage, ofStage]) => {
    const tasks = [...groupBy(ofStage, ({ task }) => task).values()];
    const axes = Object.keys(ofStage[0]!.point);
    const named = tasks.map((files) => namedValues(files, doubled(ofStage)));
    const metrics = [...new Set(named.flatMap((values) => [...values.keys()]))];
    const body = tasks.map((files, index) => [
      ...axes.map((axis) => String(files[0]!.point[axis])),
      ...metrics.map((metric) => numberText(named[index]!.get(metric) ?? null)),
    ]);
    return { stage, cells: [[...axes, ...metrics], ...body] };
  });
}

/** Names that more than one file of a stage gives, which need the file's before them. */
export function doubled(rows: readonly MetricRow[]): ReadonlySet<string> {
  const sources = new Map<string, string>();
  const twice = new Set<string>();
  for (const { source, values } of rows) {
    for (const name of values.keys()) {
      if ((sources.get(name) ?? source) !== source) twice.add(name);
      sources.set(name, source);
    }
  }
  return twice;
}

export function namedValues(
  files: readonly MetricRow[],
  twice: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  return new Map(
    files.flatMap(({ source, values }) =>
      [...values].map(([name, value]): [string, number] => [
        twice.has(name) ? `${source}.${name}` : name,
        value,
      ]),
    ),
  );
}

export function metricLines(rows: readonly MetricRow[]): string[] {
  return metricTables(rows).flatMap(({ stage, cells }, index) => [
    ...(index === 0 ? [] : ['']),
    stage,
    ...table(cells).map((line) => `  ${line}`),
  ]);
}

export function metricMarkdown(rows: readonly MetricRow[]): string[] {
  return metricTables(rows).flatMap(({ stage, cells }, index) => [
    ...(index === 0 ? [] : ['']),
    `### ${stage}`,
    '',
    ...markdownTable(cells),
  ]);
}

/** One line for each number, with all axes that any stage has. */
export function metricCsv(rows: readonly MetricRow[]): string[] {
  const axes = [...new Set(rows.flatMap(({ point }) => Object.keys(point)))];
  const lines = rows.flatMap(({ stage, point, source, values }) =>
    [...values].map(([name, value]) =>
      csvLine([stage, ...axes.map((axis) => String(point[axis] ?? '')), source, name, String(value)]),
    ),
  );
  return [csvLine(['stage', ...axes, 'output', 'metric', 'value']), ...lines];
}

export function metricJson(rows: readonly MetricRow[]): object[] {
  return rows.map(({ values, source, point, ...row }) => ({
    ...row,
    axes: point,
    output: source,
    metrics: Object.fromEntries(values),
  }));
}

/** As RFC 4180 has it. */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

export function markdownTable([head = [], ...body]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)];
}

/** A number for people: six digits of it, and a dash for none. */
export function numberText(value: number | null): string {
  return value === null ? '-' : String(Number(value.toPrecision(6)));
}
