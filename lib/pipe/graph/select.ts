import { commandLineDiagnostic, type Diagnostic } from '../manifest/diagnostic.ts';
import { didYouMean, listed } from '../manifest/suggest.ts';
import type { Graph, Task } from './graph.ts';
import { axesOf, type StageTasks, stagesOf } from './stages.ts';
import { isLike } from '../wildcard.ts';

export interface SelectOptions {
  /** Also what the tasks named need. */
  readonly upstream: boolean;
  /** Also what needs them; with `upstream`, and what that needs. */
  readonly downstream: boolean;
}

export type Selected =
  /** Indices into `Graph.tasks`, ascending. */
  | { readonly ok: true; readonly tasks: ReadonlySet<number> }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * The tasks that patterns name: `score`, `train@seed=0,epoch=5` (any of the axes), `*` for any text in a
 * stage's name. No pattern at all is every task.
 */
export function selectTasks(graph: Graph, patterns: readonly string[], options: SelectOptions): Selected {
  const stages = stagesOf(graph);
  const chosen = new Uint8Array(graph.tasks.length);
  if (patterns.length === 0) chosen.fill(1);
  const diagnostics: Diagnostic[] = [];
  for (const pattern of patterns) {
    const matched = matching(pattern, stages, graph.absent);
    if ('message' in matched) diagnostics.push(matched);
    else for (const { index } of matched.tasks) chosen[index] = 1;
  }
  if (diagnostics.length > 0) return { ok: false, diagnostics };

  // Tasks stand in topological order, so one pass each way is enough.
  if (options.downstream) {
    for (const { index, neededBy } of graph.tasks) {
      if (chosen[index] === 1) for (const next of neededBy) chosen[next] = 1;
    }
  }
  if (options.upstream) {
    for (let index = graph.tasks.length - 1; index >= 0; index--) {
      if (chosen[index] === 1) for (const need of graph.tasks[index]!.needs) chosen[need] = 1;
    }
  }
  const tasks = new Set<number>();
  for (const [index, flag] of chosen.entries()) if (flag === 1) tasks.add(index);
  return { ok: true, tasks };
}

interface Matched {
  readonly tasks: readonly Task[];
}

function matching(
  pattern: string,
  stages: readonly StageTasks[],
  absent: Graph['absent'],
): Matched | Diagnostic {
  const at = pattern.indexOf('@');
  const name = at === -1 ? pattern : pattern.slice(0, at);
  const named = stages.filter(({ stage }) => isLike(name, stage.name));
  if (named.length === 0) {
    const names = stages.map(({ stage }) => stage.name);
    if (name === '') {
      const hint = 'as in `train@seed=0,epoch=5`; `*@seed=0` is every stage with that axis';
      return commandLineDiagnostic(pattern, pattern, `\`${pattern}\` names no stage`, hint);
    }
    const message = name.includes('*')
      ? `no stage is called like \`${name}\``
      : `there is no stage \`${name}\``;
    const left = absent.find((each) => each.stage.name === name);
    if (left !== undefined) {
      const why =
        left.by === 'when' ? 'its `when` does not hold' : `it reads \`${left.by.stage}\`, which has none`;
      return commandLineDiagnostic(pattern, name, `the stage \`${name}\` has no tasks: ${why}`);
    }
    const [stage = ''] = name.split('.', 1);
    const near = names.includes(stage) ? `\`${stage}\` makes all its outputs` : didYouMean(name, names);
    return commandLineDiagnostic(pattern, name, message, near ?? `stages: ${listed(names, 12)}`);
  }
  return at === -1 ? { tasks: named.flatMap(({ tasks }) => tasks) } : filtered(pattern, at, named);
}

/** Of several stages that a `*` names, those that have the axes and values asked for. */
function filtered(pattern: string, at: number, stages: readonly StageTasks[]): Matched | Diagnostic {
  let candidates = stages.map((stage) => ({ axes: axesOf(stage), tasks: stage.tasks }));
  for (const condition of pattern.slice(at + 1).split(',')) {
    const [axis = '', value, ...rest] = condition.split('=');
    if (value === undefined || rest.length > 0) {
      const hint = 'after `@` come axes, as in `train@seed=0,epoch=5`';
      return commandLineDiagnostic(pattern, condition, `\`${condition}\` is not \`axis=value\``, hint);
    }
    const names = candidates.flatMap(({ axes }) => axes.map((known) => known.name));
    candidates = candidates.filter(({ axes }) => axes.some((known) => known.name === axis));
    if (candidates.length === 0) {
      const hint = didYouMean(axis, names) ?? `axes: ${listed([...new Set(names)])}`;
      return commandLineDiagnostic(
        pattern,
        condition,
        `\`${pattern.slice(0, at)}\` has no axis \`${axis}\``,
        hint,
      );
    }
    const values = candidates.flatMap(({ axes }) =>
      axes.find((known) => known.name === axis)!.values.map(String),
    );
    if (!values.includes(value)) {
      const hint = didYouMean(value, values) ?? `values: ${listed([...new Set(values)])}`;
      return commandLineDiagnostic(pattern, condition, `\`${value}\` is not on the axis \`${axis}\``, hint);
    }
    candidates = candidates.map(({ axes, tasks }) => {
      return { axes, tasks: tasks.filter(({ point }) => String(point[axis]) === value) };
    });
  }
  const tasks = candidates.flatMap((candidate) => candidate.tasks);
  return { tasks };
}
