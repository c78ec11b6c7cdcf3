import { dirname, join } from 'node:path';
import { digestOf } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import { makeDirectory, removeTree } from '../store/atomic.ts';
import { mkdirSync, readdirSync, rmdir } from '../store/disk.ts';
import { workPath, type Layout } from '../store/layout.ts';
import { lifeOf, type ProcessIdentity } from '../store/process-identity.ts';

/**
 * Directories in which tasks write, one for each attempt, below one that is named after this process. What
 * killed processes left is known by that name.
 */
export class WorkDirectories {
  readonly #root: string;
  readonly #mine: string;
  readonly #me: ProcessIdentity;
  #counter = 0;
  readonly #going = new Set<Promise<unknown>>();

  constructor(layout: Layout, me: ProcessIdentity) {
    this.#root = workPath(layout);
    this.#mine = join(this.#root, nameOf(me));
    this.#me = me;
  }

  /**
   * A new directory, under a name that none had before: what a task still writes when it is over ends up
   * nowhere. And where in it each output goes: under its own file name, for programs that care. */
  open(task: Pick<Task, 'outputs'>): {
    readonly path: string;
    readonly outputs: Readonly<Record<string, string>>;
  } {
    const path = this.#make();
    const bases = task.outputs.map((output) => output.path.slice(output.path.lastIndexOf('/') + 1));
    const outputs = task.outputs.map((output, index): [string, string] => {
      const base = bases[index]!;
      const first = bases.indexOf(base) === index;
      const place = first ? join(path, base) : join(path, ownDirectory(bases, index), base);
      if (!first) mkdirSync(dirname(place));
      if (output.directory) mkdirSync(place);
      return [output.name, place];
    });
    return { path, outputs: Object.fromEntries(outputs) };
  }

  /** Nobody waits for it to go: on some file systems that takes as long as starting a process. */
  close(path: string): void {
    // Most are empty by then, and asking what is in one takes longer.
    const going: Promise<unknown> = rmdir(path)
      .catch(() => {
        removeTree(path);
      })
      .then(() => this.#going.delete(going));
    this.#going.add(going);
    // `closeAll` hears of it.
    going.catch(() => undefined);
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#going);
    removeTree(this.#mine);
  }

  #make(): string {
    this.#counter += 1;
    const path = join(this.#mine, String(this.#counter));
    makeDirectory(path);
    return path;
  }

  /** Removes what processes left that are no more. */
  sweep(): void {
    for (const name of this.abandoned()) removeTree(join(this.#root, name));
  }

  /** Names of directories whose processes are seen to be dead. */
  abandoned(): readonly string[] {
    const me = { ...this.#me, host: hostMark(this.#me.host) };
    return readNames(this.#root).filter((name) => {
      const owner = ownerOf(name);
      return owner !== null && name !== nameOf(this.#me) && lifeOf(owner, me) === 'dead';
    });
  }
}

/** For an output with the file name of another: a name that none of them has. */
function ownDirectory(bases: readonly string[], index: number): string {
  let name = String(index);
  while (bases.includes(name)) name += '_';
  return name;
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
