import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodeCache } from '../code/code-cache.ts';
import { commandRunner } from '../execute/command-process.ts';
import { machineText, taskEnvironment, type Variables } from '../execute/environment.ts';
import { taskRequest } from '../execute/request.ts';
import type { TaskListener } from '../execute/executor.ts';
import { WorkerPool, workerEntry } from '../execute/worker-pool.ts';
import { visibleDevices } from '../execute/capacity.ts';
import { FileDigests } from '../files/file-digests.ts';
import { HashPool } from '../files/hash-pool.ts';
import type { Graph, Task } from '../graph/graph.ts';
import type { Failure } from '../plan/outcome.ts';
import { fingerprintOf } from '../plan/action.ts';
import { closedAction } from '../plan/open-action.ts';
import type { OutputDigests } from '../plan/record.ts';
import { durableFrom } from '../run/attempt.ts';
import { withRetries } from '../run/retries.ts';
import { storeFailure } from '../run/store-failure.ts';
import { collectOutputs, unfitOutput } from '../run/collect.ts';
import { WorkDirectories } from '../run/work-directory.ts';
import { ActionCache } from '../store/actions.ts';
import { BlobStore } from '../store/blobs.ts';
import type { Digest } from '../digest.ts';
import { look } from '../store/file-stat.ts';
import { bootIdentity, thisProcess } from '../store/process-identity.ts';
import { StatCache } from '../store/stat-cache.ts';
import { Fit } from './fit.ts';
import type { Outside } from './outside.ts';
import type { Answer, BlobStamp, JobLine, Link, Question } from './protocol.ts';
import {
  madeInputs,
  type Common,
  type LinkTicket,
  type Seen,
  type ShippedStage,
  type Ticket,
} from './ticket.ts';

export interface Carrying {
  readonly listener: TaskListener;
  readonly signal: AbortSignal;
  /** Told of its outputs, which are in the store, before anybody else can know that it is done. */
  readonly made: (outputs: OutputDigests) => void;
}

type Done = Extract<Answer, { type: 'done' }>;
type Attempted = Done | Extract<Answer, { type: 'moved' }> | Failure;

/** Carries out tasks where a job runs, as the local runner does, and commits them. */
export class OnNode {
  readonly #common: Common;
  readonly #environment: Variables;
  readonly #workers: WorkerPool;
  readonly #work: WorkDirectories;
  readonly #blobs: BlobStore;
  readonly #actions: ActionCache;
  readonly #hashing: HashPool;
  readonly #fit: Fit;
  readonly #outside: Outside | null;

