import { dirname, join } from 'node:path';
import { digestOf, type Digest } from '../digest.ts';
import { ifPossible, writeAtomically } from './atomic.ts';
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, utimesSync } from './disk.ts';
import { readSealed, writeSealed } from './sealed.ts';
import { EXPERIMENTS, lockName, lockProfile, usersPath, type Layout } from './layout.ts';
import { namesIn } from './names-in.ts';

/** A project that keeps its results in a store which is not its own `cache/`. */
export interface StoreUser {
  readonly host: string;
  readonly project: string;
  /** Absolute path of the file that says so. */
  readonly file: string;
}

interface UserNote {
  readonly host: string;
  readonly project: string;
  /** Whether all that it had built elsewhere before is in the store, too. */
  readonly filled?: boolean;
}

export interface StoreUsers {
  /** Directories of projects whose locks can be read here. */
  readonly projects: readonly string[];
  /**
   * Projects whose locks cannot be read here: of other hosts, of other users, and of this host that are not where
   * they were, as long as they may have been moved.
   */
  readonly unseen: readonly StoreUser[];
  /** Projects of this host whose directory has been no more for long. */
  readonly gone: readonly StoreUser[];
}

/**
 * Writes down in a shared store that a project uses it, so that what its locks need is kept. A store that cannot
 * be written to serves as well, and nothing is dropped from it either.
 */
export function noteUser(layout: Layout, host: string): void {
  if (around(layout) === layout.project) return;
  const file = noteOf(layout, host);
  ifPossible(() => {
    if (existsSync(file)) utimesSync(file, new Date(), new Date());
    else writeNote(file, { host, project: layout.project });
    dropOldNotes(layout, file);
  });
}

/**
 * What a project was written down as where it lay before. Its own directory says so, which came along; of a copy, the
 * other one is still there.
 */
function dropOldNotes(layout: Layout, file: string): void {
  const own = join(layout.local, 'noted.json');
  const noted = (readSealed(own) ?? []) as [file: string, project: string][];
  const others = noted.filter(([, project]) => project !== layout.project);
  const moved = others.filter(([, project]) => lookFor(project) === 'gone');
  // Its name says which project it is of.
  const known = noted.some(([each]) => each === file);
  if (known && moved.length === 0) return;
  for (const [each] of moved) rmSync(each, { force: true });
  const kept = others.filter((each) => !moved.includes(each));
  writeSealed(own, [
    ...kept,
    ...noted.filter(([each, project]) => project === layout.project && each !== file),
    [file, layout.project],
  ]);
}

/** Whether nothing is to be written down: it is, and the store has what was built before. */
export function isNoted(layout: Layout, host: string): boolean {
  return around(layout) === layout.project || readUser(noteOf(layout, host)).filled === true;
}

export function noteFilled(layout: Layout, host: string): void {
  ifPossible(() => {
    writeNote(noteOf(layout, host), { host, project: layout.project, filled: true });
  });
}

function noteOf(layout: Layout, host: string): string {
  return join(usersPath(layout), `${digestOf(`${host}\n${layout.project}`).slice(-16)}.json`);
}

function writeNote(file: string, note: UserNote): void {
  writeAtomically(file, `${JSON.stringify(note)}\n`, true);
}

/** Milliseconds after its last run for which a project that is not where it was may have been moved. */
const remembered = 30 * 24 * 3_600_000;

/** Who uses a store: this project, the one around the store, and those that wrote themselves down. */
export function usersOf(layout: Layout, host: string): StoreUsers {
  const projects = new Set([layout.project, around(layout)]);
  const [unseen, gone]: [StoreUser[], StoreUser[]] = [[], []];
  for (const user of readUsers(usersPath(layout))) {
    const seen = user.host === 'an unknown host' ? 'hidden' : lookFor(user.project);
    if (seen === 'there') projects.add(user.project);
    else if (seen === 'gone' && user.host === host && lastUse(user.file) < Date.now() - remembered)
      gone.push(user);
    else unseen.push(user);
  }
  return { projects: [...projects], unseen, gone };
}

/** Whether a directory can be looked into: one above it that may not be looked into hides whether it is there. */
function lookFor(project: string): 'there' | 'gone' | 'hidden' {
  try {
    readdirSync(project);
    return 'there';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'gone' : 'hidden';
  }
}

function lastUse(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
}

/** The directory that a store lies in: a project, when the store is its `cache/`. */
function around({ cache }: Layout): string {
  return dirname(existsSync(cache) ? realpathSync(cache) : cache);
}

/** Whether nobody but this project keeps its results there. */
export function hasOwnStore(layout: Layout): boolean {
  return around(layout) === layout.project && readUsers(usersPath(layout)).length === 0;
}

/** Every digest that any lock of a project but one names: fingerprints, outputs, and inputs, which are outputs too. */
export function digestsInLocks(
  project: string,
  except?: string,
): { readonly locks: number; readonly digests: Set<Digest> } {
  const names = [
    ...namesIn(project).filter((name) => lockProfile(name) !== null),
    ...namesIn(join(project, EXPERIMENTS))
      .map((experiment) => lockName('', experiment))
      .filter((name) => existsSync(join(project, name))),
  ];
  const digests = new Set<Digest>();
  for (const name of names.filter((each) => each !== except)) {
    // Read as text: both sides of a merge conflict count.
    for (const [digest] of readFileSync(join(project, name), 'utf8').matchAll(/sha256:[0-9a-f]{64}/g)) {
      digests.add(digest as Digest);
    }
  }
  return { locks: names.length, digests };
}

function readUsers(directory: string): StoreUser[] {
  return namesIn(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(directory, name))
    .map((file) => {
      const { host, project } = readUser(file);
      return { host, project, file };
    });
}

/** A file that cannot be read stands for a project out of sight: better one too many. */
function readUser(file: string): UserNote {
  const unknown = { host: 'an unknown host', project: 'an unknown project' };
  try {
    const note = JSON.parse(readFileSync(file, 'utf8')) as Partial<UserNote> | null;
    const { host, project, filled = false } = note ?? {};
    return typeof host === 'string' && typeof project === 'string' ? { host, project, filled } : unknown;
  } catch {
    return unknown;
  }
}
