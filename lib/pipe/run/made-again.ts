import type { Digest } from '../digest.ts';
import type { Graph, Task, TaskOutput } from '../graph/graph.ts';
import type { Outcome } from '../plan/outcome.ts';
import { planTask, type Need } from '../plan/plan.ts';
import { sameOutputs } from '../plan/record.ts';
import type { StalePlan } from './attempt.ts';
import { storeFailure } from './store-failure.ts';
import type { Engine } from './engine.ts';
import type { EventBody } from './event.ts';
import type { RemoteSide } from './remote-side.ts';
import type { Survey } from './survey.ts';

interface Parts {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly survey: Survey;
  readonly remote: RemoteSide | null;
  readonly emit: (event: EventBody) => void;
}

/** What tasks read and was left at the remote cache, or went: brought, or made again by the tasks that made it. */
export class MadeAgain {
  readonly #parts: Parts;
  readonly #outcomes: Map<number, Outcome>;
  readonly #make: (task: Task, plan: StalePlan) => Promise<Outcome>;
  readonly #begun = new Map<number, Promise<void>>();
  /** Those that came out with other bytes: what was up to date by the former ones may no longer be. */
  readonly changed = new Set<number>();

  constructor(
    parts: Parts,
    outcomes: Map<number, Outcome>,
    make: (task: Task, plan: StalePlan) => Promise<Outcome>,
  ) {
    this.#parts = parts;
    this.#outcomes = outcomes;
    this.#make = make;
  }

  /** Whether a task is one that had to be. */
  has({ index }: Task): boolean {
    return this.#begun.has(index);
  }

  /**
   * Brings what a task reads. What is no longer to be had is made again, and then this is true: perhaps it has other
   * bytes now.
   */
  async bringInputs(task: Task): Promise<boolean> {
    const { survey, graph } = this.#parts;
    const lost = await this.#lost(task);
    // What is no part of the run is missing, as any input may be.
    const again = [...lost].filter(([index]) => survey.plans.has(index));
    await Promise.all(
      again.map(([index, output]) =>
        this.#makeAgain(graph.tasks[index]!, { path: output.path, by: task.id }),
      ),
    );
    return again.length > 0;
  }

  /** The tasks of which this one reads an output that lies neither here nor, any more, at the remote cache. */
  async #lost(task: Task): Promise<ReadonlyMap<number, TaskOutput>> {
    const { elsewhere, facts, known } = this.#parts.survey;
    const lost = new Map<number, TaskOutput>();
    const sources = task.inputs.flatMap((input) => input.sources);
    const look = async (source: (typeof sources)[number]): Promise<void> => {
      if (source.kind !== 'output') return;
      const from = facts.graph.tasks[source.task]!;
      const output = from.outputs[source.output]!;
      const digest = known[source.task]?.[output.name];
      const mayLack = digest !== undefined && (output.temp === true || elsewhere.has(digest));
      if (mayLack && !(await this.#bring(from, output, digest))) lost.set(source.task, output);
    };
    await Promise.all(sources.map(look));
    return lost;
  }

  async #bring(from: Task, output: TaskOutput, digest: Digest): Promise<boolean> {
    const { engine, survey, remote } = this.#parts;
    if (engine.blobs.holds(output, digest) || survey.artifacts.holds(output, digest)) return true;
    return remote !== null && (await remote.fetch(from, output, digest));
  }

  /** Once, however many tasks miss it. */
  #makeAgain(task: Task, need: Need): Promise<void> {
    const begun = this.#begun.get(task.index);
    if (begun !== undefined) return begun;
    const making = this.#run(task, need);
    this.#begun.set(task.index, making);
    return making;
  }

  async #run(task: Task, need: Need): Promise<void> {
    const { survey, emit, engine } = this.#parts;
    const before = survey.known[task.index];
    const isTemp = task.outputs.some(({ path, temp }) => path === need.path && temp === true);
    if (isTemp) survey.facts.needed.set(task.index, need);
    for (const digest of Object.values(survey.known[task.index] ?? {})) survey.elsewhere.delete(digest);
    const planned = planTask(task, { ...survey.facts, forced: () => true }, survey.known);
    const reasons = [
      isTemp
        ? { reason: 'temp-needed' as const, ...need }
        : { reason: 'output-lost' as const, path: task.outputs[0]!.path },
    ];
    const stale = { ...planned, plan: { state: 'stale', reasons } } as StalePlan;
    const outcome = await this.#make(task, stale).catch((error: unknown) =>
      storeFailure(error, engine.layout.project),
    );
    this.#outcomes.set(task.index, outcome);
    const after = survey.known[task.index];
    if (before && after && !sameOutputs(before, after)) this.changed.add(task.index);
    emit({ type: 'task-finished', task: task.id, outcome });
  }
}
