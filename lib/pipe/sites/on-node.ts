import { spawnSync } from 'node:child_process';
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
import type { Graph, Task, TaskOutput } from '../graph/graph.ts';
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
import type { Answer, BlobStamp, JobLine, Link, Question } from './protocol.ts';
import type { Common, LinkTicket, Seen, ShippedStage, Ticket } from './ticket.ts';

export interface Carrying {
  readonly listener: TaskListener;
  readonly signal: AbortSignal;
  /** Told of its outputs, which are in the store, before anybody else can know that it is done. */
  readonly made: (outputs: OutputDigests) => void;
}

type Attempted = Extract<Answer, { type: 'done' }> | Extract<Answer, { type: 'moved' }> | Failure;

/** Carries out tasks where a job runs, as the local runner does, and commits them. */
export class OnNode {
  readonly #common: Common;
  readonly #environment: Variables;
  readonly #workers: WorkerPool;
  readonly #work: WorkDirectories;
  readonly #blobs: BlobStore;
  readonly #actions: ActionCache;
  readonly #hashing: HashPool;
  readonly #toolchains = new Map<string, Answer | null>();
  readonly #pythons = new Map<string, string>();

  /** `own`: the variables of the job, of which those count that say what it was given. */
  constructor(common: Common, own: Variables) {
    const { layout, env } = common;
    const given = ['CUDA_VISIBLE_DEVICES', 'TMPDIR', 'PATH', 'LD_LIBRARY_PATH'].flatMap((name) =>
      own[name] === undefined ? [] : [[name, own[name]] as const],
    );
    this.#common = common;
    this.#environment = { ...env, ...Object.fromEntries(given) };
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
  }

  async carryOut(fingerprint: Digest, ticket: Ticket, { listener, signal, made }: Carrying): Promise<Answer> {
    const shipped = this.#common.stages[ticket.stage]!;
    const task = taskOf(ticket, shipped);
    try {
      const known = ticket.anew === true ? null : this.#known(fingerprint, task);
      if (known !== null) {
        made(known.outputs);
        return known;
      }
      const other = this.#otherPython(shipped) ?? (await this.#toolchain(ticket.stage, shipped, signal));
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
      return result;
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
    return { f: fingerprintOf(closedAction(action, outputs, member)), ticket: { ...open, makers: filled } };
  }

  /** Somebody else has done it meanwhile. */
  #known(fingerprint: Digest, task: Task): Extract<Answer, { type: 'done' }> | null {
    const entry = this.#actions.find(fingerprint);
    if (entry === null) return null;
    const whole = task.outputs.every(
      (output) => output.name in entry.outputs && this.#blobs.holds(output, entry.outputs[output.name]!),
    );
    if (!whole) return null;
    const { outputs, ms } = entry;
    return { type: 'done', outputs, ms, known: true, undeclared: [], blobs: [] };
  }

  /** What the stage names here is asked once, where the machine is another one than the driver's. */
  async #toolchain(
    name: string,
    { check, stage }: ShippedStage,
    signal: AbortSignal,
  ): Promise<Answer | null> {
    if (check === null || machineText() === this.#common.machine) return null;
    const asked = this.#toolchains.get(name);
    if (asked !== undefined) return asked;
    const env = taskEnvironment(this.#environment, stage);
    const answer = await this.#workers.check({ ...check.request, env }, signal);
    const said = answer.type === 'checked' ? answer.result.toolchain : null;
    const same = Object.entries(said ?? {}).every(([key, value]) => check.toolchain[key] === value);
    const other: Answer | null = said !== null && same ? null : { type: 'other-toolchain', said };
    this.#toolchains.set(name, other);
    return other;
  }

  /** The path of an interpreter may lead to another one here. */
  #otherPython({ python }: ShippedStage): Answer | null {
    if (python === null) return null;
    const { executable, version } = python;
    const said = this.#pythons.get(executable) ?? pythonVersion(executable, this.#environment);
    this.#pythons.set(executable, said);
    return said === version ? null : { type: 'other-toolchain', said: { python: said } };
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

function madeInputs({ task, makers }: Ticket): readonly (readonly [TaskOutput, Digest])[] {
  const by = new Map(makers.map(([index, outputs, digests]) => [index, { outputs, digests }]));
  return task.inputs.flatMap(({ sources }) =>
    sources.flatMap((source) => {
      if (source.kind !== 'output') return [];
      const { outputs, digests } = by.get(source.task)!;
      const output = outputs[source.output]!;
      return [[output, digests[output.name]!] as const];
    }),
  );
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

/** As an interpreter says it; empty where it cannot be started. */
function pythonVersion(executable: string, env: Variables): string {
  const script = 'import platform as p; print(p.python_implementation(), p.python_version())';
  const { stdout } = spawnSync(executable, ['-c', script], { encoding: 'utf8', env: { PATH: env['PATH'] } });
  return (stdout as string | null)?.trim() ?? '';
}
