import type { BuildFailure, BuildOptions, BuildResult, Loader } from 'esbuild';
import { statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { readFileSync } from '../store/disk.ts';
import { digestOf, type Digest } from '../digest.ts';
import { byCodeUnit } from '../store/tree.ts';
import { ARROW_MODULE, OWN_NAMESPACE, ownVersion } from './own-modules.ts';
import { packageName, versionsOf } from './packages.ts';
import { resolveImports, type Resolutions } from './resolve-imports.ts';
import { SettingsFiles } from './settings-files.ts';
import { surroundingsOf, type Surroundings } from './surroundings.ts';
import { tsconfigFor } from './tsconfig.ts';

/** A stage module with all it imports from the project, as one text without comments and types. */
export interface Bundle {
  readonly code: string;
  /** To stand before the code, which it is no part of. */
  readonly prelude: string;
  readonly map: string;
  readonly sources: readonly Source[];
  /** Versions of packages that it loads, and of those that they need; `not installed` for one that it may do without. */
  readonly packages: Readonly<Record<string, string>>;
  readonly surroundings: Surroundings;
  /** Nothing was saved while it was made, so that it is what lies there now. */
  readonly settled: boolean;
}

export interface Source {
  /** Project-relative. */
  readonly path: string;
  readonly text: Digest;
  /** Digest of the file alone without comments, types and layout. */
  readonly meaning: Digest;
}

/** Names stay as they are written: short ones are chosen by how often letters occur, types included. */
const withoutTrivia = {
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  target: 'node20',
  charset: 'utf8',
} as const;

/** For modules of packages that are worked on, and call it: Node gives no ES module one. */
const REQUIRE =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** As often as something is saved meanwhile; then the last one has to do. */
const ATTEMPTS = 5;

/** File systems take their times from a clock that advances in steps; milliseconds. */
const CLOCK_STEP = 20;

/** Bundles a stage module; a text with file, line and column when it cannot be. */
export async function bundleStage(project: string, module: string, place: string): Promise<Bundle | string> {
  for (let attempt = 1; ; attempt += 1) {
    const startedAt = Date.now();
    const bundle = await bundleOnce(project, module, place);
    if (typeof bundle === 'string') return bundle;
    const { settings, names, trees } = bundle.surroundings;
    const decisive = [...settings, ...names.keys(), ...trees];
    const settled = !decisive.some((path) => changedSince(startedAt, join(project, path)));
    if (settled || attempt === ATTEMPTS) return { ...bundle, settled };
  }
}

/** By the time that nobody sets, and that may lie in the future only when the clock was put back since. */
function changedSince(startedAt: number, path: string): boolean {
  const changedAt = statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
  return changedAt >= startedAt - CLOCK_STEP && changedAt <= Date.now();
}

async function bundleOnce(
  project: string,
  module: string,
  place: string,
): Promise<Omit<Bundle, 'settled'> | string> {
  const there = statSync(join(project, module), { throwIfNoEntry: false });
  if (there === undefined) return `there is no ${module}`;
  if (!there.isFile()) return `${module} is no file`;
  const special = new SettingsFiles().specialAbove(dirname(join(project, module)));
  if (special !== null) return `${special} is no file`;
  const { conditions } = tsconfigFor(dirname(join(project, module)));
  const { plugin, found } = resolveImports(place, conditions);
  try {
    const options = buildOptions(project, module, conditions);
    let built = await build({ ...options, plugins: [plugin] });
    const prelude = callsRequire(built) ? REQUIRE : '';
    if (prelude !== '') built = await build({ ...options, plugins: [plugin], banner: { js: prelude } });
    const [map, code] = ['.map', '.mjs'].map(
      (suffix) => built.outputFiles.find(({ path }) => path.endsWith(suffix))!.text,
    );
    const inputs = Object.keys(built.metafile.inputs).filter((path) => !path.startsWith(`${OWN_NAMESPACE}:`));
    const texts = (path: string) => found.texts.get(resolve(project, path));
    const sources = await Promise.all(
      inputs.sort(byCodeUnit).map((path) => readSource(project, path, texts(path))),
    );
    const surroundings = surroundingsOf(project, module, built.metafile, found);
    const packages = packagesOf(built, found);
    return {
      code: code!.slice(prelude.length).trimStart(),
      prelude,
      map: map!,
      sources,
      packages,
      surroundings,
    };
  } catch (error) {
    if (isBuildFailure(error)) return error.errors.map(printError).join('\n');
    throw error;
  }
}

type Options = ReturnType<typeof buildOptions>;

function buildOptions(project: string, module: string, conditions: readonly string[]) {
  return {
    ...withoutTrivia,
    absWorkingDir: project,
    entryPoints: [`./${module}`],
    outfile: 'bundle.mjs',
    bundle: true,
    format: 'esm',
    platform: 'node',
    // Those of Node, and no more.
    conditions: [...conditions],
    sourcemap: 'external',
    sourcesContent: false,
    // From where the map is kept (`codePath`) to the project, so that places in stacks are those of sources.
    sourceRoot: '../../../',
    metafile: true,
    write: false,
    logLevel: 'silent',
  } as const satisfies BuildOptions;
}

async function build(options: Options & BuildOptions): Promise<BuildResult<Options>> {
  const esbuild = await import('esbuild');
  return esbuild.build(options);
}

function callsRequire({ metafile }: BuildResult<Options>): boolean {
  return Object.values(metafile.outputs).some(({ imports }) =>
    imports.some(({ kind }) => kind === 'require-call' || kind === 'require-resolve'),
  );
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error;
}

function printError({ text, location }: BuildFailure['errors'][number]): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

const loaders: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
};

/** `text` is the digest of what was bundled; a file that is only linked to by its name has none. */
async function readSource(project: string, path: string, text?: Digest): Promise<Source> {
  const bytes = readFileSync(join(project, path));
  const bundled = text ?? digestOf(bytes);
  const loader = loaders[extname(path)];
  if (loader === undefined) return { path, text: bundled, meaning: bundled };
  const { transform } = await import('esbuild');
  const { code } = await transform(bytes.toString(), { ...withoutTrivia, loader, format: 'esm' });
  return { path, text: bundled, meaning: digestOf(code) };
}

/** Of the packages that the bundle still imports, and of all that they need. */
function packagesOf(
  { metafile }: BuildResult<Options>,
  { external }: Resolutions,
): Readonly<Record<string, string>> {
  const outputs = Object.values(metafile.outputs);
  const kept = new Set(outputs.flatMap(({ imports }) => imports.map(({ path }) => path)));
  const directories = new Set<string>();
  const missing: Record<string, string> = {};
  for (const [path, closure] of external) {
    if (!kept.has(path)) continue;
    if (closure === null) missing[packageName(path)] = 'not installed';
    else for (const directory of closure.directories) directories.add(directory);
  }
  const own = outputs.some(({ inputs }) => `${OWN_NAMESPACE}:${ARROW_MODULE}` in inputs);
  return { ...missing, ...(own && { pipewright: ownVersion() }), ...versionsOf(directories) };
}
