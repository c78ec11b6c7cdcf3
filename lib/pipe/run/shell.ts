import { spawn } from 'node:child_process';
import { signalGroup, watch, Lines, type Ended } from './child.ts';
import type { ExecutionResult, Executor, TaskListener, TaskRequest } from './executor.ts';

/** Runs commands with `sh -c`, each in a process group of its own. */
export class Shell implements Executor {
  run(request: TaskRequest, listener: TaskListener, signal: AbortSignal): Promise<ExecutionResult> {
    const { work, env, timeout } = request;
    if (work.kind !== 'cmd') throw new Error(`${request.task} is not a command`);
    const child = spawn('/bin/sh', ['-c', work.script], {
      cwd: work.cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const watching = watch(child, signal, { timeout, grace: 5 });
    const lines = (['out', 'err'] as const).map((stream) => {
      const splitter = new Lines((line) => {
        listener.log(stream, line);
      });
      child[stream === 'out' ? 'stdout' : 'stderr'].setEncoding('utf8').on('data', (text: string) => {
        splitter.add(text);
      });
      return splitter;
    });
    return new Promise((resolve) => {
      child.on('error', (error) => {
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
        watching.release();
        for (const splitter of lines) splitter.end();
        resolve(resultOf(status, killer, watching.ended, timeout));
      });
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
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
  if (status === 0) return { type: 'done' };
  if (status !== null) return { type: 'failed', log: null, reason: 'exit-nonzero', status, tail: [] };
  return { type: 'failed', log: null, reason: 'killed', signal: killer ?? 'unknown', tail: [] };
}
