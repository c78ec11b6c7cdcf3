import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
const command = join(repository, 'lib/pipe/dist/pipe.js');

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** A project directory of its own, on which the real program is run; it is gone after the test. */
export interface Project {
  readonly directory: string;
  write(path: string, text: string): void;
  read(path: string): string;
  exists(path: string): boolean;
  remove(path: string): void;
  pipe(...args: readonly string[]): Promise<Ended>;
  start(...args: readonly string[]): Running;
  /** Path → digest of every file, the project's own caches included. */
  files(): Record<string, string>;
  /** The same without what the program keeps for itself: what is there to be used and committed. */
  results(): Record<string, string>;
  /** How each task that did something ended in this run: `score@epoch=5 ran`. */
  outcomes(...args: readonly string[]): Promise<string[]>;
}

/** A program that still runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with all output so far, once it has this text (after the `from`-th letter of it). */
  until(text: string, from?: number): Promise<string>;
}

/** `env`: variables that the program has beside those that it needs. */
export function newProject(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Project {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'pipe-e2e-')));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  // Stage modules import zod, and what a stage is declared with.
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
  return projectIn(directory, files, command, env);
}

/** The same in a directory that is there, run by this program or another. */
export function projectIn(
  directory: string,
  files: Readonly<Record<string, string>>,
  program = command,
  env: Readonly<Record<string, string>> = {},
): Project {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const project: Project = {
    directory,
    write,
    read: (path) => readFileSync(join(directory, path), 'utf8'),
    exists: (path) => existsSync(join(directory, path)),
    remove: (path) => {
      rmSync(join(directory, path), { recursive: true, force: true });
    },
    pipe: (...args) => project.start(...args).ended,
    start: (...args) => start(program, directory, args, env),
    files: () => filesOf(directory, /^node_modules/),
    results: () => filesOf(directory, /^(?:node_modules|cache)/),
    outcomes: async (...args) => outcomesOf(await project.pipe(...args, '--json')),
  };
  return project;
}

/** By files: a directory in which such a project was built. */
const templates = new Map<object, string>();
afterAll(() => {
  for (const directory of templates.values()) rmSync(directory, { recursive: true, force: true });
});

/** The same project after a first run, which is made once for all tests of a file. */
export async function builtProject(files: Readonly<Record<string, string>>): Promise<Project> {
  const project = newProject(files);
  const copy = (from: string, to: string): void => {
    const filter = (path: string): boolean => !path.endsWith('/node_modules');
    cpSync(from, to, { recursive: true, preserveTimestamps: true, filter });
  };
  const template = templates.get(files);
  if (template !== undefined) {
    copy(template, project.directory);
    return project;
  }
  const { status, err } = await project.pipe('run');
  if (status !== 0 || err !== '') throw new Error(err);
  const kept = mkdtempSync(join(tmpdir(), 'pipe-e2e-built-'));
  copy(project.directory, kept);
  templates.set(files, kept);
  return project;
}

function start(
  program: string,
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Running {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: directory, TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  let err = '';
  let all = '';
  const listeners = new Set<() => void>();
  const heard = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    all += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    all += text;
    heard();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, out, err });
    });
  });
  const until = (text: string, from = 0): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!all.slice(from).includes(text)) return;
        listeners.delete(look);
        // What it wrote before to the other stream may come a moment later.
        setTimeout(() => {
          resolve(all);
        }, 50);
      };
      listeners.add(look);
      look();
      void ended.then(() => {
        reject(new Error(`it ended without printing ${JSON.stringify(text)}:\n${all}`));
      });
    });
  return { child, ended, until };
}

function filesOf(directory: string, ignored: RegExp): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = relative(directory, join(entry.parentPath, entry.name));
    if (!entry.isFile() || ignored.test(path)) continue;
    files[path] = createHash('sha256')
      .update(readFileSync(join(directory, path)))
      .digest('hex');
  }
  return files;
}

function outcomesOf({ out, err, status }: Ended): string[] {
  if (status === 2) throw new Error(err);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; task: string; outcome: { type: string } })
    .filter(({ type, outcome }) => type === 'task-finished' && outcome.type !== 'fresh')
    .map(({ task, outcome }) => `${task} ${outcome.type}`)
    .sort();
}
