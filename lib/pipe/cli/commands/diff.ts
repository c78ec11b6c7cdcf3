import { pathOf } from '../../graph/graph.ts';
import type { Action } from '../../plan/action.ts';
import { reasonsBetween } from '../../plan/compare.ts';
import type { InputName } from '../../plan/input-reason.ts';
import { givenNames } from '../../plan/plan.ts';
import type { Reason } from '../../plan/reason.ts';
import { recordedAction, sameOutputs } from '../../plan/record.ts';
import { groupBy } from '../../group.ts';
import { numberText } from '../../report/metrics.ts';
import { count } from '../../report/quantity.ts';
import { reasonKind, stageOf } from '../../report/reason.ts';
import { table } from '../../report/table.ts';
import { columnsOf, padded } from '../../report/width.ts';
import type { Engine } from '../../run/engine.ts';
import { changedSources } from '../../run/survey.ts';
import { openEngine } from '../../run/session.ts';
import { openLock, type Lock } from '../../store/lock.ts';
import { configure, type Configured } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import { metricChanges, type MetricChange, type MetricChanges } from '../view/diff-metrics.ts';
import { lockNamed } from '../named-lock.ts';
import type { ConfigurationOptions } from '../options.ts';

interface DiffOptions extends ConfigurationOptions {
  readonly json?: true;
}

/** `pipe diff`: what was built from what, in two revisions or locks, or in one and now. */
export async function diff(
  context: Context,
  before: string | undefined,
  after: string | undefined,
  options: DiffOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const { directory, manifest, graph } = configured;
  const old = lockNamed(context, configured, before ?? 'HEAD');
  if (old === null) return EXIT.mistake;
  const now =
    after === undefined
      ? openLock(directory, manifest.profile, manifest.experiment)
      : lockNamed(context, configured, after);
  if (now === null) return EXIT.mistake;
  const engine = openEngine(directory);
  const changes = changesBetween(configured, engine, old, now);
  const metrics = await metricChanges(graph, engine.blobs, old, now);
  if (options.json === true) context.out(`${JSON.stringify({ tasks: changes, metrics: metrics.changes })}\n`);
  else {
    const tasks = new Set([...old.ids(), ...now.ids()]).size;
    for (const line of [...taskLines(configured, changes, tasks), ...metricLines(metrics)]) {
      context.out(`${line}\n`);
    }
  }
  return EXIT.ok;
}

/** What became of a task: built from something else, with other outputs or the same, or only on one side. */
type TaskChange = { readonly task: string } & (
  | { readonly change: 'added' | 'removed' }
  | { readonly change: 'changed'; readonly reasons: readonly Reason[]; readonly sameOutputs: boolean }
);

function changesBetween(configured: Configured, engine: Engine, before: Lock, after: Lock): TaskChange[] {
  const ids = [...new Set([...before.ids(), ...after.ids()])];
  return ids.flatMap((id) => changeOf(configured, engine, id, before, after) ?? []);
}

function changeOf(
  configured: Configured,
  engine: Engine,
  id: string,
  before: Lock,
  after: Lock,
): TaskChange | null {
  const [old, now] = [before.get(id), after.get(id)];
  if (old === null) return now === null ? null : { task: id, change: 'added' };
  if (now === null) return { task: id, change: 'removed' };
  const same = sameOutputs(old.outputs, now.outputs);
  if (old.fingerprint === now.fingerprint && same) return null;
  const [was, is] = [recordedAction(old), recordedAction(now)];
  const reasons =
    was === null || is === null
      ? []
      : reasonsBetween(was, is, {
          changedSources: (from, to) => changedSources(engine, from, to),
          inputs: (input, position) => nameOf(configured, id, is, input, position),
          given: (keys) => givenIn(configured, id, keys),
        });
  return { task: id, change: 'changed', reasons, sameOutputs: same };
}

/** A line for tasks of a stage that have the same to say. */
function taskLines({ manifest }: Configured, changes: readonly TaskChange[], tasks: number): string[] {
  if (changes.length === 0) return [`no difference in ${count(tasks, 'task')}`];
  const stages = groupBy(changes, ({ task }) => stageOf(task));
  const order = manifest.stages.map(({ name }) => name);
  const names = [...stages.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const width = Math.max(...names.map(columnsOf));
  return names.flatMap((name) =>
    [...groupBy(stages.get(name)!, changeText)].map(
      ([text, group]) => `${padded(name, width)}  ${count(group.length, 'task')}: ${text}`,
    ),
  );
}

function changeText(change: TaskChange): string {
  if (change.change !== 'changed') return change.change;
  const kinds = [...new Set(change.reasons.map((reason) => reasonKind(reason)))];
  return [...kinds, change.sameOutputs ? 'same outputs' : 'other outputs'].join('; ');
}

const LISTED_METRICS = 40;

function metricLines({ changes, gone }: MetricChanges): string[] {
  const shown = changes.length <= LISTED_METRICS + 1 ? changes : changes.slice(0, LISTED_METRICS);
  const rows = shown.map(({ task, output, metric, before, after }) => [
    `${task}.${output}`,
    metric,
    numberText(before),
    numberText(after),
    deltaText({ before, after }),
  ]);
  const head = ['output', 'metric', 'before', 'after', 'change'];
  const lines = rows.length === 0 ? [] : ['', ...table([head, ...rows])];
  if (shown.length < changes.length) lines.push(`and ${changes.length - shown.length} more; --json has all`);
  if (gone > 0) lines.push(`note: the store no longer has both sides of ${count(gone, 'changed output')}`);
  return lines;
}

function deltaText({ before, after }: Pick<MetricChange, 'before' | 'after'>): string {
  if (before === null || after === null) return '';
  const delta = after - before;
  return `${delta > 0 ? '+' : ''}${String(Number(delta.toPrecision(3)))}`;
}

/** A task that the file has no longer is named as its stage saw its parameters. */
function givenIn({ graph }: Configured, id: string, keys: readonly string[]): readonly string[] {
  const task = graph.byId.get(id);
  return task === undefined ? keys : givenNames(task, keys);
}

function nameOf({ graph }: Configured, id: string, is: Action, input: string, position: number): InputName {
  const sources = graph.byId.get(id)?.inputs.find(({ name }) => name === input)?.sources ?? [];
  const source = sources[position];
  if (source?.kind === 'output') {
    const maker = graph.tasks[source.task]!;
    return { path: pathOf(graph, source), task: maker.id };
  }
  return { path: is.task.inputs[input]?.[position]?.[0] ?? input, task: null };
}
