import { join, resolve } from 'node:path';
import { count } from '../../report/quantity.ts';
import { openProject } from '../../run/session.ts';
import { FileDigests } from '../../files/file-digests.ts';
import { CodeCache } from '../../code/code-cache.ts';
import { PythonCode, type Tools } from '../../code/python-code.ts';
import type { Variables } from '../../execute/environment.ts';
import { pythonDirectory } from '../../execute/python.ts';
import { workerEntry } from '../../execute/worker-pool.ts';
import { matchesIn, SourceFiles } from '../../files/source-files.ts';
import type { TrackedCode } from '../../manifest/code.ts';
import { filesRead } from '../../manifest/files-read.ts';
import { layoutOf, MANIFEST_FILE } from '../../store/layout.ts';
import { bootIdentity } from '../../store/process-identity.ts';
import { StatCache } from '../../store/stat-cache.ts';
import type { Manifest, Stage } from '../../manifest/manifest.ts';
import { Changes, type Pattern } from '../changes.ts';
import { statedCapacity } from '../capacity.ts';
import { configureIn, type Configured } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import { interruption } from '../interrupt.ts';
import { findProject } from '../locate.ts';
import { chosenRemote } from '../remote.ts';
import { reportRun, type RunCommandOptions } from './report-run.ts';
import { chosen } from '../selection.ts';

/** `pipe run --watch`: runs, waits for a change, and runs what it made stale. */
export async function watch(
  context: Context,
  patterns: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  const directory = findProject(context);
  if (directory === null) return EXIT.mistake;
  const project = openProject(directory);
  const interrupted = interruption(context, () => {
    project.kill();
  });
  const changes = new Changes(directory);
  const say = options.json === true ? context.err : context.out;
  let force = options.force;
  try {
    changes.follow(new Set([join(directory, MANIFEST_FILE)]));
    const during = new Echo();
    while (!interrupted.signal.aborted) {
      const configured = configureIn(context, directory, options);
      const selected =
        configured === null ? null : chosen(context, configured, patterns, { ...options, force });
      const stated = configured && statedCapacity(context, configured.manifest, options);
      const cache =
        configured === null ? null : chosenRemote(context, directory, configured.manifest.remote, options);
      if (configured !== null && selected !== null && stated !== null && cache?.ok === true) {
        changes.follow(await watched(configured, context.env), patternsIn(configured));
        const asked = { ...selected, stated, remote: cache.remote };
        await reportRun(context, project, configured, asked, options, interrupted.signal);
        // What was asked to run again has; from now on only changes count.
        force = undefined;
      }
      if (interrupted.status() !== null) break;
      const meanwhile = changes.taken();
      if (during.isEcho(meanwhile)) {
        const which = shortened(meanwhile);
        say(`note: each run changes ${which}, which is taken for its own doing; what changes later is not\n`);
      } else if (meanwhile.length > 0) {
        say(`changed: ${shortened(meanwhile)}\n`);
        continue;
      }
      say(`watching ${count(changes.size, 'path')} for changes; Ctrl-C ends\n`);
      const changed = await changes.next(interrupted.signal);
      if (changed.length > 0) say(`changed: ${shortened(changed)}\n`);
    }
    return interrupted.status() ?? EXIT.ok;
  } finally {
    changes.close();
    await project.close();
    interrupted.dispose();
  }
}

/** How often in a row runs may change the same files before it is they that do it, and no editor. */
const MOST_ECHOES = 3;

/** Tells what a run itself writes, a log of its failure, say, from what somebody edits meanwhile. */
class Echo {
  #last = '';
  #times = 0;

  /** `changed`: while a run went on. */
  isEcho(changed: readonly string[]): boolean {
    const same = changed.join('\0');
    this.#times = same === this.#last ? this.#times + 1 : 1;
    this.#last = same;
    return same !== '' && this.#times >= MOST_ECHOES;
  }
}

function shortened(paths: readonly string[]): string {
  return paths.length <= 3
    ? paths.join(', ')
    : `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more`;
}

/** Absolute paths that decide what is stale: the manifest, the sources of all stages, the input files. */
async function watched({ directory, manifest, graph }: Configured, env: Variables): Promise<Set<string>> {
  const paths = new Set([join(directory, MANIFEST_FILE)]);
  for (const path of filesRead(manifest)) paths.add(join(directory, path));
  for (const pattern of manifest.globs) paths.add(resolve(directory, globBase(pattern)));
  for (const source of await sourcesOf(directory, manifest, env)) paths.add(resolve(directory, source));
  for (const task of graph.tasks) {
    for (const { sources } of task.inputs) {
      for (const source of sources) {
        if (source.kind === 'path') paths.add(resolve(directory, source.path));
      }
    }
  }
  return paths;
}

/** What inputs are matches of, each pattern once. */
function patternsIn({ directory, manifest, graph }: Configured): readonly Pattern[] {
  const matching = matchesIn(directory, manifest.artifacts);
  const patterns = new Set(
    graph.tasks.flatMap((task) =>
      task.inputs.flatMap(({ sources }) =>
        sources.flatMap((source) => (source.kind === 'glob' ? [source.pattern] : [])),
      ),
    ),
  );
  return [...patterns].map((pattern) => ({
    base: resolve(directory, globBase(pattern)),
    files: () => matching(pattern).map((name) => resolve(directory, name)),
  }));
}

/** Project-relative source files of all stages; of a module that cannot be bundled, those to blame. */
async function sourcesOf(
  directory: string,
  { stages, artifacts }: Manifest,
  env: Variables,
): Promise<Set<string>> {
  const layout = layoutOf(directory);
  const code = new CodeCache(layout);
  const digests = new FileDigests(directory, new StatCache(join(layout.local, 'files.stat'), bootIdentity()));
  const sources = new Set<string>();
  const python = new PythonCode(layout, env, pythonDirectory(workerEntry()));
  const inputs = new SourceFiles(directory, artifacts, digests);
  for (const stage of stages) {
    const { work } = stage;
    if (stage.code !== null) {
      for (const path of await pythonSources(python, stage, stage.code, { digests, sources: inputs }))
        sources.add(path);
      continue;
    }
    if (work.kind !== 'use') continue;
    sources.add(work.module);
    const bundled = await code.of(work.module, digests);
    const files = typeof bundled === 'string' ? filesBlamed(bundled) : bundled.files;
    for (const file of files) sources.add(file);
    for (const path of typeof bundled === 'string' ? [] : bundled.candidates) sources.add(path);
  }
  code.save();
  python.save();
  await python.close();
  return sources;
}

async function pythonSources(
  python: PythonCode,
  stage: Stage,
  code: TrackedCode,
  tools: Tools,
): Promise<readonly string[]> {
  const entries = code.entries
    .filter(({ kind }) => kind === 'stage' || kind === 'script')
    .map(({ name }) => name);
  const found = await python.of(stage, code, tools);
  return [...entries, ...('message' in found ? filesBlamed(found.message) : found.files)];
}

/** The files named by errors such as `lib/x.ts:3:4: Expected ";"`. */
function filesBlamed(errors: string): string[] {
  return errors.split('\n').flatMap((line) => /^(.+?):\d+:\d+: /.exec(line)?.[1] ?? []);
}

/** The directory below which all matches lie: what stands before the first part with a wildcard. */
export function globBase(pattern: string): string {
  const parts = pattern.split('/');
  const wild = parts.findIndex((part) => /[*?[\]{}()!]/.test(part));
  return parts.slice(0, wild === -1 ? -1 : wild).join('/') || '.';
}
