import { orderStages } from '../manifest/axes.ts';
import { afterPath } from '../manifest/order.ts';
import { pathName } from '../manifest/axis-value.ts';
import { withEntries } from '../manifest/axis-entries.ts';
import type { Path, Problem } from '../manifest/diagnostic.ts';
import type { Axis, Manifest, Stage } from '../manifest/manifest.ts';
import { templateOf } from '../manifest/template.ts';
import { conflicts } from './conflict.ts';
import type { AbsentStage, Graph, Task, TaskInput } from './graph.ts';
import { eachDigits, fillerOf, idAt, layoutOf, pointAt, type Digits, type Layout } from './layout.ts';
import { paramsOf } from './parameters.ts';
import { rowsOf } from './rows.ts';
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

  const found = layoutsOf(stages, axes, manifest);
  if (!found.ok) return found;
  const { layouts, absent } = found;
  const crowded = tooManySources(layouts);
  if (crowded !== null) return { ok: false, problems: [crowded] };
  const tasks = [...layouts.values()].flatMap((layout) => tasksOf(layout, layouts, manifest));
  for (const task of tasks) for (const need of task.needs) tasks[need]!.neededBy.push(task.index);
  const graph = { tasks, byId: new Map(tasks.map((task) => [task.id, task])), absent };
  const collisions = conflicts(manifest, graph);
  return collisions.length > 0 ? { ok: false, problems: collisions } : { ok: true, graph };
}

type FoundLayouts =
  | {
      readonly ok: true;
      readonly layouts: ReadonlyMap<string, Layout>;
      readonly absent: readonly AbsentStage[];
    }
  | Extract<Expanded, { ok: false }>;

/** Where the tasks of each stage stand, and which stages have none. */
function layoutsOf(
  stages: readonly Stage[],
  axes: ReadonlyMap<string, readonly Axis[]>,
  manifest: Manifest,
): FoundLayouts {
  const layouts = new Map<string, Layout>();
  const known = new Map<string, Layout | null>();
  const absent: AbsentStage[] = [];
  let total = 0;
  const refuse = (path: Path, message: string, hint?: string): FoundLayouts => {
    return { ok: false, problems: [{ path, part: 'key', message, hint }] };
  };
  for (const stage of stages) {
    const path: Path = ['stages', stage.name];
    const found = rowsOf(stage, axes.get(stage.name)!, known, manifest);
    if (found.type === 'too-many') {
      const hint = 'combinations are gone through one by one where some are left out';
      return refuse(path, `there are ${found.count} combinations here, more than can be gone through`, hint);
    }
    if (found.type === 'none') {
      if (found.by === 'exclude')
        return refuse([...path, 'matrix', 'exclude'], 'this leaves no combination of the matrix');
      known.set(stage.name, null);
      absent.push({ stage, by: found.by });
      continue;
    }
    const layout = layoutOf(stage, axes.get(stage.name)!, total, found.rows);
    layouts.set(stage.name, layout);
    known.set(stage.name, layout);
    total += layout.count;
    if (total > MOST_TASKS)
      return refuse(path, `with ${layout.count} tasks here there would be more than ${MOST_TASKS}`);
  }
  if (total === 0) return refuse(['stages'], 'there is nothing to run: `when` leaves out every stage');
  return { ok: true, layouts, absent };
}

