import { spawn, type ChildProcess } from 'node:child_process';
import { signalGroup, watch, Lines } from './child.ts';
import type { ExecutionResult, TaskListener } from './executor.ts';
import { endMark, type Answer, type FromWorker, type ToWorker } from './protocol.ts';
import { resultOf } from './shell.ts';

type Request = ToWorker extends infer M ? (M extends ToWorker ? Omit<M, 'number'> : never) : never;

/** Milliseconds that a worker has to go when it is not needed; one that computes does not hear. */
const patience = 300;

interface Conversation {
  readonly request: Request;
  readonly listener: TaskListener;
  readonly number: number;
  readonly streams: Record<'out' | 'err', { readonly lines: Lines; held: string; ended: boolean }>;
  answer: Answer | null;
  settle(): void;
}

/** One worker process: it is asked one thing at a time. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #number = 0;
  #current: Conversation | null = null;
  #exit: { readonly status: number | null; readonly signal: string | null } | null = null;

  constructor(entry: string, env: Readonly<Record<string, string>>, cwd: string) {
    this.#child = spawn(process.execPath, [entry], {
      env,
      cwd,
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of ['out', 'err'] as const) {
      const readable = stream === 'out' ? this.#child.stdout : this.#child.stderr;
      readable?.setEncoding('utf8').on('data', (text: string) => {
        this.#receive(stream, text);
      });
    }
    this.#child.on('message', (message: FromWorker) => {
      this.#hear(message);
    });
    this.#child.on('error', () => {
      this.#ended(null, null);
    });
    this.#child.on('close', (status, signal) => {
      this.#ended(status, signal);
    });
    // A command that outlives a worker that was killed holds its streams open.
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
    const number = ++this.#number;
    const watching = watch(this.#child, signal, { timeout, grace });
    await new Promise<void>((resolve) => {
      this.#current = conversation(request, number, listener, resolve);
      if (this.#exit !== null) resolve();
      else this.#child.send({ ...request, number });
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

  /** Ends the process and all it started: a worker left alone kills its commands and itself. */
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
  }

  /** At once. One that waits for a command is left to end it, which it does when the channel closes. */
  kill(): void {
    const command = this.#current?.request.type === 'command';
    if (this.#exit === null && !command) signalGroup(this.#child, 'SIGKILL');
  }

  #hear(message: FromWorker): void {
    const current = this.#current;
    if (current === null) return;
    if (message.type === 'progress') {
      current.listener.progress(message.done, message.total, message.unit, message.note);
    } else if (message.type === 'warning') current.listener.warning(message.message);
    else if (message.number === current.number) {
      current.answer = message.answer;
      settleWhenWhole(current);
    }
  }

  /** Passes output on, up to the mark that ends this task's share of the stream. */
  #receive(stream: 'out' | 'err', text: string): void {
    const current = this.#current;
    if (current === null) return;
    const state = current.streams[stream];
    const mark = endMark(current.number);
    const whole = state.held + text;
    const end = whole.indexOf(mark);
    // A mark may come in two pieces: what may be the first is held back.
    const begun = end < 0 ? whole.lastIndexOf('\0') : end;
    const cut = begun >= 0 && (end >= 0 || whole.length - begun < mark.length) ? begun : whole.length;
    state.lines.add(whole.slice(0, cut));
    state.held = end >= 0 ? '' : whole.slice(cut);
    if (end < 0) return;
    state.ended = true;
    settleWhenWhole(current);
  }

  #ended(status: number | null, signal: string | null): void {
    this.#exit ??= { status, signal };
    for (const { lines, held } of Object.values(this.#current?.streams ?? {})) {
      lines.add(held);
      lines.end();
    }
    this.#current?.settle();
  }
}

function conversation(
  request: Request,
  number: number,
  listener: TaskListener,
  settle: () => void,
): Conversation {
  const stream = (name: 'out' | 'err') => ({
    lines: new Lines((line) => {
      listener.log(name, line);
    }),
    held: '',
    ended: false,
  });
  return {
    request,
    listener,
    number,
    streams: { out: stream('out'), err: stream('err') },
    answer: null,
    settle,
  };
}

/** The answer and the two streams come by different ways; all three have to have come. */
function settleWhenWhole(current: Conversation): void {
  const { out, err } = current.streams;
  const { answer } = current;
  if (answer === null || !out.ended || !err.ended) return;
  out.lines.end();
  err.lines.end();
  current.settle();
}
