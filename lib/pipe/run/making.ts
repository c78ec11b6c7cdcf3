import { relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import type { Failure, Outcome } from '../plan/outcome.ts';
import { sameOutputs, type OutputDigests } from '../plan/record.ts';
import { produceOutputs, type Produced, type StalePlan } from './attempt.ts';
import { Beside } from './input-marks.ts';
import type { TaskLog } from './run-log.ts';
import type { ScheduleParts } from './schedule-parts.ts';
import type { Site } from './site.ts';
import { taskListener } from './task-listener.ts';
import { unmetBy } from './unmet.ts';

/** What the schedule has to do with it. */
interface OfSchedule {
  readonly mustStop: () => boolean;
  /** A task has failed: before its place is free, so that nobody takes it. */
  readonly failed: () => void;
  readonly record: (task: Task, action: string, fingerprint: Digest, outputs: OutputDigests) => void;
}

/** Has a task carried out that is ready for it, here or on a site, and keeps what came out. */
export class Making {
  readonly #parts: ScheduleParts;
  readonly #schedule: OfSchedule;
  readonly #told = new Set<string>();
  readonly #beside = new Beside();

  constructor(parts: ScheduleParts, schedule: OfSchedule) {
    this.#parts = parts;
    this.#schedule = schedule;
  }

  /** By a place here, or by the site. */
  async make(task: Task, planned: StalePlan): Promise<Outcome> {
    const { engine, gate, options, log, emit, site } = this.#parts;
    if (site !== null) return await this.#makeThere(task, planned, site);
    const [unmet] = unmetBy(new Set([task.stage]), gate.capacity, engine);
    // The run was not refused: nobody could know that it would have to be made.
    if (unmet) {
      const failure = {
        type: 'failed',
        log: null,
        reason: 'threw',
        message: unmet.message,
        stack: '',
      } as const;
      return this.#failed(failure, log.forTask(task.id));
    }
    const place = await gate.enter(task.stage.resources);
    try {
      if (this.#schedule.mustStop()) return { type: 'skipped', reason: 'stopped' };
      emit({ type: 'task-started', task: task.id, reasons: planned.plan.reasons });
      const startedAt = Date.now();
      const taskLog = log.forTask(task.id);
      const execution = {
        ...this.#parts,
        threads: place.threads,
        devices: place.devices,
        listener: taskListener(task, taskLog, emit),
        signal: options.signal,
        told: this.#told,
        beside: this.#beside,
        over: async () => {
          place.leave();
          await setImmediate();
        },
      };
      const produced = await produceOutputs(task, planned, execution);
      if (produced.type === 'failed') {
        this.#schedule.failed();
        return this.#failed(produced, taskLog);
      }
      const changed = await this.#take(task, produced);
      return { type: 'ran', ms: Date.now() - startedAt, changed };
    } catch (error) {
      this.#schedule.failed();
      throw error;
    } finally {
      place.leave();
    }
  }

  /** The same on a site, which has bounds of its own. */
  async #makeThere(task: Task, planned: StalePlan, site: Site): Promise<Outcome> {
    const { log, emit, options } = this.#parts;
    const taskLog = log.forTask(task.id);
    let startedAt = Date.now();
    const execution = {
      ...this.#parts,
      listener: taskListener(task, taskLog, emit),
      signal: options.signal,
      told: this.#told,
      beside: this.#beside,
      queued: (job: string) => {
        emit({ type: 'task-queued', task: task.id, site: site.name, job });
      },
      started: (node: string) => {
        startedAt = Date.now();
        emit({ type: 'task-started', task: task.id, reasons: planned.plan.reasons, node });
      },
    };
    try {
      const produced = await site.carryOut(task, planned, execution);
      if (produced.type === 'left')
        return { type: 'skipped', reason: options.signal.aborted ? 'interrupted' : 'stopped' };
      if (produced.type === 'failed') {
        this.#schedule.failed();
        return this.#failed(produced, taskLog);
      }
      const changed = await this.#take(task, produced);
      return { type: 'ran', ms: produced.ms ?? Date.now() - startedAt, changed };
    } catch (error) {
      this.#schedule.failed();
      throw error;
    }
  }

  /** Whether it has other bytes than before. */
  async #take(task: Task, produced: Extract<Produced, { type: 'done' }>): Promise<boolean> {
    const { lock, survey, places } = this.#parts;
    const before = lock.get(task.id)?.outputs;
    const changed = before === undefined || !sameOutputs(before, produced.outputs);
    if (places && produced.placed !== true) await survey.artifacts.place(task, produced.outputs);
    this.#schedule.record(task, produced.action, produced.fingerprint, produced.outputs);
    if (produced.placed === true) return changed;
    for (const digest of Object.values(produced.outputs)) survey.elsewhere.delete(digest);
    this.#give(task, produced);
    return changed;
  }

  #give(task: Task, { action, fingerprint, outputs }: Extract<Produced, { type: 'done' }>): void {
    const { remote, engine } = this.#parts;
    if (remote === null) return;
    const ms = engine.actions.find(fingerprint)?.ms ?? 0;
    const named = task.outputs.map((output) => ({ ...output, digest: outputs[output.name]! }));
    remote.give({ fingerprint, action, outputs: named, ms });
  }

  #failed(failure: Failure, log: TaskLog): Outcome {
    if (this.#parts.options.signal.aborted) return { type: 'skipped', reason: 'interrupted' };
    if (failure.reason === 'threw') log.add(failure.stack === '' ? failure.message : failure.stack);
    else if (failure.reason === 'bad-input') log.add(failure.message);
    else log.add(`pipe: ${failure.reason}`);
    const tail = log.tail.slice(0, -1);
    const name = relative(this.#parts.engine.layout.project, log.path);
    return { ...failure, log: name, ...('tail' in failure ? { tail } : {}) };
  }
}
