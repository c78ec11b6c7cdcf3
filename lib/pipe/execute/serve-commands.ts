import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { asNice, signalGroup } from './child.ts';
import { endMark } from './protocol.ts';

/** The process that a runner is. */
export interface RunnerProcess {
  readonly stdin: Readable;
  /** What its commands have for standard input, output and error. */
  readonly stdio: StdioOptions;
  readonly on: (signal: 'SIGTERM' | 'SIGINT', heard: () => void) => void;
  /** Waits until all of it is written. */
  readonly write: (stream: 1 | 2, text: string) => void;
  readonly exit: (status: number) => void;
}

/**
 * Runs commands by a shell, one at a time, each in a process group of its own and on the streams of the process,
 * where there is no Perl to do it (`run-commands.pl`). `command-process.ts` says what comes in and what goes out.
 */
export function serveCommands({ stdin, stdio, on, write, exit }: RunnerProcess): void {
  let command: ChildProcess | null = null;
  let stops = 0;
  let read = '';

  const run = ({ words: [shell, ...args], cwd, env }: Command, ended: (how: string) => void) => {
    const failed = ({ message }: Error) => {
      command = null;
      ended(`error ${message}`);
    };
    let child: ChildProcess;
    try {
      child = spawn(shell!, args, { cwd, env, detached: true, stdio });
    } catch (error) {
      failed(error as Error);
      return;
    }
    asNice(child);
    [command, stops] = [child, 0];
    child.on('error', failed);
    child.on('exit', (status, signal) => {
      // What the command left running in the background would write to outputs that are taken already.
      signalGroup(child, 'SIGKILL');
      command = null;
      ended(signal === null ? `exit ${status}` : `signal ${constants.signals[signal]}`);
    });
  };

  on('SIGTERM', () => {
    if (command === null) exit(143);
    else signalGroup(command, stops++ > 0 ? 'SIGKILL' : 'SIGTERM');
  });
  // Ctrl-C reaches the engine, which decides.
  on('SIGINT', () => undefined);
  stdin.setEncoding('utf8');
  stdin.on('data', (text: string) => {
    read += text;
    const fields = read.split('\0').slice(0, -1);
    const count = Number(fields[0]);
    if (fields.length <= count) return;
    read = '';
    const [, key, ...told] = fields;
    run(commandOf(told), (ending) => {
      write(2, endMark(key!));
      write(1, endMark(key!, ending));
    });
  });
  stdin.on('end', () => {
    if (command !== null) signalGroup(command, 'SIGKILL');
    exit(0);
  });
}

interface Command {
  readonly cwd: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function commandOf([cwd, length, ...rest]: readonly string[]): Command {
  const count = Number(length);
  const variables = rest.slice(count).map((variable) => {
    const at = variable.indexOf('=');
    return [variable.slice(0, at), variable.slice(at + 1)] as const;
  });
  return { cwd: cwd!, words: rest.slice(0, count), env: Object.fromEntries(variables) };
}
