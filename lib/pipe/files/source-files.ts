import { dirname, sep } from 'node:path';
import type { TaskSource } from '../graph/graph.ts';
import type { SourceFile } from '../plan/plan.ts';
import { accessSync, constants, realpathSync } from '../store/disk.ts';
import { EXPERIMENTS } from '../store/layout.ts';
import type { FileDigests, Mark } from './file-digests.ts';
import { globFiles } from './glob.ts';
import type { InputIssue } from './issue.ts';

export type FileSource = Exclude<TaskSource, { kind: 'output' }>;

/** The files of a path or a glob, or what is wrong with it. */
export type Expansion =
  | {
      readonly type: 'files';
      readonly files: readonly Omit<SourceFile, 'digest'>[];
      /** All that was in it, of a directory. */
      readonly listing?: readonly string[];
    }
  | { readonly type: 'issue'; readonly path: string; readonly reason: InputIssue['reason'] };

/** How the files of a source lay at one moment. */
export interface SourceMark {
  readonly source: FileSource;
  readonly names: readonly string[];
  readonly mark: Mark;
}

/**
 * Finds the files that sources stand for. Links are followed only as long as they stay in the project:
 * outside it, only a path declared `external` may lead.
 */
export class SourceFiles {
  readonly #project: string;
  readonly #real: string;
  readonly #digests: FileDigests;
  readonly #matching: (pattern: string) => readonly string[];
  readonly #expansions = new Map<string, Expansion>();
  #searched = false;
  #disturbed = false;
  readonly #inside = new Map<string, boolean>();

  constructor(project: string, artifacts: string, digests: FileDigests) {
    this.#project = project;
    this.#real = realpathSync(project);
    this.#digests = digests;
    this.#matching = matchesIn(project, artifacts);
  }

  /** Whether anything was looked for by a pattern, of which `looks` know nothing. */
  get searched(): boolean {
    return this.#searched;
  }

  /** Whether anything lay otherwise when it was looked at again. */
  get disturbed(): boolean {
    return this.#disturbed;
  }

  expand(source: FileSource): Expansion {
    const key = keyOf(source);
    const known = this.#expansions.get(key);
    if (known !== undefined) return known;
    const found =
      source.kind === 'glob' ? this.#glob(source.pattern) : this.#path(source.path, source.external);
    const expansion = found.type === 'files' ? this.#checked(found, source) : found;
    this.#expansions.set(key, expansion);
    return expansion;
  }

  /** The same files with their digests; those that vanished meanwhile are left out. */
  files(source: FileSource): readonly SourceFile[] {
    const expansion = this.expand(source);
    if (expansion.type === 'issue') return [];
    return expansion.files.flatMap((file) => {
      const digest = this.#digests.digest(file.name);
      return digest === null ? [] : [{ ...file, digest }];
    });
  }

  /** How the files of a source lie, to be asked later whether they still do. */
  mark(source: FileSource): SourceMark {
    const found = this.expand(source);
    const names = found.type === 'files' ? found.files.map(({ name }) => name) : [found.path];
    const mark = this.#digests.mark(names);
    if (found.type !== 'files' || found.listing === undefined || source.kind === 'glob')
      return { source, names, mark };
    // As it was when its files were found: whoever lists it now may see others.
    return { source, names, mark: { ...mark, listings: [{ name: source.path, files: found.listing }] } };
  }

  /** Paths that no longer lie as they were marked, or are new among those of the source; these are looked at anew. */
  moved({ source, names, mark }: SourceMark): readonly string[] {
    const moved = this.#digests.moved(mark);
    if (source.kind === 'glob') {
      const now = this.#glob(source.pattern);
      const found = now.type === 'files' ? now.files.map(({ name }) => name) : [source.pattern];
      if (found.join('\0') !== names.join('\0')) moved.push(source.pattern);
    }
    if (moved.length > 0) {
      this.#expansions.delete(keyOf(source));
      this.#disturbed = true;
    }
    return moved;
  }

  isDirectory({ path }: { readonly path: string }): boolean {
    return this.#digests.look(path).entry?.kind === 'directory';
  }

  #path(path: string, external: boolean): Expansion {
    const found = this.#digests.look(path).entry;
    if (found === null || found.kind === 'other') return { type: 'issue', path, reason: this.#noFile(path) };
    if (!external && !this.#staysInside(path)) return { type: 'issue', path, reason: 'outside' };
    if (found.kind === 'file') return { type: 'files', files: [{ label: baseName(path), name: path }] };
    try {
      const listing = this.#digests.looks.listing(path) ?? [];
      const labels = listing.filter((label) => !label.endsWith('/'));
      return { type: 'files', files: labels.map((label) => ({ label, name: `${path}/${label}` })), listing };
    } catch {
      return { type: 'issue', path, reason: 'unreadable' };
    }
  }

  #glob(pattern: string): Expansion {
    this.#searched = true;
    const names = this.#matching(pattern);
    if (names.length === 0) return { type: 'issue', path: pattern, reason: 'unmatched' };
    return { type: 'files', files: names.map((name) => ({ label: name, name })) };
  }

  #checked(found: Extract<Expansion, { type: 'files' }>, source: FileSource): Expansion {
    const external = source.kind === 'path' && source.external;
    for (const { name } of found.files) {
      if (this.#digests.look(name).entry?.kind !== 'file')
        return { type: 'issue', path: name, reason: this.#noFile(name) };
      if (!external && !this.#staysInside(name)) return { type: 'issue', path: name, reason: 'outside' };
      // A file whose digest is known is not read.
      if (!this.#digests.expect(name) && !isReadable(this.#digests.absolute(name))) {
        this.#digests.forget(name);
        return { type: 'issue', path: name, reason: 'unreadable' };
      }
    }
    return found;
  }

  /** Why something is no file. */
  #noFile(name: string): InputIssue['reason'] {
    const { entry, linked } = this.#digests.look(name);
    if (entry?.kind === 'other') return 'special';
    if (linked) return entry === null ? 'dangling' : 'endless';
    return name.includes('\ufffd') ? 'not-utf-8' : 'missing';
  }

  #staysInside(name: string): boolean {
    const path = this.#digests.absolute(name);
    if (this.#digests.look(name).linked) return isBelow(realpathSync(path), this.#real);
    const directory = dirname(path);
    let inside = this.#inside.get(directory);
    if (inside === undefined) {
      inside = isBelow(realpathSync(directory), this.#real);
      this.#inside.set(directory, inside);
    }
    return inside;
  }
}

/** Gives the project-relative names of the files that a pattern matches now. */
export function matchesIn(project: string, artifacts: string): (pattern: string) => readonly string[] {
  // What the tool itself makes, which no pattern is meant to match unless it says so.
  const made = [
    '**/node_modules/**',
    '.git/**',
    'cache/**',
    'pipe.lock',
    'pipe.*.lock',
    'artifacts/**',
    `${artifacts}/**`,
    `${EXPERIMENTS}/*/{pipe.lock,experiment.json,metrics.json}`,
  ];
  return (pattern) => {
    const ignore = made.filter((each) => !pattern.startsWith(each.replace(/\*\*$/, '')));
    return globFiles(project, pattern, ignore);
  };
}

function keyOf(source: FileSource): string {
  return source.kind === 'glob' ? `glob ${source.pattern}` : `${source.external} ${source.path}`;
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory + sep);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
