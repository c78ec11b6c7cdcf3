import { constants } from 'node:os';
import type { Context } from './context.ts';

export interface Interruption {
  /** Aborted by the first Ctrl-C, or by being told to end. */
  readonly signal: AbortSignal;
  /** Exit status for the signal that came; null when none did. */
  status(): number | null;
  /** The terminal, or the connection to it, went away. */
  hungUp(): boolean;
  /** Gives the signals back. */
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The first signal stops what runs, in order; the second calls `kill` and ends this process at once. */
export function interruption(context: Context, kill: () => void): Interruption {
  const controller = new AbortController();
  let status: number | null = null;
  const stop = (name: (typeof SIGNALS)[number]): void => {
    if (status !== null) {
      kill();
      process.exit(status);
    }
    status = 128 + constants.signals[name];
    if (name === 'SIGINT') context.err('stopping; once more to kill\n');
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return {
    signal: controller.signal,
    status: () => status,
    hungUp: () => status === 128 + constants.signals.SIGHUP,
    dispose() {
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
