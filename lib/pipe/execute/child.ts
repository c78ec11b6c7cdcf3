import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import type { ExecutionResult } from './executor.ts';

/** Why something was ended by us, if it was. */
export type Ended = 'aborted' | 'timed-out';

export interface Watch {
  /** Set once it was told to stop. */
  readonly ended: Ended | null;
  /** To be called when there is nothing to watch any more. */
  release(): void;
}

/**
 * Has something stopped when the signal fires or its time is over: asked first, and without mercy if it is
 * still there after a grace. `grace` and `timeout` in seconds.
 */
export function watch(
  stop: (signal: 'SIGTERM' | 'SIGKILL') => void,
  signal: AbortSignal,
  { timeout, grace }: { readonly timeout: number | null; readonly grace: number },
): Watch {
  let ended: Ended | null = null;
  let killer: NodeJS.Timeout | undefined;
  const end = (why: Ended) => {
    if (ended !== null) return;
    ended = why;
    stop('SIGTERM');
    killer = setTimeout(() => {
      stop('SIGKILL');
    }, grace * 1000);
  };
  const abort = () => {
    end('aborted');
  };
  const timer =
    timeout === null
      ? undefined
      : setTimeout(() => {
          end('timed-out');
        }, timeout * 1000);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return {
    get ended() {
      return ended;
    },
    release() {
      clearTimeout(timer);
      clearTimeout(killer);
      signal.removeEventListener('abort', abort);
    },
  };
}

/**
 * As Node's `spawn`, but for a process or a machine that may open nothing more: Node then gives a child without streams,
 * and says why when these have been asked for. Here it is said at once.
 */
export function start([file, ...args]: readonly [string, ...string[]], options: SpawnOptions): ChildProcess {
  const child = spawn(file, args, options);
  if ((child.stdio as unknown) !== undefined) return child;
  child.on('error', () => undefined);
  const message = 'too many files are open (`ulimit -n` says how many may be)';
  throw Object.assign(new Error(message), { code: 'EMFILE', syscall: 'spawn', path: file });
}

/** The child must have been started `detached`, which makes it the leader of a group of its own. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Lets a child that was started `detached` give way as this process does. Where Linux shares the processor out by session
 * (autogroup), a session of its own counts as much as any other, however nice its processes are.
 */
export function asNice({ pid }: ChildProcess, nice = getPriority()): void {
  if (pid === undefined || nice <= 0) return;
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(nice), { flag: 'r+' });
  } catch {
    // Another system, a kernel without it, or a child that is gone.
  }
}

/** Of a process that is gone: what it started may hold its streams open for long, and this process is not to wait for that. */
export function letGo({ stdin, stdout, stderr }: ChildProcess): void {
  for (const stream of [stdin, stdout, stderr]) stream?.destroy();
}

/** How a process ended, as the result of its task. */
export function resultOf(
  status: number | null,
  killer: string | null,
  ended: Ended | null,
  timeout: number | null,
): ExecutionResult {
  if (ended === 'timed-out') return { type: 'failed', log: null, reason: 'timed-out', seconds: timeout ?? 0 };
  if (ended === 'aborted') {
    return { type: 'failed', log: null, reason: 'killed', signal: killer ?? 'SIGTERM', tail: [] };
  }
  if (status === 0) return { type: 'done', undeclared: [] };
  if (status !== null) return { type: 'failed', log: null, reason: 'exit-nonzero', status, tail: [] };
  return { type: 'failed', log: null, reason: 'killed', signal: killer ?? 'unknown', tail: [] };
}

/** Letters after which a line that has no end is cut: bars that are drawn over again, a file without line ends. */
const longestLine = 2 ** 20;

/** Splits what a stream brings into lines; the last one may lack its end. */
export class Lines {
  readonly #emit: (line: string) => void;
  /** Pieces of the line that has no end yet: joined each time one comes, they would cost their square. */
  #rest: string[] = [];
  #length = 0;

  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  add(text: string): void {
    const lines = text.split('\n');
    const last = lines.pop()!;
    for (const line of lines) {
      this.#keep(line);
      this.#emit(this.#taken());
    }
    this.#keep(last);
  }

  end(): void {
    if (this.#length > 0) this.#emit(this.#taken());
  }

  #keep(text: string): void {
    let from = 0;
    while (this.#length + text.length - from > longestLine) {
      const room = longestLine - this.#length;
      // Not between the halves of a letter.
      const end = from + (/[\ud800-\udbff]/.test(text[from + room - 1] ?? '') ? room - 1 : room);
      this.#rest.push(text.slice(from, end));
      this.#emit(this.#taken());
      from = end;
    }
    this.#rest.push(text.slice(from));
    this.#length += text.length - from;
  }

  #taken(): string {
    const line = this.#rest.join('');
    this.#rest = [];
    this.#length = 0;
    return line;
  }
}
