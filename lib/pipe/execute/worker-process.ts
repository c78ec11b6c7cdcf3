import type { ChildProcess } from 'node:child_process';
import { asNice, letGo, resultOf, signalGroup, start, watch } from './child.ts';
import type { Program } from './command-process.ts';
import type { ExecutionResult, TaskListener } from './executor.ts';
import type { Answer, FromWorker, ToWorker } from './protocol.ts';
import { newKey, TaskStreams } from './task-streams.ts';

type Request = ToWorker extends infer M ? (M extends ToWorker ? Omit<M, 'number' | 'key'> : never) : never;

/** What a worker is; one of the same kind can take its place. */
export interface WorkerKind {
  readonly program: Program;
  readonly env: Readonly<Record<string, string>>;
  /** `json` is a line a message, which other programs than Node can read. */
  readonly serialization: 'advanced' | 'json';
}

/** Milliseconds that a worker has to go when it is not needed; one that computes does not hear. */
const patience = 300;

interface Conversation {
  readonly listener: TaskListener;
  readonly number: number;
  answer: Answer | null;
  printed: boolean;
  settle(): void;
}

/** One worker process: it is asked one thing at a time. */
export class WorkerProcess {
  /** Bundles that it was asked to load. */
  readonly loaded = new Set<string>();
  readonly #child: ChildProcess;
  readonly #streams: TaskStreams;
  #number = 0;
  #current: Conversation | null = null;
  #exit: { readonly status: number | null; readonly signal: string | null } | null = null;

  constructor({ program, env, serialization }: WorkerKind, cwd: string) {
    this.#child = start(program, {
      env,
      cwd,
      detached: true,
      serialization,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    asNice(this.#child);
    this.#streams = new TaskStreams({ out: this.#child.stdout!, err: this.#child.stderr! });
    this.#child.on('message', (message: FromWorker) => {
      this.#hear(message);
    });
    this.#child.on('error', () => {
      this.#ended(null, null);
    });
    this.#child.on('close', (status, signal) => {
      this.#ended(status, signal);
    });
    // What a module started may outlive a worker that was killed, and hold its streams open.
    this.#child.on('exit', (status, signal) => {
      setTimeout(() => {
        this.#ended(status, signal);
      }, patience).unref();
    });
  }

  /** False when it ended by itself and cannot be asked again. */
  get alive(): boolean {
    return this.#exit === null;
  }

  /** An answer, or how the process ended instead of answering. */
  async ask(
    request: Request,
    listener: TaskListener,
    signal: AbortSignal,
    { timeout, grace }: { readonly timeout: number | null; readonly grace: number },
  ): Promise<Answer | Exclude<ExecutionResult, { type: 'done' }>> {
    const [number, key] = [++this.#number, newKey()];
    const stop = (kind: 'SIGTERM' | 'SIGKILL') => {
      signalGroup(this.#child, kind);
    };
    const watching = watch(stop, signal, { timeout, grace });
    await new Promise<void>((settle) => {
      const current: Conversation = { number, listener, answer: null, printed: false, settle };
      this.#current = current;
      this.#streams.begin(key, listener, () => {
        current.printed = true;
        settleWhenWhole(current);
      });
      if (this.#exit !== null) settle();
      else this.#child.send({ ...request, number, key });
    });
    watching.release();
    const { answer } = this.#current!;
    this.#current = null;
    if (watching.ended !== null || answer === null) {
      const { status, signal: killer } = this.#exit ?? { status: null, signal: null };
      const result = resultOf(status, killer, watching.ended, timeout);
      return result.type === 'done'
        ? { type: 'failed', log: null, reason: 'exit-nonzero', status: 0, tail: [] }
        : result;
    }
    return answer;
  }

  /** Ends the process: a worker left alone goes. */
  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (this.#exit !== null || exitCode !== null || signalCode !== null) return;
    // Not `close`: Node does not emit it when this side disconnects first.
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.connected) this.#child.disconnect();
    const killer = setTimeout(() => {
      signalGroup(this.#child, 'SIGKILL');
    }, patience);
    await gone;
    clearTimeout(killer);
    letGo(this.#child);
  }

  /** At once. */
  kill(): void {
    if (this.#exit === null) signalGroup(this.#child, 'SIGKILL');
  }

  #hear(message: FromWorker): void {
    const current = this.#current;
    if (current === null) return;
    if (message.type === 'progress') {
      const { done, total, unit, note, numbers } = message;
      current.listener.progress(done, total, unit, note, numbers);
    } else if (message.type === 'warning') current.listener.warning(message.message);
    else if (message.number === current.number) {
      // The first one counts: what is printed may come to be seen later than a second.
      current.answer ??= message.answer;
      settleWhenWhole(current);
    }
  }

  #ended(status: number | null, signal: string | null): void {
    this.#exit ??= { status, signal };
    this.#streams.cut();
    this.#current?.settle();
  }
}

/** The answer and what was printed come by different ways. */
function settleWhenWhole(current: Conversation): void {
  if (current.answer !== null && current.printed) current.settle();
}