  /**
   * `own`: the variables of the job, of which those count that say what it was given. `outside`: where files are brought
   * from and given to, where the driver does not see those of this machine.
   */
  constructor(common: Common, own: Variables, outside: Outside | null = null) {
    const { layout } = common;
    this.#common = common;
    this.#environment = environmentOf(common, own);
    this.#outside = outside;
    const entry = workerEntry();
    const code = new CodeCache(layout);
    this.#workers = new WorkerPool(layout.project, entry, commandRunner(entry, this.#environment), (bundle) =>
      code.special(bundle),
    );
    this.#work = new WorkDirectories(layout, thisProcess());
    this.#work.sweep();
    this.#blobs = new BlobStore(layout, new StatCache(join(layout.cache, 'jobs', 'no.stat'), bootIdentity()));
    this.#actions = new ActionCache(layout);
    this.#hashing = new HashPool(entry);
    this.#fit = new Fit(common, this.#environment, this.#workers, outside?.version ?? null);
  }

  async carryOut(fingerprint: Digest, ticket: Ticket, { listener, signal, made }: Carrying): Promise<Answer> {
    const shipped = this.#common.stages[ticket.stage]!;
    const task = taskOf(ticket, shipped);
    try {
      const known = ticket.anew === true ? null : await this.#known(fingerprint, task, ticket);
      if (known !== null) {
        if (known.type === 'done') made(known.outputs);
        return known;
      }
      // Its program has to be here before it can be asked.
      const gone = (await this.#outside?.bring(task, ticket, shipped)) ?? [];
      if (gone.length > 0) return { type: 'moved', paths: gone };
      const other = await this.#fit.other(ticket.stage, shipped, signal);
      if (other !== null) return other;
      const unseen = await this.#awaitInputs(ticket, shipped);
      if (unseen.length > 0) return { type: 'moved', paths: unseen };
      const result = await withRetries(task.stage.retries, { listener, signal }, () =>
        this.#attempt(task, ticket, shipped, listener, signal),
      );
      if (result.type !== 'done') return result;
      const { outputs, ms } = result;
      made(outputs);
      // The commit: a job that dies before this line has left no result.
      this.#actions.record(fingerprint, { outputs, ms }, ms >= durableFrom);
      return await this.#give(fingerprint, task, ticket, result);
    } catch (error) {
      return storeFailure(error, this.#common.layout.project);
    }
  }

  /** What this machine is, and which toolchains stages name on it. */
  async answer(
    questions: readonly Question[],
    signal: AbortSignal,
  ): Promise<Extract<JobLine, { t: 'probed' }>> {
    const toolchains = [];
    for (const shipped of Object.values(this.#common.stages)) await this.#outside?.program(shipped);
    for (const { request, ...names } of questions) {
      const env = taskEnvironment(this.#environment, names);
      const answer = await this.#workers.check({ ...request, env }, signal);
      toolchains.push(answer.type === 'checked' ? answer.result.toolchain : null);
    }
    return { t: 'probed', machine: machineText(), toolchains };
  }

  async close(): Promise<void> {
    await this.#workers.close();
    await this.#work.closeAll();
  }

  kill(): void {
    this.#workers.kill();
  }

  /** A link of a chain as an action, once the task before it has its outputs. */
  following({ ticket }: Link, outputs: OutputDigests): { readonly f: Digest; readonly ticket: Ticket } {
    const { before, action, makers, ...open } = ticket as unknown as LinkTicket;
    const member = (directory: Digest, file: string) =>
      this.#blobs.tree(directory)?.find(({ path }) => path === file)?.digest ?? null;
    const filled = makers.map(([index, declared, digests]): Ticket['makers'][number] => [
      ...([index, declared] as const),
      index === before ? outputs : digests,
    ]);
    const closed = closedAction(action, outputs, member);
    const sent = open.sent === undefined ? {} : { sent: { ...open.sent, action: closed } };
    return { f: fingerprintOf(closed), ticket: { ...open, ...sent, makers: filled } };
  }

  /** Somebody else has done it meanwhile. */
  async #known(fingerprint: Digest, task: Task, ticket: Ticket): Promise<Done | Failure | null> {
    const entry = this.#actions.find(fingerprint);
    if (entry === null) return (await this.#outside?.find(fingerprint, task)) ?? null;
    const whole = task.outputs.every(
      (output) => output.name in entry.outputs && this.#blobs.holds(output, entry.outputs[output.name]!),
    );
    if (!whole) return null;
    const { outputs, ms } = entry;
    const known = { type: 'done', outputs, ms, known: true, undeclared: [], blobs: [] } as const;
    return await this.#give(fingerprint, task, ticket, known);
  }

  /** Where nobody sees the store of this machine, it is done when the result lies where others do. */
  async #give(fingerprint: Digest, task: Task, { sent }: Ticket, result: Done): Promise<Done | Failure> {
    if (this.#outside === null || sent === undefined) return result;
    if (await this.#outside.give(fingerprint, sent.action, task, result)) return result;
    const message = 'the remote cache did not take its result';
    return { type: 'failed', log: null, reason: 'threw', message, stack: '' };
  }

  /** Waits until all inputs are seen as they are to be: a file system may show them late. The paths that are not. */
  async #awaitInputs(ticket: Ticket, { stage, code }: ShippedStage): Promise<readonly string[]> {
    const until = Date.now() + this.#common.patience * 1000;
    for (let wait = 100; ; wait = Math.min(2000, wait * 2)) {
      const missing = this.#unlike([...ticket.seen, ...code], ticket, stage.work.kind === 'cmd');
      if (missing.length === 0 || Date.now() > until) return missing;
      await sleep(wait);
    }
  }

  #unlike(seen: readonly Seen[], ticket: Ticket, command: boolean): readonly string[] {
    const digests = this.#digests();
    const files = seen.filter(([name, digest]) => digests.digest(name) !== digest).map(([name]) => name);
    const made = madeInputs(ticket).filter(([{ path, directory }, digest]) => {
      if (!command) return !this.#blobs.holds({ directory }, digest);
      return (directory ? digests.treeDigest(path) : digests.digest(path)) !== digest;
    });
    return [...files, ...made.map(([{ path }]) => path)];
  }

  /** One that has looked at nothing yet. */
  #digests(): FileDigests {
    const { layout } = this.#common;
    return new FileDigests(layout.project, new StatCache(join(layout.cache, 'jobs', 'no.stat'), ''));
  }

  async #attempt(
    task: Task,
    ticket: Ticket,
    shipped: ShippedStage,
    listener: TaskListener,
    signal: AbortSignal,
  ): Promise<Attempted> {
    const { layout, strict } = this.#common;
    const directory = this.#work.open(task);
    try {
      const { threads, gpu, gpus } = shipped.stage.resources;
      const request = taskRequest(task, {
        ...filledIn(ticket),
        project: layout.project,
        blobs: this.#blobs,
        environment: this.#environment,
        bundle: shipped.bundle,
        python: shipped.python,
        work: directory,
        threads,
        devices: gpu + gpus > 0 ? (visibleDevices(this.#environment) ?? []) : [],
      });
      const startedAt = Date.now();
      const result = await this.#workers.execute(request, listener, signal);
      if (result.type === 'failed') return result;
      const undeclared = result.undeclared;
      if (strict && undeclared.length > 0)
        return { type: 'failed', log: null, reason: 'input-undeclared', paths: undeclared };
      const unfit = unfitOutput(task, directory.outputs);
      if (unfit !== null) return unfit;
      const ms = Date.now() - startedAt;
      const command = shipped.stage.work.kind === 'cmd';
      const moved = this.#unlike([...ticket.seen, ...shipped.code], ticket, command);
      if (moved.length > 0) return { type: 'moved', paths: moved };
      const stores = { blobs: this.#blobs, hashing: this.#hashing };
      const outputs = await collectOutputs(task, directory.outputs, stores, ms >= durableFrom);
      return { type: 'done', outputs, ms, undeclared, blobs: this.#stamps(task, outputs, startedAt) };
    } finally {
      this.#work.close(directory.path);
    }
  }

  /** How the blobs of files lie; those in directories are read by who needs them. */
  #stamps(task: Task, outputs: OutputDigests, at: number): readonly BlobStamp[] {
    return task.outputs.flatMap(({ name, directory }): BlobStamp[] => {
      const digest = outputs[name]!;
      const found = directory ? null : look(this.#blobs.path(digest));
      if (found?.kind !== 'file') return [];
      const { size, mtime, ctime, inode } = found.stat;
      return [[digest, String(size), String(mtime), String(ctime), String(inode), at]];
    });
  }
}

/** The task as the local runner knows it, as far as it is asked when it runs. */
function taskOf({ task }: Ticket, { stage }: ShippedStage): Task {
  return { ...task, index: 0, stage, needs: [], neededBy: [] } as unknown as Task;
}

/** What was found out by the driver, in the place of who would find it out here. */
function filledIn({ task, makers, files }: Ticket) {
  const tasks: Pick<Task, 'outputs'>[] = [];
  const known: (OutputDigests | null)[] = [];
  for (const [index, outputs, digests] of makers) {
    tasks[index] = { outputs };
    known[index] = digests;
  }
  const own = task.inputs.flatMap(({ sources }) => sources.filter(({ kind }) => kind !== 'output'));
  const found = (source: unknown) => files[own.findIndex((each) => each === source)];
  return {
    graph: { tasks } as unknown as Graph,
    known,
    sources: {
      files: (source: unknown) => (found(source)?.names ?? []).map((name) => ({ name })),
      isDirectory: (source: unknown) => found(source)?.directory === true,
    },
  };
}

/** What tasks may see of variables: the driver's, and of the job's those that say what it was given. */
function environmentOf({ env, apart }: Common, own: Variables): Variables {
  const given = ['CUDA_VISIBLE_DEVICES', 'TMPDIR', 'PATH', 'LD_LIBRARY_PATH'].flatMap((name) =>
    own[name] === undefined ? [] : [[name, own[name]] as const],
  );
  if (apart === undefined) return { ...env, ...Object.fromEntries(given) };
  // Of a machine that has nothing in common with the driver's, all but what is the driver's word.
  const drivers = (name: string) =>
    apart.named.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
  return { ...Object.fromEntries(Object.entries(own).filter(([name]) => !drivers(name))), ...env };
}
