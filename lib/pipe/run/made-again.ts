import type { Digest } from '../digest.ts';
import type { Graph, Task, TaskOutput } from '../graph/graph.ts';
import type { Outcome } from '../plan/outcome.ts';
import { planTask } from '../plan/plan.ts';
import { storeFailure, type StalePlan } from './attempt.ts';
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

/** What tasks read and was left at the remote cache: brought, or made again by the tasks that made it. */
export class MadeAgain {
  readonly #parts: Parts;
  readonly #outcomes: Map<number, Outcome>;
  readonly #make: (task: Task, plan: StalePlan) => Promise<Outcome>;
  readonly #begun = new Map<number, Promise<void>>();

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
    const again = [...lost].filter((index) => survey.plans.has(index));
    await Promise.all(again.map((index) => this.#makeAgain(graph.tasks[index]!)));
    return again.length > 0;
  }

  /** The tasks of which this one reads an output that lies neither here nor, any more, at the remote cache. */
  async #lost(task: Task): Promise<ReadonlySet<number>> {
    const { elsewhere, facts, known } = this.#parts.survey;
    const lost = new Set<number>();
    const sources = task.inputs.flatMap((input) => input.sources);
    const look = async (source: (typeof sources)[number]): Promise<void> => {
      if (source.kind !== 'output') return;
      const from = facts.graph.tasks[source.task]!;
      const output = from.outputs[source.output]!;
      const digest = known[source.task]?.[output.name];
      if (digest === undefined || !elsewhere.has(digest)) return;
      if (!(await this.#bring(from, output, digest))) lost.add(source.task);
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
  #makeAgain(task: Task): Promise<void> {
    const begun = this.#begun.get(task.index);
    if (begun !== undefined) return begun;
    const making = this.#run(task);
    this.#begun.set(task.index, making);
    return making;
  }

  async #run(task: Task): Promise<void> {
    const { survey, emit, engine } = this.#parts;
    for (const digest of Object.values(survey.known[task.index] ?? {})) survey.elsewhere.delete(digest);
    const planned = planTask(task, { ...survey.facts, forced: () => true }, survey.known);
    const reasons = [{ reason: 'output-lost' as const, path: task.outputs[0]!.path }];
    const stale = { ...planned, plan: { state: 'stale', reasons } } as StalePlan;
    const outcome = await this.#make(task, stale).catch((error: unknown) =>
      storeFailure(error, engine.layout.project),
    );
    this.#outcomes.set(task.index, outcome);
    emit({ type: 'task-finished', task: task.id, outcome });
  }
}
