import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../digest.ts';
import { existsSync, readFileSync } from '../store/disk.ts';
import type { Entry } from '../store/file-stat.ts';
import { lockName, runLockPath, type Layout } from '../store/layout.ts';
import { bootIdentity, thisProcess } from '../store/process-identity.ts';
import { readSealed, writeSealed } from '../store/sealed.ts';
import { isNoted } from '../store/users.ts';
import { decidingEnvironment, machineText, type Variables } from '../execute/environment.ts';
import { FileLooks } from '../files/file-looks.ts';
import { WorkDirectories } from './work-directory.ts';

/** What a survey that found nothing to do was about. */
export interface Standing {
  /** All that the caller asked: the texts of `pipeline.yaml` and of what it includes, the selection, the program. */
  readonly question: Digest;
  /** Project-relative, the files whose texts are in it, beside `pipeline.yaml`. */
  readonly files: readonly string[];
  readonly profile: string;
  /** Project-relative directory of outputs. */
  readonly artifacts: string;
  /** How many tasks were selected, and how many of each stage; all were fresh. */
  readonly tasks: number;
  readonly stages: readonly (readonly [stage: string, tasks: number])[];
  /** Environment variables that stages declare. */
  readonly env: readonly string[];
}

interface Kept extends Standing {
  readonly format: string;
  readonly boot: string;
  /** Digest of how everything stood that the survey looked at. */
  readonly world: Digest;
}

const format = 'pipe standing 4';

/**
 * Remembers how everything stood when a survey found nothing to do. A survey is a function of what it reads;
 * while all of that stands as it stood, another would find the same, and need not be made. `looks` are the
 * survey's own: what changed since then is a difference when the question comes again. Only for a survey
 * that hashed nothing, so that the stat cache vouches for every file by its rules.
 */
export function keepStanding(
  layout: Layout,
  standing: Standing,
  looks: FileLooks,
  environment: Variables,
): void {
  const { seen } = looks;
  const names = [[...seen.looks], [...seen.listings], [...seen.names]] as const;
  const world = worldOf(layout, standing, names, looks, environment);
  if (world === null) return;
  const kept: Kept = { ...standing, format, boot: bootIdentity(), world };
  writeSealed(fileOf(layout), { kept, names });
}

/** The standing that answers a question, which is made of the texts of files, if everything still stands so. */
export function findStanding(
  layout: Layout,
  questionOf: (files: readonly string[]) => Digest,
  environment: Variables,
): Standing | null {
  const read = readSealed(fileOf(layout)) as { readonly kept: Kept; readonly names: Names } | null;
  if (read === null) return null;
  const { kept, names } = read;
  if (kept.format !== format || kept.boot !== bootIdentity()) return null;
  if (kept.question !== questionOf(kept.files)) return null;
  // What a killed run left is put away by a run that takes the project.
  if (leftovers(layout, kept) || !isNoted(layout, hostname())) return null;
  const world = worldOf(layout, kept, names, new FileLooks(layout.project), environment);
  return world === kept.world ? kept : null;
}

function fileOf(layout: Layout): string {
  return join(layout.local, 'standing');
}

type Names = readonly [looks: readonly string[], listings: readonly string[], names: readonly string[]];

function leftovers(layout: Layout, { artifacts }: Standing): boolean {
  return (
    existsSync(runLockPath(layout.project)) ||
    existsSync(join(layout.project, artifacts, '.incoming')) ||
    new WorkDirectories(layout, thisProcess()).abandoned().length > 0
  );
}

/** Null where the lock cannot be read. */
function worldOf(
  layout: Layout,
  { profile, env }: Standing,
  [names, directories, questions]: Names,
  looks: FileLooks,
  environment: Variables,
): Digest | null {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([machineText(), decidingEnvironment(environment, env)]));
  try {
    hash.update(readFileSync(join(layout.project, lockName(profile))));
  } catch {
    return null;
  }
  const rows = new BigInt64Array(names.length * 5);
  names.forEach((name, index) => {
    const { entry, linked } = looks.look(name);
    const kind = BigInt(kinds.indexOf(entry?.kind ?? 'nothing') * 2 + (linked ? 1 : 0));
    rows[index * 5] = kind;
    if (entry?.kind !== 'file') return;
    const { size, mtime, ctime, inode } = entry.stat;
    rows.set([size, mtime, ctime, BigInt.asIntN(64, inode)], index * 5 + 1);
  });
  hash.update(rows);
  hash.update(JSON.stringify(directories.map((name) => looks.listing(name))));
  hash.update(JSON.stringify(questions.map((question) => looks.names(question))));
  hash.update(JSON.stringify([names.join('\0'), directories, questions]));
  return `sha256:${hash.digest('hex')}`;
}

const kinds: readonly (Entry['kind'] | 'nothing')[] = ['nothing', 'file', 'directory', 'link', 'other'];
