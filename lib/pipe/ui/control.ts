import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openSync, readFileSync } from '../store/disk.ts';
import { runLockPath, type Layout } from '../store/layout.ts';
import { holderOf } from '../store/project-lock.ts';
import { isAlive, thisProcess } from '../store/process-identity.ts';
import { plain } from './page-event.ts';
import type { StartedRun, StartRequest } from './protocol.ts';

/** Letters of what a run said that are shown. */
const SAID = 8000;

/** Starts runs and stops them. A run is a process of its own, which goes on when the page or its server is gone. */
export class Control {
  readonly #layout: Layout;
  readonly #program: readonly string[];
  #child: ChildProcess | null = null;
  #command = '';

  /** `program`: what starts pipe: an interpreter and its arguments. */
  constructor(layout: Layout, program: readonly string[]) {
    this.#layout = layout;
    this.#program = program;
  }

  /** Why not, or null when it was started. */
  start(request: StartRequest): string | null {
    if (this.#child !== null && alive(this.#child)) return 'a run that was started here goes on';
    const args = argumentsOf(request);
    const directory = join(this.#layout.local, 'ui');
    mkdirSync(directory, { recursive: true });
    // A file, not a pipe: what is written must have somewhere to go when this process has ended.
    const said = openSync(this.#saidPath(), 'w');
    const [command, ...before] = this.#program;
    try {
      const child = spawn(command!, [...before, '--no-color', '-C', this.#layout.project, ...args], {
        cwd: this.#layout.project,
        stdio: ['ignore', 'ignore', said],
        // Ctrl-C in the terminal of the server is not meant for it.
        detached: true,
      });
      child.on('error', () => undefined);
      child.unref();
      this.#child = child;
      this.#command = ['pipe', ...args.map(quoted)].join(' ');
      return child.pid === undefined ? 'the program could not be started' : null;
    } finally {
      closeSync(said);
    }
  }

  /** What was started here last. */
  started(holder: number | null): StartedRun | null {
    const child = this.#child;
    if (child?.pid === undefined) return null;
    const state = !alive(child) ? 'ended' : holder === child.pid ? 'running' : 'starting';
    const status = child.exitCode;
    return { pid: child.pid, command: this.#command, state, status, said: this.#said() };
  }

  /**
   * Does what Ctrl-C does to the run that goes on here, whoever started it, or to one that was started here and waits;
   * the second time it is killed. `pid` is the process that was meant. Why not, or null when it was told.
   */
  stop(pid: number): string | null {
    const holder = holderOf(runLockPath(this.#layout.project));
    const held = holder?.pid === pid && holder.host === thisProcess().host && isAlive(holder);
    const own = this.#child?.pid === pid && alive(this.#child);
    if (!held && !own) return 'that run has ended';
    try {
      process.kill(pid, 'SIGINT');
      return null;
    } catch (error) {
      return `it cannot be told to stop: ${(error as Error).message}`;
    }
  }

  #saidPath(): string {
    return join(this.#layout.local, 'ui', 'said.txt');
  }

  #said(): string {
    try {
      return readFileSync(this.#saidPath(), 'utf8').slice(-SAID).split('\n').map(plain).join('\n').trimEnd();
    } catch {
      return '';
    }
  }
}

function alive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** As they stand on the command line; what the page gave is never taken for an option. */
export function argumentsOf(request: StartRequest): string[] {
  const { patterns, force, only, downstream, keepGoing, profile, set, experiment } = request;
  return [
    'run',
    '--json',
    ...(force ? ['--force'] : []),
    ...(only ? ['--only'] : []),
    ...(downstream ? ['--downstream'] : []),
    ...(keepGoing ? ['--keep-going'] : []),
    ...(profile === 'default' ? [] : [`--profile=${profile}`]),
    ...(experiment === null ? [] : [`--as=${experiment}`]),
    ...set.map((value) => `--set=${value}`),
    ...(patterns.length > 0 ? ['--', ...patterns] : []),
  ];
}

/** As a shell takes it. */
export function quoted(text: string): string {
  return /^[\w@=,.:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What the page asks to start; null for what is none. */
export function startRequest(value: unknown): StartRequest | null {
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Readonly<Record<string, unknown>>;
  const texts = (name: string): readonly string[] | null => {
    const list = given[name];
    return Array.isArray(list) && list.length <= 1000 && list.every((item) => typeof item === 'string')
      ? list
      : null;
  };
  const [patterns, set] = [texts('patterns'), texts('set')];
  const { profile, experiment = null } = given;
  if (patterns === null || set === null || typeof profile !== 'string') return null;
  if (experiment !== null && typeof experiment !== 'string') return null;
  if ([...patterns, ...set, profile, experiment ?? ''].some((text) => text.includes('\0'))) return null;
  const flag = (name: string): boolean => given[name] === true;
  return {
    patterns,
    set,
    profile,
    experiment,
    force: flag('force'),
    only: flag('only'),
    downstream: flag('downstream'),
    keepGoing: flag('keepGoing'),
  };
}
