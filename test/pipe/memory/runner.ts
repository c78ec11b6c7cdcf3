import { join } from 'node:path';
import type {
  ExecutionResult,
  Executor,
  TaskListener,
  TaskRequest,
} from '../../../lib/pipe/execute/executor.ts';
import type { ModuleQuestions, QuestionFailure } from '../../../lib/pipe/execute/protocol.ts';
import { readFileSync, writeFileSync } from './disk.ts';

/** One command that is to be run: `NAME INPUT… > OUTPUT…`. */
export interface Call {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** CPU threads that it was given. */
  readonly threads: number;
  readonly listener: TaskListener;
}

/** What a name stands for; nothing returned is an end like any other. */
export type Program = (call: Call) => ExecutionResult | undefined;

const done: ExecutionResult = { type: 'done', undeclared: [] };
const stopped: ExecutionResult = { type: 'failed', log: null, reason: 'killed', signal: 'SIGTERM', tail: [] };

export function failing(status = 1): ExecutionResult {
  return { type: 'failed', log: null, reason: 'exit-nonzero', status, tail: [] };
}

/**
 * Runs the commands of a pipeline in memory, without a process: each writes its name and what it read to its outputs,
 * unless `programs` says otherwise. While `held`, a command that has started ends when `finish` says so.
 */
export class MemoryRunner implements Executor, ModuleQuestions {
  programs: Readonly<Record<string, Program>> = {};
  held = false;
  /** In the order in which they started, each time that they did. */
  readonly started: string[] = [];
  readonly #running = new Map<string, { readonly call: Call; readonly end: () => void }>();

  get running(): readonly Call[] {
    return [...this.#running.values()].map(({ call }) => call);
  }

  /** Lets a command end, and everything happen that comes of it. */
  async finish(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`${name} does not run`);
    running.end();
    await settled();
  }

  async execute(request: TaskRequest, listener: TaskListener, signal: AbortSignal): Promise<ExecutionResult> {
    if (request.kind !== 'cmd') throw new Error('modules need a process');
    const call = callOf(request.words.at(-1)!, request.cwd, Number(request.env['PIPE_THREADS']), listener);
    this.started.push(call.name);
    if (this.held && !signal.aborted) await this.#hold(call, signal);
    this.#running.delete(call.name);
    if (signal.aborted) return stopped;
    const program = this.programs[call.name];
    if (program !== undefined) return program(call) ?? done;
    copyWithName(call);
    return done;
  }

  async #hold(call: Call, signal: AbortSignal): Promise<void> {
    await new Promise<void>((end) => {
      this.#running.set(call.name, { call, end });
      const stop = () => {
        end();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  check(): Promise<QuestionFailure> {
    return Promise.resolve({ type: 'failed', message: 'there are no modules in memory' });
  }

  examine(): Promise<QuestionFailure> {
    return this.check();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  kill(): void {
    for (const { end } of this.#running.values()) end();
  }
}

function callOf(script: string, cwd: string, threads: number, listener: TaskListener): Call {
  const [asked = '', told = ''] = script.split(' > ');
  const [name = '', ...inputs] = asked.split(' ').filter(Boolean);
  const outputs = told.split(' ').filter(Boolean);
  return { name, inputs: inputs.map((path) => join(cwd, path)), outputs, threads, listener };
}

/** `b(a(in))`: what came of what, as a text. */
export function copyWithName({ name, inputs, outputs }: Call): void {
  const read = inputs.map((path) => readFileSync(path, 'utf8')).join(',');
  for (const path of outputs) writeFileSync(path, `${name}(${read})`);
}

/**
 * Resolves when everything has happened that can without a further word: nothing in memory waits for a device, so what
 * is still to come is a chain of promises, with a turn of the event loop in it at most.
 */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
