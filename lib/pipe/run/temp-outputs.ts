import { dirname, join } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Graph, Task, TaskOutput } from '../graph/graph.ts';
import type { Outcome } from '../plan/outcome.ts';
import { ifPossible } from '../store/atomic.ts';
import { look } from '../store/file-stat.ts';
import type { Lock } from '../store/lock.ts';
import { linkAbove } from './links-above.ts';
import type { Engine } from './engine.ts';
import { removeEmpty } from './leftovers.ts';
import type { GivenUp } from './store-temps.ts';
import type { Survey } from './survey.ts';

interface Parts {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly survey: Survey;
  readonly lock: Lock;
  /** Directory of outputs, project-relative. */
  readonly root: string;
}

/**
 * Outputs that go when they have been read: out of `artifacts/` as soon as every task of the run that reads them has
 * ended well. That their bytes are given up is noted with the action first, so that who is killed after it has lost
 * nothing but time; the store lets go of them when the run is over (`store-temps.ts`) or by `pipe gc`.
 */
export class TempOutputs {
  readonly #parts: Parts;
  readonly #outcomes: ReadonlyMap<number, Outcome>;
  readonly #givenUp = new Map<string, GivenUp>();

  constructor(parts: Parts, outcomes: ReadonlyMap<number, Outcome>) {
    this.#parts = parts;
    this.#outcomes = outcomes;
  }

  /** Takes away what nobody needs now that a task has ended. */
  ended(task: Task): void {
    const { graph } = this.#parts;
    const read = new Set(
      task.inputs.flatMap(({ sources }) =>
        sources.flatMap((source) => (source.kind === 'output' ? [source.task] : [])),
      ),
    );
    for (const index of read) this.#tidy(graph.tasks[index]!);
  }

  /** The same of all: a run before this one may have been killed, or have had a reader that failed. */
  settle(): void {
    const { graph, survey } = this.#parts;
    for (const index of survey.plans.keys()) this.#tidy(graph.tasks[index]!);
  }

  /** What a task made again is not given up yet. */
  made({ outputs }: Task): void {
    for (const { path } of outputs) this.#givenUp.delete(path);
  }

  get givenUp(): readonly GivenUp[] {
    return [...this.#givenUp.values()];
  }

  #tidy(task: Task): void {
    for (const [position, output] of task.outputs.entries())
      if (output.temp === true && this.#isDone(task, position, output)) this.#giveUp(task, output);
  }

  #isDone(task: Task, position: number, output: TaskOutput): boolean {
    const { graph, survey } = this.#parts;
    if (!survey.passing(task, output) || !this.#endedWell(task.index)) return false;
    return task.neededBy.every((index) => {
      const reads = graph.tasks[index]!.inputs.some(({ sources }) =>
        sources.some(
          (source) => source.kind === 'output' && source.task === task.index && source.output === position,
        ),
      );
      return !reads || !survey.plans.has(index) || this.#endedWell(index);
    });
  }

  #endedWell(index: number): boolean {
    const type = this.#outcomes.get(index)?.type;
    return type === 'fresh' || type === 'restored' || type === 'ran';
  }

  #giveUp(task: Task, output: TaskOutput): void {
    const { engine, survey, lock, root } = this.#parts;
    const digest = survey.known[task.index]?.[output.name];
    const fingerprint = lock.get(task.id)?.fingerprint;
    if (digest === undefined || fingerprint === undefined) return;
    const { project } = engine.layout;
    const placed = look(join(project, output.path)) !== null && survey.artifacts.holds(output, digest);
    if (!placed && !engine.blobs.holds(output, digest)) return;
    // A store or a directory that cannot be written to keeps what it has.
    ifPossible(() => {
      this.#note(fingerprint, output.name);
      this.#givenUp.set(output.path, { task: task.index, output, digest });
      // Behind a link it may be anybody's, and what was edited is somebody's.
      if (!placed || linkAbove(project, output.path) !== null) return;
      survey.artifacts.discard(output.path);
      removeEmpty(project, dirname(output.path), root);
    });
  }

  #note(fingerprint: Digest, name: string): void {
    const { actions } = this.#parts.engine;
    const known = actions.find(fingerprint);
    if (known === null || known.gone?.includes(name) === true) return;
    actions.record(fingerprint, { ...known, gone: [...(known.gone ?? []), name].sort() }, false);
  }
}