/** The first input with which the tasks would read too many outputs of others, or wait for too many. */
function tooManySources(layouts: ReadonlyMap<string, Layout>): Problem | null {
  let total = 0;
  for (const layout of layouts.values()) {
    const { stage, count } = layout;
    for (const [index, name] of stage.after.entries()) {
      const before = layouts.get(name);
      if (before === undefined) continue;
      const shared = sharedAxes(layout, before);
      const together = before.axes.filter((axis) => shared.includes(axis.name));
      const each = before.count / together.reduce((product, { values }) => product * values.length, 1);
      total += Math.ceil(count * each);
      if (total <= MOST_SOURCES) continue;
      const message = `${count} tasks that wait for some ${Math.ceil(each)} others each are more than can be planned`;
      const hint = 'let one task come after them, and others after that';
      return { path: afterPath(stage, index), message, hint };
    }
    for (const { name, source } of stage.inputs) {
      if (source.kind !== 'output') continue;
      const gathered = layouts.get(source.stage)!.axes.filter((axis) => source.gather.includes(axis.name));
      const all = gathered.reduce((product, { values }) => product * values.length, 1);
      const each = Math.min(all, layouts.get(source.stage)!.count);
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
  { artifacts, ...manifest }: Manifest,
): OpenTask[] {
  const { stage, base } = layout;
  const params = withEntries(manifest.params, manifest.fields);
  const paramsAt = paramsOf(layout, params);
  const wires = wiresOf(layout, layouts, params);
  const outputs = stage.outputs.map(({ name, path, directory, temp }) => {
    return { name, directory, temp, fill: fillerOf(layout, templateOf(`${artifacts}/${path}`), pathName) };
  });
  const followed = stage.after.flatMap((before) => followedAt(layout, layouts.get(before)));
  const tasks: OpenTask[] = [];
  let index = base;
  // The scan is a stage's last axis: a task continues the one before it if only that differs.
  let before: Digits | null = null;
  for (const digits of eachDigits(layout)) {
    const follows = before !== null && isSameChain(before, digits);
    const inputs = wires.map(({ name, sourcesAt }) => ({ name, sources: sourcesAt(digits, index, follows) }));
    tasks.push({
      index: index++,
      id: idAt(layout, digits),
      stage,
      point: pointAt(layout, digits),
      params: paramsAt(digits),
      previous: stage.scan !== null && follows ? stage.scan.values[before!.at(-1)!]! : null,
      inputs,
      outputs: outputs.map(({ name, directory, temp, fill }) => {
        return { name, path: fill(digits), directory, ...(temp === true && { temp }) };
      }),
      needs: needsOf(
        inputs,
        followed.flatMap((at) => at(digits)),
      ),
      neededBy: [],
    });
    if (stage.scan !== null) before = [...digits];
  }
  return tasks;
}

function isSameChain(one: Digits, other: Digits): boolean {
  for (let axis = 0; axis < one.length - 1; axis++) if (one[axis] !== other[axis]) return false;
  return true;
}

/** Of another stage that comes first, the tasks that agree on all axes that both have. */
function followedAt(layout: Layout, before: Layout | undefined): ((digits: Digits) => readonly number[])[] {
  if (before === undefined) return [];
  const shared = sharedAxes(layout, before);
  const tasks = new Map<string, number[]>();
  let index = before.base;
  for (const digits of eachDigits(before)) {
    const key = keyAt(before, shared, digits);
    const there = tasks.get(key);
    if (there === undefined) tasks.set(key, [index]);
    else there.push(index);
    index += 1;
  }
  return [(digits) => tasks.get(keyAt(layout, shared, digits)) ?? []];
}

function sharedAxes(one: Layout, other: Layout): readonly string[] {
  const names = other.axes.map(({ name }) => name);
  return one.axes.flatMap(({ name }) => (names.includes(name) ? [name] : []));
}

function keyAt({ axes }: Layout, names: readonly string[], digits: Digits): string {
  const values = names.map((name) => {
    const axis = axes.findIndex((each) => each.name === name);
    return axes[axis]!.values[digits[axis]!]!;
  });
  return JSON.stringify(values);
}

function needsOf(inputs: readonly TaskInput[], followed: readonly number[]): readonly number[] {
  const needs: number[] = [...followed];
  for (const { sources } of inputs) {
    for (const source of sources) if (source.kind === 'output') needs.push(source.task);
  }
  if (needs.length < 2) return needs;
  needs.sort((a, b) => a - b);
  return needs.filter((need, position) => need !== needs[position - 1]);
}
