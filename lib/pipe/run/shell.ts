import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { signalGroup, watch, type Ended } from './child.ts';
import type { CommandRequest, ExecutionResult } from './executor.ts';

/**
 * Runs commands with `sh -c`, each in a process group of its own, on the streams of this process. It works
 * inside a worker process: a small process starts another in a fraction of the time that a large one takes,
 * and a worker that outlives the pool for an instant takes its commands with it.
 */
export class Shell {
  readonly #running = new Set<ChildProcess>();

  run({ script, cwd, env, timeout }: CommandRequest, signal: AbortSignal): Promise<ExecutionResult> {
    const child = spawn('/bin/sh', ['-c', script], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.#running.add(child);
    const watching = watch(child, signal, { timeout, grace: commandGrace });
    return new Promise((resolve) => {
      child.on('error', (error) => {
        this.#running.delete(child);
        watching.release();
        resolve({
          type: 'failed',
          log: null,
          reason: 'threw',
          message: existsSync(cwd)
            ? `the shell could not be started: ${error.message}`
            : `there is no directory ${cwd}, its \`cwd\``,
          stack: '',
        });
      });
      child.on('exit', (status, killer) => {
        // What the command left running in the background would write to outputs that are taken already.
        signalGroup(child, 'SIGKILL');
        this.#running.delete(child);
        watching.release();
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
