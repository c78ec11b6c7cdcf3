import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import { digestOf, type Digest } from '../digest.ts';
import { ifPossible, writeAtomically } from '../store/atomic.ts';
import { readSealed, writeSealed } from '../store/sealed.ts';
import { codePath, type Layout } from '../store/layout.ts';
import type { ChangedSource } from '../plan/compare.ts';
import type { TracedSource } from './python-tracer.ts';

export type { ChangedSource };

/** Kept for each stage: what its code was when it was last followed, and what that was read from. */
export interface IndexEntry {
  readonly asked: Digest;
  readonly code: Digest;
  readonly packages: Readonly<Record<string, string>>;
  readonly sources: readonly (readonly [path: string, text: Digest])[];
  /** How files stood that decide which others are taken. */
  readonly signs: readonly (readonly [path: string, stand: string])[];
  /** What the file system answered, of directories in which others could come (`FileLooks.names`). */
  readonly names: readonly (readonly [question: string, answer: string | null])[];
  readonly warnings: readonly string[];
  readonly executable: string | null;
  readonly version: string;
}

/** What is kept of followed code from one command to the next: beside the bundles of TypeScript. */
export class PythonIndex {
  readonly directory: string;
  readonly #entries: Record<string, IndexEntry>;
  #changed = false;

  constructor(directory: string) {
    this.directory = directory;
    this.#entries = (readSealed(indexFile(directory)) ?? {}) as Record<string, IndexEntry>;
  }

  find(stage: string): IndexEntry | undefined {
    return this.#entries[stage];
  }

  keep(stage: string, entry: IndexEntry, sources: readonly TracedSource[]): void {
    ifPossible(() => {
      if (this.record(entry.code) === null) writeSealed(this.#recordFile(entry.code), sources);
    });
    this.#entries[stage] = entry;
    this.#changed = true;
  }

  /** A source that is edited while the run goes on is loaded from here. */
  keepText(path: string, text: Digest): void {
    const kept = join(this.directory, `${text.slice('sha256:'.length)}.py`);
    if (existsSync(kept)) return;
    const bytes = readFileSync(path);
    if (digestOf(bytes) !== text) return;
    ifPossible(() => {
      writeAtomically(kept, bytes, false);
    });
  }

  save(): void {
    if (!this.#changed) return;
    ifPossible(() => {
      writeSealed(indexFile(this.directory), this.#entries);
      this.#changed = false;
    });
  }

  /** The sources of a code as they were when it was first seen; null where it is not known. */
  record(code: Digest): readonly TracedSource[] | null {
    return readSealed(this.#recordFile(code)) as readonly TracedSource[] | null;
  }

  /** Sources whose meaning differs between two digests, with the functions that do; null where one is unknown. */
  changedSources(before: Digest, after: Digest): readonly ChangedSource[] | null {
    const [old, now] = [this.record(before), this.record(after)];
    if (old === null || now === null) return null;
    const was = new Map(old.map((source) => [source.path, source]));
    const changed = now.flatMap((source): ChangedSource[] => {
      const earlier = was.get(source.path);
      was.delete(source.path);
      if (earlier?.meaning === source.meaning) return [];
      return [{ path: source.path, parts: earlier === undefined ? [] : changedParts(earlier, source) }];
    });
    const gone = [...was.keys()].map((path) => ({ path, parts: [] }));
    return [...changed, ...gone].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #recordFile(code: Digest): string {
    return join(this.directory, `${code.slice('sha256:'.length)}.python.json`);
  }
}

/** Codes that stages had when they were last followed, and the texts of these. */
export function pythonInUse(layout: Layout): readonly Digest[] {
  const entries = (readSealed(indexFile(codePath(layout))) ?? {}) as Record<string, IndexEntry>;
  return Object.values(entries).flatMap(({ code, sources }) => [code, ...sources.map(([, text]) => text)]);
}

function indexFile(directory: string): string {
  return join(directory, 'python.json');
}

function changedParts(before: TracedSource, after: TracedSource): string[] {
  const names = [...new Set([...Object.keys(before.parts), ...Object.keys(after.parts)])];
  return names.filter((name) => name !== '' && before.parts[name] !== after.parts[name]).sort();
}
