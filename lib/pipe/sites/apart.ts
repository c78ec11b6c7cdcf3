import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import type { OutputDigests } from '../plan/record.ts';
import type { SiteExecution } from '../run/site.ts';
import type { Survey } from '../run/survey.ts';
import type { Parcels } from './parcels.ts';
import type { SentFile, ShippedStage } from './ticket.ts';

/** How often, and after how many milliseconds, what a cache did not take or give is tried again. */
const tries = 6;
const firstPause = 1000;

/** What of each task is sent, by the task. */
export type Sent = ReadonlyMap<Task, readonly SentFile[]>;

/** Brings to jobs what they read, and from them what they made, where they share no files with the driver. */
export class Apart {
  readonly address: string;
  readonly #parcels: Parcels;

  constructor(address: string, parcels: Parcels) {
    this.address = address;
    this.#parcels = parcels;
  }

  /** Null when the cache does not take it, or the run was told to stop. */
  async send(
    kind: string,
    shipped: ShippedStage,
    tasks: readonly Task[],
    survey: Survey,
    signal: AbortSignal,
  ): Promise<Sent | null> {
    return await again(signal, async () => {
      if (!(await this.#parcels.giveProgram(kind, shipped))) return null;
      const sent = new Map<Task, readonly SentFile[]>();
      for (const task of tasks) {
        const files = await this.#parcels.inputsOf(task, survey);
        if (files === null) return null;
        sent.set(task, files);
      }
      return sent;
    });
  }

  /** A job did not find what it was sent. */
  gone(sent: Sent, { sent: program = [] }: ShippedStage): void {
    this.#parcels.gone([...program, ...[...sent.values()].flat()]);
  }

  /** What a job has given; null when it is not there. */
  async receive(
    task: Task,
    fingerprint: Digest,
    said: OutputDigests | null,
    { remote, signal }: SiteExecution,
  ): Promise<OutputDigests | null> {
    if (remote === null) return null;
    return await again(signal, () => remote.receive(task, fingerprint, said));
  }
}

async function again<T>(signal: AbortSignal, work: () => Promise<T | null>): Promise<T | null> {
  for (let attempt = 1; ; attempt++) {
    const result = await work();
    if (result !== null || attempt === tries || signal.aborted) return result;
    await sleep(firstPause * 2 ** (attempt - 1), undefined, { signal }).catch(() => undefined);
  }
}
