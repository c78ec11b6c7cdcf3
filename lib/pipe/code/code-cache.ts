import { existsSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { digestOf, type Digest } from '../digest.ts';
import { ifPossible, writeAtomically } from '../store/atomic.ts';
import { codePath, type Layout } from '../store/layout.ts';
import { readSealed, writeSealed } from '../store/sealed.ts';
import { bundleStage, type Bundle, type Source } from './bundle.ts';
import { isInstalled, packageDirectory } from './packages.ts';
import { specialInPackage } from './special-files.ts';
import type { PythonRun } from '../execute/executor.ts';
import type { FileDigests } from '../files/file-digests.ts';

/** What a stage module means: its digest, the packages it needs, and a bundle that workers import. */
export interface StageCode {
  readonly digest: Digest;
  readonly packages: Readonly<Record<string, string>>;
  /** Absolute path. It lies in the project, so that its packages are found from there. */
  readonly bundle: string;
  /** Sources whose text is no longer the one that was bundled first, with the same meaning. */
  readonly reworded: readonly string[];
  /** Every file that has a say, project-relative: sources, and settings that are there or not. */
  readonly files: readonly string[];
  /** What has a say once it is there, project-relative: files that an import would mean, directories of an import with a pattern. */
  readonly candidates: readonly string[];
  /** How Python code is run; null where there is none. */
  readonly python: StagePython | null;
  /** What of it could not be followed; told once. */
  readonly warnings: readonly string[];
}

export interface StagePython extends PythonRun {
  /** `CPython 3.12.4`: a part of the toolchain. */
  readonly version: string;
}

/** Kept for each code digest, as it was first seen. */
interface CodeRecord {
  readonly bundle: Digest;
  readonly sources: readonly Source[];
}

/** Kept for each module: what it was bundled from last time. A null digest: there was no such file or directory. */
interface IndexEntry {
  readonly code: Digest;
  readonly packages: Readonly<Record<string, string>>;
  readonly sources: readonly Stood[];
  readonly settings: readonly Stood[];
  /** Of what lies in directories, as `FileLooks` is asked. */
  readonly names: readonly Stood[];
  /** Of everything below directories. */
  readonly trees: readonly Stood[];
}

type Stood = readonly [asked: string, digest: Digest | null];

/**
 * Code digests of stage modules. While no file of a module's graph has changed, esbuild is not even loaded:
 * the stats of those files answer.
 */
export class CodeCache {
  readonly #project: string;
  readonly #directory: string;
  readonly #index: Map<string, IndexEntry>;
  #changed = false;

  constructor(layout: Layout) {
    this.#project = layout.project;
    this.#directory = codePath(layout);
    this.#index = new Map((readSealed(join(this.#directory, 'index.json')) ?? []) as [string, IndexEntry][]);
  }

  /** The module's code as it is now; a text that says what is wrong with it when it cannot be bundled. */
  async of(module: string, files: FileDigests): Promise<StageCode | string> {
    const entry = this.#index.get(module);
    if (entry !== undefined) {
      const record = stands(entry, files) ? this.#record(entry.code) : null;
      if (record !== null && files.digest(this.#local(entry.code, 'mjs')) === record.bundle) {
        return this.#stageCode(entry, record);
      }
    }
    const bundle = await bundleStage(this.#project, module, this.#directory);
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

  /** Of the packages that a bundle loads, the first file that Node would wait for: it was another when it was bundled. */
  special(bundle: string): string | null {
    const entry = [...this.#index.values()].find(({ code }) => this.#file(code, 'mjs') === bundle);
    for (const [path] of entry?.settings ?? []) {
      const file = join(this.#project, path);
      const directory = dirname(file);
      if (basename(file) !== 'package.json' || !isInstalled(directory)) continue;
      const special = packageDirectory(file) === directory ? specialInPackage(directory) : null;
      if (special !== null) return special;
    }
    return null;
  }

  /** Codes that modules of the project have now, or had when they were last asked for. */
  current(): Digest[] {
    const there = (module: string) => existsSync(join(this.#project, module));
    return [...this.#index].flatMap(([module, { code }]) => (there(module) ? [code] : []));
  }

  save(): void {
    if (!this.#changed) return;
    ifPossible(() => {
      writeSealed(join(this.#directory, 'index.json'), [...this.#index]);
      this.#changed = false;
    });
  }

  #keep(module: string, bundle: Bundle, files: FileDigests): StageCode {
    const digest = digestOf(bundle.code);
    // Layout and comments change the map only: it is written anew for a code that is known already.
    const text = `${bundle.prelude && `${bundle.prelude}\n`}${bundle.code}//# sourceMappingURL=${this.#name(digest, 'mjs.map')}\n`;
    writeAtomically(this.#file(digest, 'mjs.map'), bundle.map, false);
    if (files.digest(this.#local(digest, 'mjs')) !== digestOf(text)) {
      writeAtomically(this.#file(digest, 'mjs'), text, false);
      files.forget(this.#local(digest, 'mjs'));
    } else touch(this.#file(digest, 'mjs'));
    let record = this.#record(digest);
    if (record === null) {
      record = { bundle: digestOf(text), sources: bundle.sources };
      writeSealed(this.#file(digest, 'json'), record);
    }
    const entry = entryOf(digest, bundle, files);
    // One that may not be what lies there is looked into again.
    if (bundle.settled) this.#index.set(module, entry);
    else this.#index.delete(module);
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
      files: [...entry.sources, ...entry.settings].map(([path]) => path),
      candidates: [
        ...entry.names.flatMap(([question]) => candidatesOf(question)),
        ...entry.trees.map(([path]) => path),
      ],
      python: null,
      warnings: [],
    };
  }

  #record(code: Digest): CodeRecord | null {
    return readSealed(this.#file(code, 'json')) as CodeRecord | null;
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

function entryOf(code: Digest, bundle: Bundle, files: FileDigests): IndexEntry {
  const { settings, names, trees } = bundle.surroundings;
  const questions = [...names].map(([directory, wanted]) => [directory, ...[...wanted].sort()].join('\n'));
  // As they are now, not as they were when the last bundle was found to be out of date.
  for (const path of settings) files.forget(path);
  return {
    code,
    packages: bundle.packages,
    sources: bundle.sources.map(({ path, text }) => [path, text]),
    settings: [...settings].sort().map((path) => [path, files.digest(path)]),
    names: questions.sort().map((question) => [question, namesDigest(question, files)]),
    trees: [...trees].sort().map((path) => [path, treeDigest(path, files)]),
  };
}

/** Whether all that decided what a module means stands as it stood. */
function stands({ sources, settings, names, trees }: IndexEntry, files: FileDigests): boolean {
  return (
    [...sources, ...settings].every(([path, text]) => files.digest(path) === text) &&
    names.every(([question, answer]) => namesDigest(question, files) === answer) &&
    trees.every(([path, listing]) => treeDigest(path, files) === listing)
  );
}

function namesDigest(question: string, { looks }: FileDigests): Digest | null {
  const answer = looks.names(question);
  return answer === null ? null : digestOf(answer);
}

function treeDigest(path: string, { looks }: FileDigests): Digest | null {
  const listing = looks.listing(path);
  return listing === null ? null : digestOf(JSON.stringify(listing));
}

const extensions = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs', 'json'];

/** Files that a question about names in a directory is about; packages come and go by what is in their `package.json`. */
function candidatesOf(question: string): readonly string[] {
  const [directory = '', ...names] = question.split('\n');
  if (directory.split('/').includes('node_modules')) return [];
  return names.flatMap((name) => extensions.map((extension) => join(directory, `${name}.${extension}`)));
}
