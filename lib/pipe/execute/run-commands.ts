import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { asNice, signalGroup } from './child.ts';
import { endMark } from './protocol.ts';

/**
 * Runs commands by a shell, one at a time, each in a process group of its own and on this process's own
 * streams, where there is no Perl to do it (`run-commands.pl`). `command-process.ts` says what comes in and
 * what goes out.
 */
let command: ChildProcess | null = null;
let stops = 0;
let read = '';

process.on('SIGTERM', () => {
  if (command === null) process.exit(143);
  signalGroup(command, stops++ > 0 ? 'SIGKILL' : 'SIGTERM');
});
// Ctrl-C reaches the engine, which decides.
process.on('SIGINT', () => undefined);

process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  read += text;
  const fields = read.split('\0').slice(0, -1);
  const count = Number(fields[0]);
  if (fields.length <= count) return;
  read = '';
  const [, key, directory, length, ...rest] = fields;
  const words = rest.slice(0, Number(length));
  run(directory!, words, rest.slice(words.length), (ending) => {
    // Node's own streams would make these non-blocking: most programs take a full pipe that does not block for an error.
    writeSync(2, endMark(key!));
    writeSync(1, endMark(key!, ending));
  });
});
process.stdin.on('end', () => {
  if (command !== null) signalGroup(command, 'SIGKILL');
  process.exit(0);
});

function run(
  cwd: string,
  words: readonly string[],
  environment: readonly string[],
  ended: (how: string) => void,
): void {
  const variables = environment.map((variable): [string, string] => {
    const at = variable.indexOf('=');
    return [variable.slice(0, at), variable.slice(at + 1)];
  });
  const env = Object.fromEntries(variables);
  const failed = ({ message }: Error) => {
    command = null;
    ended(`error ${message}`);
  };
  let child: ChildProcess;
  try {
    const stdio: StdioOptions = ['ignore', 'inherit', 'inherit'];
    const [shell, ...args] = words;
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
}
