import type { Scalar } from '../json.ts';
import { orderStages } from '../manifest/axes.ts';
import { pathName } from '../manifest/axis-value.ts';
import type { Problem } from '../manifest/diagnostic.ts';
import type { Manifest, Stage } from '../manifest/manifest.ts';
import { templateOf } from '../manifest/template.ts';
import { conflicts } from './conflict.ts';
import type { Graph, Task, TaskInput } from './graph.ts';
import { eachDigits, fillerOf, idAt, layoutOf, pointAt, type Digits, type Layout } from './layout.ts';
import { paramsOf } from './parameters.ts';
import { wiresOf } from './wire.ts';

export type Expanded =
  | { readonly ok: true; readonly graph: Graph }
  /** `Source.diagnose` finds their places. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** More are a slip in an axis sooner than they are work. */
const MOST_TASKS = 500_000;
/** The same of what all tasks read together: to gather is to multiply. */
const MOST_SOURCES = 20_000_000;

/** All tasks of a manifest, in time and memory linear in their number and that of their sources. */
export function expandGraph(manifest: Manifest): Expanded {
  const { stages, axes, problems } = orderStages(manifest);
  const errors = problems.filter(({ severity }) => severity !== 'warning');
  if (errors.length > 0) return { ok: false, problems: errors };

  const layouts = new Map<string, Layout>();
  let total = 0;
  for (const stage of stages) {
    const layout = layoutOf(stage, axes.get(stage.name)!, total);
    layouts.set(stage.name, layout);
    total += layout.count;
    if (total <= MOST_TASKS) continue;
    const message = `with ${layout.count} tasks here there would be more than ${MOST_TASKS}`;
    return { ok: false, problems: [{ path: ['stages', stage.name], part: 'key', message }] };
  }

  const crowded = tooManySources(layouts);
  if (crowded !== null) return { ok: false, problems: [crowded] };
  const tasks = [...layouts.values()].flatMap((layout) => tasksOf(layout, layouts, manifest));
  for (const task of tasks) for (const need of task.needs) tasks[need]!.neededBy.push(task.index);
  const graph = { tasks, byId: new Map(tasks.map((task) => [task.id, task])) };
  const collisions = conflicts(manifest, graph);
  return collisions.length > 0 ? { ok: false, problems: collisions } : { ok: true, graph };
}

/** The first input with which the tasks would read too many outputs of others. */
function tooManySources(layouts: ReadonlyMap<string, Layout>): Problem | null {
  let total = 0;
  for (const { stage, count } of layouts.values()) {
    for (const { name, source } of stage.inputs) {
      if (source.kind !== 'output') continue;
      const gathered = layouts.get(source.stage)!.axes.filter((axis) => source.gather.includes(axis.name));
      const each = gathered.reduce((product, { values }) => product * values.length, 1);
      total += count * each;
      if (total <= MOST_SOURCES) continue;
      const message = `${count} tasks that gather ${each} outputs each are more than can be planned`;
      const hint = 'let one task gather them, and others read what it makes';
      return { path: ['stages', stage.name, 'inputs', name], part: 'key', message, hint };
    }
  }
  return null;
}

type OpenTask = Task & { readonly neededBy: number[] };

function tasksOf(
  layout: Layout,
  layouts: ReadonlyMap<string, Layout>,
  { artifacts, params }: Manifest,
): OpenTask[] {
  const { stage, base } = layout;
  const paramsAt = paramsOf(layout, params);
  const wires = wiresOf(layout, layouts, params);
  const outputs = stage.outputs.map(({ name, path, directory }) => {
    return { name, directory, fill: fillerOf(layout, templateOf(`${artifacts}/${path}`), pathName) };
  });
  const tasks: OpenTask[] = [];
  let index = base;
  for (const digits of eachDigits(layout)) {
    const inputs = wires.map(({ name, sourcesAt }) => ({ name, sources: sourcesAt(digits, index) }));
    tasks.push({
      index: index++,
      id: idAt(layout, digits),
      stage,
      point: pointAt(layout, digits),
      params: paramsAt(digits),
      previous: previousAt(stage, digits),
      inputs,
      outputs: outputs.map(({ name, directory, fill }) => ({ name, path: fill(digits), directory })),
      needs: needsOf(inputs),
      neededBy: [],
    });
  }
  return tasks;
}

/** The scan is a stage's last axis. */
function previousAt({ scan }: Stage, digits: Digits): Scalar | null {
  const position = digits.at(-1) ?? 0;
  return scan === null || position === 0 ? null : scan.values[position - 1]!;
}

function needsOf(inputs: readonly TaskInput[]): readonly number[] {
  const needs: number[] = [];
  for (const { sources } of inputs) {
    for (const source of sources) if (source.kind === 'output') needs.push(source.task);
  }
  if (needs.length < 2) return needs;
  needs.sort((a, b) => a - b);
  return needs.filter((need, position) => need !== needs[position - 1]);
}
