import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Graph, Task, TaskOutput } from '../graph/graph.ts';
import { sameOutputs, type OutputDigests } from '../plan/record.ts';
import type { RemoteSettings } from '../remote/settings.ts';
import type { OpenRemote } from '../remote/open.ts';
import type { RemoteEntry, Result } from '../remote/remote-cache.ts';
import { look } from '../store/file-stat.ts';
import type { Lock } from '../store/lock.ts';
import type { Artifacts } from './artifacts.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { Engine } from './engine.ts';
import type { EventBody, RemoteUse } from './event.ts';

export interface RemoteParts {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly lock: Lock;
  readonly artifacts: Artifacts;
  readonly elsewhere: Elsewhere;
  /** Whether outputs are laid into `artifacts/`. */
  readonly places: boolean;
  /** Whether the bytes of an output are asked for, though no task that runs may read them. */
  readonly wanted: (task: Task, output: TaskOutput) => boolean;
}

/** What is there, and how it is brought. */
interface Taken {
  readonly entry: RemoteEntry;
  readonly all: boolean;
  readonly bounded: boolean;
}

/** Milliseconds for which results are still given after the last task, beside the time that computing them took. */
const graceful = 30_000;

/** What a run has of a remote cache: results of others instead of computing, and its own for them. */
export class RemoteSide {
  readonly #remote: OpenRemote;
  readonly #parts: RemoteParts;
  readonly #writes: boolean;
  readonly #giving = new Set<Promise<void>>();
  /** What was left there in this run, and nothing brought since. */
  readonly #left = new Set<string>();
  #ungiven = 0;
  #computed = 0;

  constructor(remote: OpenRemote, parts: RemoteParts, writes: boolean) {
    this.#writes = writes;
    this.#remote = remote;
    this.#parts = parts;
  }

  /**
   * The outputs of a task whose action is known there, those that are wanted in place; null when they have to be
   * computed. What the lock says of the same action holds, whatever the entry says.
   */
  async restore(task: Task, fingerprint: Digest): Promise<OutputDigests | null> {
    const { lock } = this.#parts;
    const { cache } = this.#remote;
    const entry = await cache.find(fingerprint, task.outputs);
    if (entry === null) return null;
    const record = lock.get(task.id);
    const agreed =
      record === null || record.fingerprint !== fingerprint || sameOutputs(record.outputs, entry.outputs);
    const outputs = agreed ? entry.outputs : record.outputs;
    return await this.#take(task, fingerprint, outputs, { entry, all: !agreed, bounded: true });
  }

  /**
   * The outputs of a task that was carried out elsewhere just now, as it is `said` there, or else by the entry; those that
   * are wanted in place. Null when they are not to be had.
   */
  async receive(task: Task, fingerprint: Digest, said: OutputDigests | null): Promise<OutputDigests | null> {
    const { cache } = this.#remote;
    cache.forget(fingerprint);
    const entry = await cache.find(fingerprint, task.outputs);
    if (entry === null) return null;
    const all = said !== null && !sameOutputs(said, entry.outputs);
    return await this.#take(task, fingerprint, said ?? entry.outputs, { entry, all, bounded: false });
  }

  /** `all`: the entry does not say that they are there. */
  async #take(
    task: Task,
    fingerprint: Digest,
    outputs: OutputDigests,
    { entry, all, bounded }: Taken,
  ): Promise<OutputDigests | null> {
    const { engine, artifacts, elsewhere, places } = this.#parts;
    const { cache } = this.#remote;
    const brought = await Promise.all(
      task.outputs.map(async (output) => {
        const digest = outputs[output.name]!;
        if (all || this.#asks(task, output)) return await cache.bring(output, digest, entry, bounded);
        // What is in a directory may have a say in what comes after it: its listing is always here.
        return !output.directory || (await cache.bring({ directory: false }, digest, entry, bounded));
      }),
    );
    if (!brought.every((each) => each)) return null;
    let whole = true;
    for (const output of task.outputs) {
      const digest = outputs[output.name]!;
      if (engine.blobs.holds(output, digest)) {
        if (places) await artifacts.placeOne(output, digest);
        elsewhere.delete(digest);
      } else {
        whole = false;
        elsewhere.add(digest);
        // Of what goes once it was read, nobody has to be told that it is not here.
        if (output.temp !== true) this.#left.add(output.path);
      }
    }
    if (whole) engine.actions.record(fingerprint, { outputs, ms: entry.ms, from: 'remote' }, false);
    return outputs;
  }

  /** What lies in `artifacts/` stays as new as its task. */
  #asks(task: Task, output: TaskOutput): boolean {
    const { wanted, engine, places } = this.#parts;
    return wanted(task, output) || (places && look(join(engine.layout.project, output.path)) !== null);
  }

  /** Brings an output that was left there; false when it is no longer to be had. */
  async fetch(task: Task, output: TaskOutput, digest: Digest): Promise<boolean> {
    const fingerprint = this.#parts.lock.get(task.id)?.fingerprint;
    const entry = fingerprint === undefined ? null : await this.#remote.cache.find(fingerprint, task.outputs);
    const brought = await this.#remote.cache.bring(output, digest, entry, true);
    if (brought) this.#left.delete(output.path);
    return brought;
  }

  /** Gives a result that was computed just now, if it is to be, beside what else goes on. */
  give(result: Result): void {
    if (!this.#writes) return;
    this.#computed += result.ms;
    if (this.#remote.courier.stopped('write')) {
      this.#ungiven += 1;
      return;
    }
    const giving = this.#remote.cache.give(result).then((given) => {
      if (!given) this.#ungiven += 1;
      this.#giving.delete(giving);
    });
    this.#giving.add(giving);
  }

  /** Waits for what is still being given, for a time. */
  async settle(signal: AbortSignal): Promise<RemoteUse> {
    if (this.#giving.size > 0 && !signal.aborted) {
      const over = new AbortController();
      const enough = sleep(graceful + this.#computed, undefined, {
        signal: AbortSignal.any([signal, over.signal]),
      }).catch(() => undefined);
      await Promise.race([Promise.allSettled([...this.#giving]), enough]);
      over.abort();
    }
    const ungiven = this.#ungiven + this.#giving.size;
    this.#remote.close();
    return { ...this.#remote.cache.traffic, left: this.#left.size, ungiven };
  }
}

/** For one run. */
export async function openSide(
  settings: RemoteSettings | null,
  parts: RemoteParts,
  signal: AbortSignal,
  emit: (event: EventBody) => void,
  patient = false,
): Promise<RemoteSide | null> {
  if (settings === null) return null;
  const { openRemote } = await import('../remote/open.ts');
  const { environment, blobs } = parts.engine;
  const remote: OpenRemote = openRemote(settings, {
    env: environment,
    blobs,
    signal,
    patient,
    tell: (trouble, doing, stopped) => {
      emit({ type: 'remote-trouble', cache: remote.address, doing, stopped, trouble });
    },
  });
  return new RemoteSide(remote, parts, settings.write);
}
