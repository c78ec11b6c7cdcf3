import { spawn, type ChildProcess } from 'node:child_process';
import { signalGroup, watch, Lines, type Ended } from './child.ts';
import type { ExecutionResult, TaskListener, TaskRequest } from './executor.ts';

type Command = Extract<TaskRequest['work'], { readonly kind: 'cmd' }>;

/**
 * Runs commands with `sh -c`, each in a process group of its own. It works inside a worker process: a small
 * process starts another in a fraction of the time that a large one takes, and a worker that outlives the
 * pool for an instant takes its commands with it.
 */
export class Shell {
  readonly #running = new Set<ChildProcess>();

  run(
    { env, timeout }: TaskRequest,
    { script, cwd }: Command,
    log: TaskListener['log'],
    signal: AbortSignal,
  ): Promise<ExecutionResult> {
    const child = spawn('/bin/sh', ['-c', script], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    const watching = watch(child, signal, { timeout, grace: commandGrace });
    const lines = (['out', 'err'] as const).map((stream) => {
      const splitter = new Lines((line) => {
        log(stream, line);
      });
      child[stream === 'out' ? 'stdout' : 'stderr'].setEncoding('utf8').on('data', (text: string) => {
        splitter.add(text);
      });
      return splitter;
    });
    return new Promise((resolve) => {
      child.on('error', (error) => {
        this.#running.delete(child);
        watching.release();
        resolve({
          type: 'failed',
          log: null,
          reason: 'threw',
          message: `the shell could not be started: ${error.message}`,
          stack: '',
        });
      });
      child.on('exit', () => {
        // What the command left running in the background would write to outputs that are taken already.
        signalGroup(child, 'SIGKILL');
      });
      child.on('close', (status, killer) => {
        this.#running.delete(child);
        watching.release();
        for (const splitter of lines) splitter.end();
        resolve(resultOf(status, killer, watching.ended, timeout));
      });
    });
  }

  killAll(): void {
    for (const child of this.#running) signalGroup(child, 'SIGKILL');
  }
}

/** Seconds that a command has to end by itself when it is told to. */
export const commandGrace = 5;

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
