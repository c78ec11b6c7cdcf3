import type { Write } from '../report/reporter.ts';
import { makeWay } from '../report/screen.ts';
import { shown } from '../report/shown.ts';
import { styleFor, type Style } from '../report/style.ts';

/** What a command may touch of the process it runs in. */
export interface Context {
  /** Where the user stands: `-C DIR`, or the working directory. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** What was asked for goes here. */
  readonly out: Write;
  /** `out` is a terminal on which lines can be redrawn. */
  readonly live: boolean;
  /** Its width; undefined when it is no terminal. */
  readonly columns: number | undefined;
  /** Writes a terminal's own commands as they are: pictures, of which none holds anybody's text. */
  readonly draw: Write;
  readonly style: Style;
  /** Mistakes and notes go here. */
  readonly err: Write;
  readonly errStyle: Style;
}

export function contextOf(directory: string, noColor: boolean): Context {
  const { env, stdout, stderr } = process;
  return {
    directory,
    env,
    out: (text) => void stdout.write(shown(text, stdout.isTTY)),
    live: stdout.isTTY && env.TERM !== 'dumb',
    columns: stdout.isTTY ? stdout.columns : undefined,
    draw: (commands) => {
      if (stdout.isTTY) stdout.write(commands);
    },
    style: styleFor({ isTTY: stdout.isTTY, env, noColor }),
    err: (text) => {
      makeWay();
      stderr.write(shown(text, stderr.isTTY));
    },
    errStyle: styleFor({ isTTY: stderr.isTTY, env, noColor }),
  };
}

/** Says what the user did wrong; nothing was touched. Gives the exit status for it. */
export function mistake(context: Context, message: string, hint?: string): number {
  const { colors } = context.errStyle;
  context.err(`${colors.bold(colors.red('error'))}: ${message}\n`);
  if (hint !== undefined) context.err(`${colors.bold('hint')}: ${hint}\n`);
  return EXIT.mistake;
}

/** `bug`: as sysexits.h has it for an internal software error. */
export const EXIT = { ok: 0, failed: 1, mistake: 2, bug: 70, interrupted: 130 } as const;
