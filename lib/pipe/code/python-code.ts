import { isAbsolute, join } from 'node:path';
import { digestOf, type Digest } from '../digest.ts';
import { taskEnvironment, type Variables } from '../execute/environment.ts';
import type { FileDigests } from '../files/file-digests.ts';
import type { SourceFiles } from '../files/source-files.ts';
import { canonicalJson, type Json } from '../json.ts';
import type { PythonEntry, TrackedCode } from '../manifest/code.ts';
import type { Stage } from '../manifest/manifest.ts';
import { codePath, type Layout } from '../store/layout.ts';
import type { StageCode } from './code-cache.ts';
import { codeFiles, type CodeProblem } from './code-files.ts';
import { PythonIndex, type ChangedSource, type IndexEntry } from './python-index.ts';
import { findInterpreter, interpreterSigns, standOf } from './python-interpreter.ts';
import { PythonTracer, type Trace, type TracedSource } from './python-tracer.ts';

/** How often code is followed again because it was being edited. */
const mostTraces = 5;
/** Raised when what is kept of it changes, so that nothing kept before is believed. */
const KEPT = 2;

/**
 * The code of stages that is Python, or files that they name. While nothing of it has changed by its stats, no
 * Python is started.
 */
export class PythonCode {
  readonly #layout: Layout;
  readonly #environment: Variables;
  readonly #package: string;
  readonly #index: PythonIndex;
  readonly #tracers = new Map<string, PythonTracer>();

  /** `pythonPackage`: the directory that holds the package which tracers run. */
  constructor(layout: Layout, environment: Variables, pythonPackage: string) {
    this.#layout = layout;
    this.#environment = environment;
    this.#package = pythonPackage;
    this.#index = new PythonIndex(codePath(layout));
  }

  /** The stage's code as it is now, or what is wrong with it. */
  async of(stage: Stage, code: TrackedCode, tools: Tools): Promise<StageCode | CodeProblem> {
    const files = codeFiles(code, tools.sources);
    if ('message' in files) return files;
    const entries = files.flatMap(({ entry }) => entry ?? []);
    const extra = files.flatMap(({ entry, path }) => (entry === null ? [path] : []));
    const found = entries.length > 0 || usesPython(stage) ? this.#interpreter(code, tools) : null;
    if (typeof found === 'string') {
      // A command whose interpreter is not there says so itself, in the shell's words.
      if (code.calls !== null) return this.#withoutPython(extra, tools);
      return { path: [code.python === null ? workKey(stage) : 'python'], message: found };
    }
    const asked = digestOf(canonicalJson([KEPT, code, entries, extra, found] as unknown as Json));
    const known = this.#index.find(stage.name);
    if (known?.asked === asked && this.#stands(known, tools.digests)) return this.#stageCode(stage, known);
    for (let turn = 1; ; turn++) {
      const traced = found === null ? noTrace : await this.#trace(found, code, entries, tools);
      if ('message' in traced) return { path: [workKey(stage)], message: traced.message };
      const edited = traced.trace.files.filter(({ path, text }) => tools.digests.digest(path) !== text);
      if (edited.length > 0 && turn < mostTraces) {
        for (const { path } of edited) tools.digests.forget(path);
        continue;
      }
      const problem = problemOf(stage, code, traced.trace);
      if (problem !== null) return problem;
      return this.#keep(stage, { asked, found, traced, extra }, tools.digests);
    }
  }

  changedSources(before: Digest, after: Digest): readonly ChangedSource[] | null {
    return this.#index.changedSources(before, after);
  }

  save(): void {
    this.#index.save();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tracers.values()].map((tracer) => tracer.end()));
    this.#tracers.clear();
  }

  /** The interpreter of a stage as `pipe doctor` names it. */
  async examine(code: TrackedCode, digests: FileDigests): Promise<{ from: string; text: string } | string> {
    const found = findInterpreter(code.calls ?? code.python, this.#environment, digests);
    if (typeof found === 'string') return found;
    const facts = await this.#tracer(found.path).facts;
    if (typeof facts === 'string') return `${found.path} does not run: ${facts}`;
    return { from: found.from, text: `${facts.version}, ${facts.executable}` };
  }

  #interpreter({ calls, python }: TrackedCode, { digests }: Tools): string | { readonly path: string } {
    const found = findInterpreter(calls ?? python, this.#environment, digests);
    return typeof found === 'string' ? found : { path: found.path };
  }

  #withoutPython(extra: readonly string[], { digests }: Tools): StageCode {
    const digest = digestOf(canonicalJson(extra.map((path) => [path, digests.digest(path)])));
    const files = [...extra];
    return {
      digest,
      packages: {},
      bundle: '',
      reworded: [],
      files,
      candidates: [],
      python: null,
      warnings: [],
    };
  }

  #stands({ sources, signs, names }: IndexEntry, digests: FileDigests): boolean {
    return (
      signs.every(([path, stand]) => standOf(path, digests) === stand) &&
      names.every(([question, answer]) => digests.looks.names(question) === answer) &&
      sources.every(([path, text]) => digests.digest(path) === text)
    );
  }

