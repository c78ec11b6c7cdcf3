import { PGraph } from 'p-graph';
import type { Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import type { Outcome } from '../plan/outcome.ts';
import { planTask, type PlannedTask } from '../plan/plan.ts';
import { forestalled, orderOf } from '../plan/progress.ts';
import type { OutputDigests } from '../plan/record.ts';
import { lookAgain } from './input-marks.ts';
import type { StalePlan } from './attempt.ts';
import { storeFailure } from './store-failure.ts';
import { inputMissing } from './input-missing.ts';
import { MadeAgain } from './made-again.ts';
import { Making } from './making.ts';
import { isScarce } from '../execute/capacity.ts';
import type { ScheduleParts } from './schedule-parts.ts';
import type { GivenUp } from './store-temps.ts';
import { TempOutputs } from './temp-outputs.ts';

/** Tasks of which a remote cache is asked while others run: an answer takes time, and costs nothing here. */
const askedAhead = 16;

/** Brings every selected task that is not fresh to its end, in order and within the bounds. */
export class Schedule {
  readonly outcomes = new Map<number, Outcome>();
  readonly #parts: ScheduleParts;
  readonly #madeAgain: MadeAgain;
  readonly #temps: TempOutputs;
  readonly #making: Making;
  readonly #saving = { at: Date.now(), took: 0 };
  #stopping = false;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
    this.#temps = new TempOutputs(parts, this.outcomes);
    this.#making = new Making(parts, {
      mustStop: () => this.#mustStop(),
      failed: () => {
        this.#stopUnlessToldToGoOn();
      },
      record: (...made) => {
        this.#record(...made);
      },
    });
    this.#madeAgain = new MadeAgain(parts, this.outcomes, (task, plan) => this.#makeReady(task, plan));
  }

  /** Outputs that nothing in the run needs any more. */
  get givenUp(): readonly GivenUp[] {
    return this.#temps.givenUp;
  }

  async finishAll(): Promise<void> {
    const { survey } = this.#parts;
    const taking = new Set<number>();
    for (const [index, { plan }] of survey.plans) {
      if (plan.state === 'fresh') this.outcomes.set(index, { type: 'fresh' });
      else taking.add(index);
    }
    await this.#finish(taking);
    for (let again = this.#disturbed(); again.size > 0; again = this.#disturbed()) await this.#finish(again);
    this.#temps.settle();
  }

  /** What was up to date, or restored, by bytes that did not come out again: each is decided anew, in its order. */
  #disturbed(): Set<number> {
    const { graph, survey } = this.#parts;
    const found = new Set<number>();
    const open = [...this.#madeAgain.changed];
    this.#madeAgain.changed.clear();
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      for (const reader of graph.tasks[index]!.neededBy) {
        const type = this.outcomes.get(reader)?.type;
        if (found.has(reader) || (type !== 'fresh' && type !== 'restored')) continue;
        found.add(reader);
        open.push(reader);
        survey.plans.set(reader, {
          plan: { state: 'unknown', upstream: [index], reasons: [] },
          outputs: null,
        });
      }
    }
    for (const index of found) this.outcomes.delete(index);
    return found;
  }

  async #finish(taking: ReadonlySet<number>): Promise<void> {
    const { graph, options, remote } = this.#parts;
    if (taking.size === 0) return;
    const nodes = new Map(
      [...taking].map((index) => [
        String(index),
        { run: () => this.#takeTurn(graph.tasks[index]!), priority: weightOf(index, graph.tasks.length) },
      ]),
    );
    const order = orderOf(graph, taking).map(([a, b]): [string, string] => [String(a), String(b)]);
    // Tasks that wait for a GPU must not fill all places.
    const anyScarce = [...taking].some((index) => isScarce(graph.tasks[index]!.stage));
    // Others wait at the gate, planned, so that a place that gets free is taken at once.
    const ahead = 2 * options.jobs + (remote === null ? 0 : askedAhead);
    // A site has bounds of its own, and packs well only what it knows of.
    const unbounded = anyScarce || this.#parts.site !== null;
    await new PGraph(nodes, order).run(unbounded ? {} : { concurrency: ahead });
  }

  async #takeTurn(task: Task): Promise<void> {
    const skip = forestalled(this.#parts.graph, task, this.outcomes, this.#mustStop());
    const outcome = skip ?? (await this.#decide(task));
    this.outcomes.set(task.index, outcome);
    if (outcome.type === 'failed') this.#stopUnlessToldToGoOn();
    this.#parts.emit({ type: 'task-finished', task: task.id, outcome });
    this.#temps.ended(task);
    this.#saveLockAtTimes();
  }

  #stopUnlessToldToGoOn(): void {
    this.#stopping ||= !this.#parts.options.keepGoing;
    if (this.#stopping) this.#parts.site?.drain();
  }

  #mustStop(): boolean {
    return this.#stopping || this.#parts.options.signal.aborted;
  }

  async #decide(task: Task): Promise<Outcome> {
    const { survey, engine } = this.#parts;
    try {
      const first = survey.plans.get(task.index)!;
      if (task.stage.after.length > 0) lookAgain(task, this.#parts);
      const planned = first.plan.state === 'unknown' ? planTask(task, survey.facts, survey.known) : first;
      if ('fingerprint' in planned) return await this.#provide(task, planned);
      return inputMissing(task, this.#parts.graph, planned.plan.upstream);
    } catch (error) {
      return storeFailure(error, engine.layout.project);
    }
  }

  async #provide(
    task: Task,
    planned: Extract<PlannedTask, { readonly fingerprint: string }>,
  ): Promise<Outcome> {
    if (planned.outputs === null) {
      const outputs = await this.#fromRemote(task, planned);
      if (outputs === null) return await this.#makeReady(task, planned);
      this.#record(task, planned.action, planned.fingerprint, outputs);
      return { type: 'restored', from: 'remote' };
    }
    if (planned.plan.state === 'fresh') {
      this.#parts.survey.known[task.index] = planned.outputs;
      return { type: 'fresh' };
    }
    if (!(await this.#restore(task, planned))) return await this.#makeReady(task, rerunning(planned));
    this.#record(task, planned.action, planned.fingerprint, planned.outputs);
    return { type: 'restored' };
  }

  async #fromRemote(task: Task, { fingerprint }: StalePlan): Promise<OutputDigests | null> {
    const { remote, survey } = this.#parts;
    if (remote === null || survey.facts.forced(task) || this.#mustStop()) return null;
    // It was looked for there already, in vain.
    if (this.#madeAgain.has(task)) return null;
    return await remote.restore(task, fingerprint);
  }

  /** False when the store no longer has what it had when this was planned. */
  async #restore(task: Task, { fingerprint }: { readonly fingerprint: Digest }): Promise<boolean> {
    const { survey, engine } = this.#parts;
    // Noted first, so that from here on nobody drops it for being of no use.
    engine.actions.touch(fingerprint);
    const outputs = survey.facts.stored(task, fingerprint);
    if (outputs === null) return false;
    try {
      if (this.#parts.places)
        await survey.artifacts.place(task, outputs, (output) => survey.passing(task, output));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Before it takes a place, what it reads has to be here: what cannot be had is made again, and that needs one. */
  async #makeReady(task: Task, planned: StalePlan): Promise<Outcome> {
    if (await this.#madeAgain.bringInputs(task)) return await this.#decideAnew(task);
    return await this.#makeOnce(task, planned);
  }

  /** What another run makes just now is waited for. */
  async #makeOnce(task: Task, planned: StalePlan): Promise<Outcome> {
    const making = this.#parts.shared?.making;
    if (making === undefined || this.#parts.survey.facts.forced(task))
      return await this.#making.make(task, planned);
    const { fingerprint, action } = planned;
    let other = making.get(fingerprint);
    const waited = other !== undefined;
    for (; other !== undefined; other = making.get(fingerprint)) await other;
    const outputs = waited ? this.#parts.survey.facts.stored(task, fingerprint) : null;
    if (outputs !== null && (await this.#restore(task, planned))) {
      this.#record(task, action, fingerprint, outputs);
      return { type: 'restored' };
    }
    let over = (): void => undefined;
    making.set(fingerprint, new Promise((resolve) => (over = resolve)));
    try {
      return await this.#making.make(task, planned);
    } finally {
      making.delete(fingerprint);
      over();
    }
  }

  /** After tasks before it ran again, perhaps with other bytes. */
  async #decideAnew(task: Task): Promise<Outcome> {
    const { graph, survey } = this.#parts;
    const skip = forestalled(graph, task, this.outcomes, this.#mustStop());
    if (skip !== null) return skip;
    const planned = planTask(task, survey.facts, survey.known);
    if ('fingerprint' in planned) return await this.#provide(task, planned);
    return inputMissing(task, graph, planned.plan.upstream);
  }

  #record(task: Task, action: string, fingerprint: Digest, outputs: OutputDigests): void {
    const { survey, lock, engine } = this.#parts;
    const before = lock.get(task.id)?.fingerprint;
    // Until now it was of use: from now on it grows old.
    if (before !== undefined && before !== fingerprint) engine.actions.touch(before);
    survey.known[task.index] = outputs;
    survey.facts.needed.delete(task.index);
    this.#temps.made(task);
    lock.set(task.id, { fingerprint, outputs, action });
  }

  /** What a kill takes from the lock is found again in the action cache; this keeps that rare and cheap. */
  #saveLockAtTimes(): void {
    const now = Date.now();
    if (now - this.#saving.at < Math.max(2000, this.#saving.took * 50)) return;
    try {
      this.#parts.lock.save(false);
    } catch (error) {
      // The run's end tries once more, and says so if it cannot.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    this.#saving.at = Date.now();
    this.#saving.took = this.#saving.at - now;
  }
}

/**
 * Nearly equal weights make the longest chain of tasks the first, and of equal ones the one that is declared first: what
 * a chain gets for that is together less than another task weighs.
 */
function weightOf(index: number, tasks: number): number {
  return 1 + (tasks - index) / (tasks * (tasks + 1));
}

function rerunning({ plan, ...planned }: Extract<PlannedTask, { readonly fingerprint: Digest }>): StalePlan {
  const reasons = 'reasons' in plan ? plan.reasons : [];
  return { ...planned, plan: { state: 'stale', reasons }, outputs: null };
}
