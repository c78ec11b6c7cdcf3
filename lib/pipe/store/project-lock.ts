import { dirname } from 'node:path';
import { makeDirectory, temporaryName } from './atomic.ts';
import { closeSync, linkSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from './disk.ts';
import { lifeOf, thisProcess, type ProcessIdentity } from './process-identity.ts';

export type LockAttempt =
  | { readonly type: 'held'; release(): void }
  /** Another process of this machine has it, and lives. */
  | { readonly type: 'busy'; readonly holder: ProcessIdentity }
  /** Taken on another host, in another container or before the machine was started anew: whether it lives cannot be seen. */
  | { readonly type: 'foreign'; readonly holder: ProcessIdentity };

/**
 * Tries to take a lock file for this process. The file names its holder, so that one left behind by a
 * killed process is known for what it is and removed.
 */
export function tryLock(file: string, me: ProcessIdentity): LockAttempt {
  makeDirectory(dirname(file));
  for (;;) {
    if (create(file, JSON.stringify(me)))
      return {
        type: 'held',
        release: () => {
          release(file, me);
        },
      };
    const holder = read(file);
    if (holder === 'gone') continue;
    const life = holder === null ? 'dead' : lifeOf(holder, me);
    if (holder !== null && life === 'unseen') return { type: 'foreign', holder };
    if (holder !== null && life === 'alive') return { type: 'busy', holder };
    if (!removeStale(file, holder)) return { type: 'busy', holder: holder ?? { ...me, pid: 0 } };
  }
}

/** The process that has a lock and lives, as far as can be seen from here. */
export function holderOf(file: string): ProcessIdentity | null {
  const holder = read(file);
  if (holder === 'gone' || holder === null) return null;
  return lifeOf(holder, thisProcess()) === 'alive' ? holder : null;
}

/** Atomic, content included: a link to a finished file either takes the name or does not. */
function create(file: string, content: string): boolean {
  const temporary = temporaryName(file);
  writeFileSync(temporary, content);
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Null for a file that names nobody. */
function read(file: string): ProcessIdentity | null | 'gone' {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Partial<ProcessIdentity> | null;
    const { host, pid, started } = holder ?? {};
    return typeof host === 'string' && typeof pid === 'number' && typeof started === 'string'
      ? { host, pid, started }
      : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Two processes may find the same dead holder; only the one that makes the second file may remove the
 * first, and only after looking once more, or the slower would remove what the faster has just taken.
 * False when another is at it.
 */
function removeStale(file: string, dead: ProcessIdentity | null): boolean {
  const guard = `${file}.takeover`;
  try {
    closeSync(openSync(guard, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    removeAbandoned(guard);
    return false;
  }
  const now = read(file);
  if (now !== 'gone' && now?.pid === dead?.pid && now?.started === dead?.started)
    rmSync(file, { force: true });
  rmSync(guard, { force: true });
  return true;
}

/** The guard is held for microseconds; one that is seconds old was left by a process killed right then. */
function removeAbandoned(guard: string): void {
  const made = statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  if (Date.now() - made > 5000) rmSync(guard, { force: true });
}

function release(file: string, me: ProcessIdentity): void {
  const holder = read(file);
  if (holder !== 'gone' && holder?.pid === me.pid && holder.started === me.started)
    rmSync(file, { force: true });
}