  async #trace(
    { path }: { readonly path: string },
    code: TrackedCode,
    entries: readonly PythonEntry[],
    { digests }: Tools,
  ): Promise<Traced | { readonly message: string }> {
    const tracer = this.#tracer(path);
    const facts = await tracer.facts;
    if (typeof facts === 'string') return { message: `${path} does not run: ${facts}` };
    const project = this.#layout.project;
    const cwd = (entry: PythonEntry) => ({ ...entry, cwd: join(project, entry.cwd) });
    const request = {
      project,
      path: code.path.map((place) => this.#absolute(place)),
      entries: entries.map(cwd),
    };
    const there = (entry: PythonEntry) =>
      entry.kind === 'module' || digests.look(entry.name).entry?.kind === 'file';
    const trace = await tracer.trace({ ...request, entries: request.entries.filter(there) });
    if (typeof trace === 'string') return { message: `its code could not be followed: ${trace}` };
    const missing = entries.filter((entry) => !there(entry)).map(({ name }) => name);
    const signs = interpreterSigns(path, facts.executable, this.#environment['HOME']);
    return { trace, missing, signs, executable: facts.executable, version: facts.version };
  }

  #tracer(path: string): PythonTracer {
    let tracer = this.#tracers.get(path);
    if (tracer === undefined) {
      const env = taskEnvironment(this.#environment, { env: [], passEnv: [] });
      tracer = new PythonTracer(this.#absolute(path), this.#package, this.#layout.project, env);
      this.#tracers.set(path, tracer);
    }
    return tracer;
  }

  #keep(stage: Stage, { asked, traced, extra, found }: Followed, digests: FileDigests): StageCode {
    const { trace, executable, version } = traced;
    const plain = extra.map((path): TracedSource => {
      const text = digests.digest(path) ?? digestOf('');
      return { path, module: path, text, meaning: text, parts: {} };
    });
    const sources = [...trace.files, ...plain];
    // Outside the project a file is known by its module: where that lies differs from machine to machine.
    const named = sources.map(({ path, module, meaning }) => [isAbsolute(path) ? module : path, meaning]);
    const code = digestOf(canonicalJson(named.sort(([a], [b]) => (a! < b! ? -1 : 1))));
    if (stage.work.kind === 'use')
      for (const { path, text } of trace.files) this.#index.keepText(this.#absolute(path), text);
    const gone = traced.missing.map(
      (name) => `${name}, which the command runs, is not there, and is not followed`,
    );
    // What cannot be followed is for `code` to name; where it does, that has been seen to.
    const seenTo = stage.code?.entries.some(({ kind }) => kind === 'source') ?? false;
    const unfollowed = seenTo ? [] : trace.warnings;
    const entry: IndexEntry = {
      asked,
      code,
      packages: trace.packages,
      sources: sources.map(({ path, text }) => [path, text]),
      signs: [...traced.signs, ...trace.watched, ...traced.missing].map((path) => [
        path,
        standOf(path, digests),
      ]),
      names: trace.names.map((each) => {
        const question = each.join('\n');
        return [question, digests.looks.names(question)];
      }),
      warnings: [...unfollowed, ...gone, ...(trace.problem === null ? [] : [trace.problem])],
      executable: found === null ? null : executable,
      version,
    };
    this.#index.keep(stage.name, entry, sources);
    return this.#stageCode(stage, entry);
  }

  #stageCode({ work }: Stage, entry: IndexEntry): StageCode {
    const first = new Map((this.#index.record(entry.code) ?? []).map(({ path, text }) => [path, text]));
    const { executable, version, packages, warnings } = entry;
    const files = entry.sources.map(([path, text]) => [this.#absolute(path), text] as const);
    return {
      digest: entry.code,
      packages,
      bundle: work.kind === 'use' ? this.#absolute(work.module) : '',
      reworded: entry.sources.filter(([path, text]) => first.get(path) !== text).map(([path]) => path),
      files: entry.sources.map(([path]) => path),
      candidates: entry.names.flatMap(([question]) => candidatesOf(question)),
      python: executable === null ? null : { executable, version, files, kept: this.#index.directory },
      warnings,
    };
  }

  #absolute(path: string): string {
    return isAbsolute(path) ? path : join(this.#layout.project, path);
  }
}

export interface Tools {
  readonly digests: FileDigests;
  readonly sources: SourceFiles;
}

interface Traced {
  readonly trace: Trace;
  /** Scripts of a command that are not there. */
  readonly missing: readonly string[];
  readonly signs: readonly string[];
  readonly executable: string;
  readonly version: string;
}

const noTrace: Traced = {
  trace: { files: [], packages: {}, watched: [], names: [], warnings: [], problem: null },
  missing: [],
  signs: [],
  executable: '',
  version: '',
};

interface Followed {
  readonly asked: Digest;
  readonly found: { readonly path: string } | null;
  readonly traced: Traced;
  readonly extra: readonly string[];
}

/** Files that a question about names in a directory is about; what is installed comes with its distribution. */
function candidatesOf(question: string): readonly string[] {
  const [directory = '', ...names] = question.split('\n');
  if (/\/(?:site|dist)-packages(?:\/|$)/.test(directory)) return [];
  return names.flatMap((name) => [join(directory, `${name}.py`), join(directory, name, '__init__.py')]);
}

/** Where what is wrong with the code as a whole is said. */
function workKey({ work }: Stage): 'use' | 'cmd' {
  return work.kind;
}

function usesPython({ work }: Stage): boolean {
  return work.kind === 'cmd' && work.command.includes('{python}');
}

/** A stage's own module has to be Python; a command's may be of another version, and says so when it runs. */
function problemOf(stage: Stage, { entries }: TrackedCode, { problem }: Trace): CodeProblem | null {
  if (problem === null) return null;
  if (stage.work.kind === 'use') return { path: ['use'], message: problem };
  const declared = entries.some(({ kind }) => kind === 'source');
  return declared ? { path: ['code', 'python'], message: problem } : null;
}
