import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import { makeDirectory, removeIfPossible } from '../store/atomic.ts';
import { workPath, type Layout } from '../store/layout.ts';
import { isAlive, type ProcessIdentity } from '../store/process-identity.ts';

/**
 * Directories in which tasks write, one for each attempt, below one that is named after this process. What
 * killed processes left is known by that name.
 */
export class WorkDirectories {
  readonly #root: string;
  readonly #mine: string;
  readonly #me: ProcessIdentity;
  /** Directories that a task left empty, for the next one: making and removing them costs more than using. */
  readonly #empty: string[] = [];
  #counter = 0;

  constructor(layout: Layout, me: ProcessIdentity) {
    this.#root = workPath(layout);
    this.#mine = join(this.#root, nameOf(me));
    this.#me = me;
  }

  /** A new directory, and where in it each output goes: under its own file name, for programs that care. */
  open(task: Task): { readonly path: string; readonly outputs: Readonly<Record<string, string>> } {
    const path = this.#empty.pop() ?? this.#make();
    const taken = new Set<string>();
    const outputs = task.outputs.map((output): [string, string] => {
      const base = output.path.slice(output.path.lastIndexOf('/') + 1);
      const place = taken.has(base) ? join(path, `${output.name}.d`, base) : join(path, base);
      taken.add(base);
      if (place !== join(path, base)) mkdirSync(join(path, `${output.name}.d`));
      if (output.directory) mkdirSync(place);
      return [output.name, place];
    });
    return { path, outputs: Object.fromEntries(outputs) };
  }

  close(path: string): void {
    if (readdirSync(path).length === 0) this.#empty.push(path);
    else rmSync(path, { recursive: true, force: true });
  }

  closeAll(): void {
    this.#empty.length = 0;
    removeIfPossible(this.#mine);
  }

  #make(): string {
    this.#counter += 1;
    const path = join(this.#mine, String(this.#counter));
    makeDirectory(path);
    return path;
  }

  /** Removes the directories of processes of this host that are no more. */
  sweep(): void {
    for (const name of readNames(this.#root)) {
      const owner = ownerOf(name);
      if (owner === null || owner.host !== hostMark(this.#me.host)) continue;
      if (name === nameOf(this.#me) || isAlive(owner)) continue;
      removeIfPossible(join(this.#root, name));
    }
  }
}

/** `<host>.<pid>.<start>`; the host and the start are shortened to what a file name may hold. */
function nameOf({ host, pid, started }: ProcessIdentity): string {
  return `${hostMark(host)}.${pid}.${started.replaceAll('/', '+')}`;
}

function ownerOf(name: string): ProcessIdentity | null {
  const [host, pid, started] = name.split('.');
  if (host === undefined || pid === undefined || started === undefined) return null;
  return { host, pid: Number(pid), started: started.replaceAll('+', '/') };
}

function hostMark(host: string): string {
  return digestOf(host).slice(-12);
}

function readNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
