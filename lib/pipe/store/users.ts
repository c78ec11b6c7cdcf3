import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf, type Digest } from '../digest.ts';
import { writeAtomically } from './atomic.ts';
import { lockProfile, usersPath, type Layout } from './layout.ts';

/** A project that keeps its results in a store which is not its own `cache/`. */
export interface StoreUser {
  readonly host: string;
  readonly project: string;
  /** Absolute path of the file that says so. */
  readonly file: string;
}

export interface StoreUsers {
  /** Directories of projects whose locks can be read here. */
  readonly projects: readonly string[];
  /** Projects of other hosts, out of sight from this one. */
  readonly unseen: readonly StoreUser[];
  /** Projects of this host whose directory is no more. */
  readonly gone: readonly StoreUser[];
}

/** Writes down in a shared store that a project uses it, so that what its locks need is kept. */
export function noteUser(layout: Layout, host: string): void {
  const { project } = layout;
  if (around(layout) === project) return;
  const file = join(usersPath(layout), `${digestOf(`${host}\n${project}`).slice(-16)}.json`);
  if (existsSync(file)) return;
  try {
    writeAtomically(file, `${JSON.stringify({ host, project })}\n`, true);
  } catch (error) {
    // A store that cannot be written to serves as well, and nothing is dropped from it either.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** Who uses a store: this project, the one around the store, and those that wrote themselves down. */
export function usersOf(layout: Layout, host: string): StoreUsers {
  const projects = new Set([layout.project, around(layout)]);
  const [unseen, gone]: [StoreUser[], StoreUser[]] = [[], []];
  for (const user of readUsers(usersPath(layout))) {
    if (existsSync(user.project)) projects.add(user.project);
    else if (user.host === host) gone.push(user);
    else unseen.push(user);
  }
  return { projects: [...projects], unseen, gone };
}

/** The directory that a store lies in: a project, when the store is its `cache/`. */
function around({ cache, project }: Layout): string {
  const place = existsSync(cache) ? realpathSync(cache) : cache;
  return place === join(project, 'cache') ? project : dirname(place);
}

/** Every digest that any lock of a project names: fingerprints, outputs, and inputs, which are outputs too. */
export function digestsInLocks(project: string): { readonly locks: number; readonly digests: Set<Digest> } {
  const names = namesIn(project).filter((name) => lockProfile(name) !== null);
  const digests = new Set<Digest>();
  for (const name of names) {
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
    .map((file) => ({ ...readUser(file), file }));
}

/** A file that cannot be read stands for a project out of sight: better one too many. */
function readUser(file: string): { readonly host: string; readonly project: string } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StoreUser;
  } catch {
    return { host: 'an unknown host', project: 'an unknown project' };
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
