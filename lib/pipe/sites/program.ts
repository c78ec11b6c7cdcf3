import { spawn } from 'node:child_process';
import type { Variables } from '../execute/environment.ts';

export interface Ran {
  /** Null when it could not be started, or did not end in time. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Starts a program of the engine, with a text as its input, and waits for its end. */
export type Run = (words: readonly string[], input?: string) => Promise<Ran>;

/** Seconds after which a program of the engine is given up, unless told otherwise. */
const usualPatience = 60;

/** What an outer job, or a user's own settings, would have a say in by variables. */
const inherited = /^(?:SBATCH_|SQUEUE_|SACCT_|SCANCEL_|SLURM_(?!CONF$))/;

/** `env`: without what only holds for the job that this process may itself be in. */
export function programRunner(env: Variables, patience = usualPatience): Run {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !inherited.test(name)));
  return async ([program, ...args], input = '') =>
    await new Promise((resolve) => {
      // A group of its own: Ctrl-C is for the driver, which decides.
      const child = spawn(program!, args, { env: own, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
      // Where no more files can be opened it has no streams.
      if ((child.stdio as unknown) === undefined) {
        child.on('error', ({ message }) => {
          resolve({ status: null, out: '', err: message });
        });
        return;
      }
      const timer = setTimeout(() => {
        killGroup(child.pid);
      }, patience * 1000);
      let [out, err] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      child.on('error', ({ message }) => {
        clearTimeout(timer);
        resolve({ status: null, out: '', err: message });
      });
      child.on('close', (status) => {
        clearTimeout(timer);
        resolve({ status, out, err });
      });
      // It may end without having read it.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
}

/** What it started holds its output open. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
