import type { Graph, Task } from '../graph/graph.ts';
import { stagesOf } from '../graph/stages.ts';
import type { Plot } from '../manifest/manifest.ts';
import type { Lock } from '../store/lock.ts';
import type { PlotName, PlotView } from './views.ts';
import { hexOf, type Store } from './store.ts';

/** Lines of a plot, its columns, and points of a line that are sent. */
const LINES = 40;
const COLUMNS = 12;
const POINTS = 600;
/** A larger file is not read to be drawn; bytes. */
const LARGEST = 2e8;

type Cell = number | string | boolean | null;

/** A table, read: as many cells in each column as there are rows. */
export interface PlotTable {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, readonly Cell[]>;
}

/** How files are read that are tables by their names. */
export interface TableReading {
  readonly isTable: (path: string) => boolean;
  readonly readTable: (path: string, file: string) => Promise<PlotTable>;
}

/** The tables that stages say are to be drawn; figures among their plots are shown as they are. */
export function plotsIn(graph: Graph, { isTable }: TableReading): PlotName[] {
  return stagesOf(graph).flatMap(({ stage, tasks }) =>
    stage.plots.flatMap((plot) => {
      const path = pathIn(tasks[0]!, plot);
      return path !== null && isTable(path) ? [{ stage: stage.name, name: plot.name }] : [];
    }),
  );
}

/** What the tasks of a stage made of a plot, a line for each; null where it has no such plot. */
export async function plotOf(
  { stage, name }: PlotName,
  { graph, lock, store, reading }: PlotSources,
): Promise<PlotView | null> {
  const of = stagesOf(graph).find((each) => each.stage.name === stage);
  const plot = of?.stage.plots.find((each) => each.name === name);
  if (of === undefined || plot === undefined) return null;
  const made = of.tasks.flatMap((task) => fileOf(task, plot, lock, store) ?? []);
  const problems: string[] = [];
  const tables: { readonly task: string; readonly table: PlotTable }[] = [];
  for (const { task, path, digest, size } of made.slice(0, LINES)) {
    const file = store.find(digest);
    if (file === null) problems.push(`${task}: the store does not have it any more; run it again`);
    else if (size > LARGEST) problems.push(`${task}: it is too large to be drawn`);
    else
      try {
        tables.push({ task, table: await reading.readTable(path, file) });
      } catch (error) {
        problems.push(`${task}: it cannot be read: ${(error as Error).message.replace(`${file}: `, '')}`);
      }
  }
  return { ...drawn(plot, tables, problems), left: Math.max(0, made.length - LINES), problems };
}

export interface PlotSources {
  readonly graph: Graph;
  readonly lock: Lock;
  readonly store: Store;
  readonly reading: TableReading;
}

/** The project-relative path of what is drawn; null where the task has no such output. */
function pathIn({ outputs }: Task, { output, file }: Plot): string | null {
  const path = outputs.find(({ name }) => name === output)?.path;
  return path === undefined ? null : file === null ? path : `${path}/${file}`;
}

interface Made {
  readonly task: string;
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

function fileOf(task: Task, plot: Plot, lock: Lock, store: Store): Made | null {
  const digest = lock.get(task.id)?.outputs[plot.output];
  const path = pathIn(task, plot);
  if (digest === undefined || path === null) return null;
  const output = store.outputs(task, { [plot.output]: digest }).find(({ name }) => name === plot.output)!;
  const found =
    plot.file === null
      ? { digest: hexOf(digest), size: output.size }
      : output.files?.find((file) => file.path === plot.file);
  return found === undefined ? null : { task: task.id, path, digest: found.digest, size: found.size ?? 0 };
}

function drawn(
  { x, y }: Plot,
  tables: readonly { readonly task: string; readonly table: PlotTable }[],
  problems: string[],
): Pick<PlotView, 'x' | 'labels' | 'columns'> {
  const texts = new Map<string, number>();
  const isNumbers = (cells: readonly Cell[] | undefined): boolean =>
    cells?.every((cell) => cell === null || typeof cell === 'number') === true;
  const labelled = x !== null && tables.some(({ table }) => !isNumbers(table.columns.get(x) ?? []));
  const place = (cell: Cell): number => {
    if (!labelled) return typeof cell === 'number' ? cell : NaN;
    const text = String(cell ?? '');
    if (!texts.has(text)) texts.set(text, texts.size);
    return texts.get(text)!;
  };
  const names = new Set(
    y ??
      tables.flatMap(({ table }) =>
        [...table.columns].flatMap(([name, cells]) => (isNumbers(cells) ? name : [])),
      ),
  );
  if (x !== null) names.delete(x);
  const columns = [...names].slice(0, COLUMNS).map((name) => ({
    name,
    lines: tables.flatMap(({ task, table }) => {
      const [across, cells] = [x === null ? null : table.columns.get(x), table.columns.get(name)];
      const missing = across === undefined ? x : cells === undefined ? name : null;
      if (missing !== null) {
        problems.push(`${task}: it has no column ${missing}`);
        return [];
      }
      const rows = rowsShown(table.rows);
      const xs = rows.map((row) => (across === null ? row : place(across![row] ?? null)));
      return [
        {
          task,
          ...alongX(
            xs,
            rows.map((row) => finite(cells![row] ?? null)),
          ),
        },
      ];
    }),
  }));
  return { x: x ?? 'row', labels: labelled ? [...texts.keys()] : null, columns };
}

/** Rows that are drawn, the last among them. */
function rowsShown(rows: number): number[] {
  const step = Math.max(1, Math.ceil(rows / POINTS));
  return Array.from({ length: Math.ceil(rows / step) }, (_, at) => rows - 1 - at * step).reverse();
}

/** Rows without a place are left out, others go from left to right. */
function alongX(
  xs: readonly number[],
  ys: readonly (number | null)[],
): { readonly xs: readonly number[]; readonly ys: readonly (number | null)[] } {
  const order = [...xs.keys()].filter((at) => Number.isFinite(xs[at])).sort((a, b) => xs[a]! - xs[b]!);
  return { xs: order.map((at) => xs[at]!), ys: order.map((at) => ys[at]!) };
}

function finite(cell: Cell): number | null {
  const number = typeof cell === 'boolean' ? Number(cell) : cell;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
