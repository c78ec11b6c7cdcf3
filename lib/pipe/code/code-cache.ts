import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, type Digest } from '../digest.ts';
import { writeAtomically } from '../store/atomic.ts';
import { codePath, type Layout } from '../store/layout.ts';
import { bundleStage, type Bundle, type Source } from './bundle.ts';
import type { FileDigests } from '../files/file-digests.ts';

/** What a stage module means: its digest, the packages it needs, and a bundle that workers import. */
export interface StageCode {
  readonly digest: Digest;
  readonly packages: Readonly<Record<string, string>>;
  /** Absolute path. It lies in the project, so that its packages are found from there. */
  readonly bundle: string;
  /** Sources whose text is no longer the one that was bundled first, with the same meaning. */
  readonly reworded: readonly string[];
  /** Every project file that has a say. */
  readonly files: readonly string[];
}

/** Kept for each code digest, as it was first seen. */
interface CodeRecord {
  readonly bundle: Digest;
  readonly sources: readonly Source[];
}

/** Kept for each module: what it was bundled from last time. A null digest: the file was not there. */
interface IndexEntry {
  readonly code: Digest;
  readonly packages: Readonly<Record<string, string>>;
  readonly sources: readonly (readonly [path: string, text: Digest | null])[];
  readonly settings: readonly (readonly [path: string, text: Digest | null])[];
}

/**
 * Code digests of stage modules. While no file of a module's graph has changed, esbuild is not even loaded:
 * the stats of those files answer.
 */
export class CodeCache {
  readonly #project: string;
  readonly #directory: string;
  readonly #index: Record<string, IndexEntry>;
  #changed = false;

  constructor(layout: Layout) {
    this.#project = layout.project;
    this.#directory = codePath(layout);
    const index = readJson(join(this.#directory, 'index.json'));
    this.#index = (index ?? {}) as Record<string, IndexEntry>;
  }

  /** The module's code as it is now; a text that says what is wrong with it when it cannot be bundled. */
  async of(module: string, files: FileDigests): Promise<StageCode | string> {
    const entry = this.#index[module];
    if (entry !== undefined) {
      const watched = [...entry.sources, ...entry.settings];
      const unchanged = watched.every(([path, text]) => files.digest(path) === text);
      const record = unchanged ? this.#record(entry.code) : null;
      if (record !== null && files.digest(this.#local(entry.code, 'mjs')) === record.bundle) {
        return this.#stageCode(entry, record);
      }
    }
    const bundle = await bundleStage(this.#project, module);
    return typeof bundle === 'string' ? bundle : this.#keep(module, bundle, files);
  }

  /** Source files whose meaning differs between two digests; none when either is unknown here. */
  changedSources(before: Digest, after: Digest): readonly string[] {
    const [old, now] = [this.#record(before), this.#record(after)];
    if (old === null || now === null) return [];
    const meanings = new Map(old.sources.map(({ path, meaning }) => [path, meaning]));
    const changed = now.sources.filter(({ path, meaning }) => {
      const was = meanings.get(path);
      meanings.delete(path);
      return was !== meaning;
    });
    return [...changed.map(({ path }) => path), ...meanings.keys()].sort();
  }

  /** Codes that modules of the project have now, or had when they were last asked for. */
  current(): Digest[] {
    const there = (module: string) => existsSync(join(this.#project, module));
    return Object.entries(this.#index).flatMap(([module, { code }]) => (there(module) ? [code] : []));
  }

  save(): void {
    if (this.#changed)
      writeAtomically(join(this.#directory, 'index.json'), JSON.stringify(this.#index), false);
    this.#changed = false;
  }

  #keep(module: string, bundle: Bundle, files: FileDigests): StageCode {
    const digest = digestOf(bundle.code);
    // Layout and comments change the map only: it is written anew for a code that is known already.
    const text = `${bundle.code}//# sourceMappingURL=${this.#name(digest, 'mjs.map')}\n`;
    writeAtomically(this.#file(digest, 'mjs.map'), bundle.map, false);
    if (files.digest(this.#local(digest, 'mjs')) !== digestOf(text)) {
      writeAtomically(this.#file(digest, 'mjs'), text, false);
      files.forget(this.#local(digest, 'mjs'));
    } else touch(this.#file(digest, 'mjs'));
    let record = this.#record(digest);
    if (record === null) {
      record = { bundle: digestOf(text), sources: bundle.sources };
      writeAtomically(this.#file(digest, 'json'), JSON.stringify(record), false);
    }
    const entry: IndexEntry = {
      code: digest,
      packages: bundle.packages,
      sources: bundle.sources.map(({ path, text }) => [path, text]),
      settings: bundle.settings.map((path) => [path, files.digest(path)]),
    };
    this.#index[module] = entry;
    this.#changed = true;
    return this.#stageCode(entry, record);
  }

  #stageCode(entry: IndexEntry, record: CodeRecord): StageCode {
    const first = new Map(record.sources.map(({ path, text }) => [path, text]));
    return {
      digest: entry.code,
      packages: entry.packages,
      bundle: this.#file(entry.code, 'mjs'),
      reworded: entry.sources.filter(([path, text]) => first.get(path) !== text).map(([path]) => path),
      files: entry.sources.map(([path]) => path),
    };
  }

  #record(code: Digest): CodeRecord | null {
    return readJson(this.#file(code, 'json')) as CodeRecord | null;
  }

  #name(code: Digest, suffix: string): string {
    return `${code.slice('sha256:'.length)}.${suffix}`;
  }

  #file(code: Digest, suffix: string): string {
    return join(this.#directory, this.#name(code, suffix));
  }

  /** The same, as the digests of project files name it. */
  #local(code: Digest, suffix: string): string {
    return `cache/local/code/${this.#name(code, suffix)}`;
  }
}

/** For those who drop what has long been of no use. */
function touch(path: string): void {
  const now = Date.now() / 1000;
  utimesSync(path, now, now);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Missing or cut off: it is made anew.
    return null;
  }
}
