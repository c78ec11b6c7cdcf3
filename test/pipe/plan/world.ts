import { digestOf, type Digest } from '../../../lib/pipe/digest.ts';
import type { Graph, Task } from '../../../lib/pipe/graph/graph.ts';
import { encodeStageAction, stageAction } from '../../../lib/pipe/plan/action.ts';
import {
  planAll,
  planTask,
  type KnownOutputs,
  type PlanFacts,
  type PlannedTask,
  type TaskPlan,
} from '../../../lib/pipe/plan/plan.ts';
import type { OutputDigests, TaskRecord } from '../../../lib/pipe/plan/record.ts';
import { graphOf, type TaskSpec } from './builder.ts';

/** A project in memory: a task's bytes are a function of what it reads, unless `bytes` says otherwise. */
export class World {
  specs: readonly TaskSpec[];
  files: Record<string, string> = {};
  code: Record<string, string> = {};
  bytes: Record<string, string> = {};
  lost = new Set<string>();
  forced = new Set<string>();
  env: Record<string, Digest | null> = {};
  /** Null where a mistake keeps from being known: of a stage, its code. */
  unknown = new Set<string>();
  toolchain: Record<string, string> | null = {};
  packages: Record<string, string> | null = {};
  /** Files of directories, by their names. */
  members: Record<string, string> = {};
  /** Paths of outputs. */
  readonly gone = new Set<string>();
  readonly lock = new Map<string, TaskRecord>();
  readonly store = new Map<Digest, OutputDigests>();

  constructor(specs: readonly TaskSpec[]) {
    this.specs = specs;
  }

  get graph(): Graph {
    return graphOf(this.specs);
  }

  facts(): PlanFacts {
    return {
      graph: this.graph,
      forced: ({ id }) => this.forced.has(id),
      stage: ({ stage, params }) => {
        const code = this.unknown.has(stage.name) ? null : digestOf(this.code[stage.name] ?? 'code');
        const { env, toolchain, packages } = this;
        const action = stageAction(stage, params.values, { code, packages, toolchain, env });
        return { action, text: encodeStageAction(action) };
      },
      files: (source) => {
        const name = source.kind === 'path' ? source.path : source.pattern;
        const text = this.files[name];
        return text === undefined ? [] : [{ label: name, name, digest: digestOf(text) }];
      },
      selected: () => true,
      record: ({ id }) => this.lock.get(id) ?? null,
      label: (path) => path,
      member: (_output, _digest, file) => {
        const text = this.members[file];
        return text === undefined ? null : digestOf(text);
      },
      lostOutput: ({ id, outputs }) => (this.lost.has(id) ? outputs[0]!.path : null),
      gone: (_, { path }) => this.gone.has(path),
      needed: new Map(),
      stored: (_, fingerprint) => this.store.get(fingerprint) ?? null,
      changedSources: () => [{ path: 'lib/changed.ts', parts: [] }],
    };
  }

  plan(selected: (task: Task) => boolean = () => true): Record<string, TaskPlan> {
    const { graph, ...facts } = this.facts();
    const known: KnownOutputs = graph.tasks.map(() => null);
    const asked = (index: number): boolean => selected(graph.tasks[index]!);
    const plans = planAll({ ...facts, graph, selected: asked }, known);
    return Object.fromEntries([...plans].map(([index, { plan }]) => [graph.tasks[index]!.id, plan]));
  }

  states(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.plan()).map(([id, { state }]) => [id, state]));
  }

  /** Runs what the plan says, replanning what was unknown; the ids of the tasks that ran. */
  run(): string[] {
    const facts = this.facts();
    const known: KnownOutputs = facts.graph.tasks.map(() => null);
    const ran: string[] = [];
    for (const task of facts.graph.tasks) {
      const planned = planTask(task, facts, known);
      if (!('fingerprint' in planned))
        throw new Error(`${task.id} is unknown with everything before it done`);
      const outputs = planned.outputs ?? this.#work(task, planned);
      if (planned.outputs === null) ran.push(task.id);
      known[task.index] = outputs;
      this.store.set(planned.fingerprint, outputs);
      this.lock.set(task.id, { fingerprint: planned.fingerprint, outputs, action: planned.action });
      this.lost.delete(task.id);
    }
    return ran;
  }

  #work(task: Task, { fingerprint }: Extract<PlannedTask, { readonly fingerprint: string }>): OutputDigests {
    return { out: digestOf(this.bytes[task.id] ?? fingerprint) };
  }
}
