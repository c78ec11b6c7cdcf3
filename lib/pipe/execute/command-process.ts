import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { asNice, letGo, resultOf, signalGroup, start, watch, type Ended } from './child.ts';
import type { Variables } from './environment.ts';
import type { CommandRequest, ExecutionResult, TaskListener } from './executor.ts';
import { ProgressFile } from './progress-file.ts';
import { newKey, TaskStreams } from './task-streams.ts';

/** Seconds that a command has to end by itself when it is told to. */
const grace = 5;
/** Milliseconds that a runner has to go when it is not needed. */
const patience = 300;

const perl = '/usr/bin/perl';

export type Program = readonly [file: string, ...args: string[]];

/**
 * The program that runs commands. Perl starts processes at a fraction of Node's cost; `PIPE_COMMAND_RUNNER` in
 * the environment is `node` where it is not to be used.
 */
export function commandRunner(workerEntry: string, environment: Variables): Program {
  const directory = dirname(workerEntry);
  return existsSync(perl) && environment['PIPE_COMMAND_RUNNER'] !== 'node'
    ? [perl, join(directory, 'run-commands.pl')]
    : [process.execPath, join(directory, 'run-commands.js')];
}

/**
 * A small process that runs commands, one at a time. A request is fields on its standard input, each with a
 * zero byte after it: how many follow, a key for the marks, the directory, how many words start the shell, these, and
 * `NAME=value` for each variable.
 * The command prints on the runner's own streams; the mark that ends its share of standard output says how it
 * ended. SIGTERM is passed on to the command's process group, a second time as SIGKILL. When the engine goes,
 * which closes the standard input, the runner kills its command and follows.
 */
export class CommandProcess {
  readonly #child: ChildProcess;
  readonly #streams: TaskStreams;
  #exit: string | null = null;
  #settle: ((how: string) => void) | null = null;

  constructor(program: Program, cwd: string) {
    this.#child = start(program, { env: {}, cwd, detached: true, stdio: 'pipe' });
    asNice(this.#child);
    this.#streams = new TaskStreams({ out: this.#child.stdout!, err: this.#child.stderr! });
    // What cannot be written will not be answered either.
    this.#child.stdin!.on('error', () => undefined);
    this.#child.on('error', (error) => {
      this.#gone(`gone ${error.message}`);
    });
    const ended = (status: number | null, signal: string | null) => {
      this.#gone(`gone the process that runs commands ended (${signal ?? `status ${status}`})`);
    };
    this.#child.on('close', ended);
    // A command that outlives a runner that was killed holds its streams open.
    this.#child.on('exit', (status, signal) => {
      setTimeout(ended, patience, status, signal).unref();
    });
  }

  get alive(): boolean {
    return this.#exit === null;
  }

  async run(request: CommandRequest, listener: TaskListener, signal: AbortSignal): Promise<ExecutionResult> {
    const fields = fieldsOf(request);
    if (fields.some((field) => field.includes('\0'))) return notStarted('it has a zero byte in it');
    const key = newKey();
    const how = new Promise<string>((resolve) => {
      this.#settle = resolve;
      this.#streams.begin(key, listener, ({ out }) => {
        resolve(out);
      });
    });
    if (this.#exit !== null) this.#settle!(this.#exit);
    else this.#child.stdin!.write(framed([key, ...fields]));
    const stop = () => this.#child.kill('SIGTERM');
    const watching = watch(stop, signal, { timeout: request.timeout, grace });
    const progress = new ProgressFile(request.progress, listener);
    const ending = await how;
    watching.release();
    progress.end();
    this.#settle = null;
    return commandResult(ending, watching.ended, request);
  }

  /** Ends the process, and the command that it runs. */
  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (this.#exit !== null || exitCode !== null || signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin!.end();
    const killer = setTimeout(() => {
      signalGroup(this.#child, 'SIGKILL');
    }, patience);
    await gone;
    clearTimeout(killer);
    letGo(this.#child);
  }

  #gone(how: string): void {
    this.#exit ??= how;
    this.#streams.cut();
    this.#settle?.(this.#exit);
  }
}

function fieldsOf({ cwd, words, env }: CommandRequest): readonly string[] {
  return [
    cwd,
    String(words.length),
    ...words,
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ];
}

function framed(fields: readonly string[]): string {
  return [String(fields.length), ...fields, ''].join('\0');
}

/** `exit 3`, `signal 9`, `error …` of a command that did not start or `gone …` of its runner, as a task's result. */
function commandResult(
  ending: string,
  ended: Ended | null,
  { timeout, cwd }: CommandRequest,
): ExecutionResult {
  const [, kind, rest = ''] = /^(\w+) (.*)$/s.exec(ending) ?? [];
  if (kind === 'exit') return resultOf(Number(rest), null, ended, timeout);
  if (kind === 'signal') return resultOf(null, signalName(Number(rest)), ended, timeout);
  if (ended !== null) return resultOf(null, null, ended, timeout);
  if (kind !== 'error') return failed(rest);
  return existsSync(cwd) ? notStarted(rest) : failed(`there is no directory ${cwd}, its \`cwd\``);
}

function notStarted(why: string): ExecutionResult {
  return failed(`the command could not be started: ${why}`);
}

function failed(message: string): ExecutionResult {
  return { type: 'failed', log: null, reason: 'threw', message, stack: '' };
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}
