import type { BuildFailure, Loader, Metafile } from 'esbuild';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { digestOf, type Digest } from '../digest.ts';
import { byCodeUnit } from '../store/tree.ts';

/** A stage module with all it imports from the project, as one text without comments and types. */
export interface Bundle {
  readonly code: string;
  readonly map: string;
  readonly sources: readonly Source[];
  /** Versions of imported packages; `not installed` for one that a module may do without. */
  readonly packages: Readonly<Record<string, string>>;
  /** Files that decide the packages' versions, and `tsconfig.json`; project-relative, there or not. */
  readonly settings: readonly string[];
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

/** Bundles a stage module; a text with file, line and column when it cannot be. */
export async function bundleStage(project: string, module: string): Promise<Bundle | string> {
  for (;;) {
    const startedAt = Date.now();
    const bundle = await bundleOnce(project, module);
    if (typeof bundle === 'string') return bundle;
    // A source saved meanwhile may have been bundled before and read after, or the other way round.
    const saved = ({ path }: Source) => statSync(join(project, path)).mtimeMs >= startedAt;
    if (!bundle.sources.some(saved)) return bundle;
  }
}

async function bundleOnce(project: string, module: string): Promise<Bundle | string> {
  const there = statSync(join(project, module), { throwIfNoEntry: false });
  if (there === undefined) return `there is no ${module}`;
  if (!there.isFile()) return `${module} is no file`;
  const esbuild = await import('esbuild');
  try {
    const built = await esbuild.build({
      ...withoutTrivia,
      absWorkingDir: project,
      entryPoints: [`./${module}`],
      outfile: 'bundle.mjs',
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      sourcemap: 'external',
      sourcesContent: false,
      // From where the map is kept (`codePath`) to the project, so that places in stacks are those of sources.
      sourceRoot: '../../../',
      metafile: true,
      write: false,
      logLevel: 'silent',
    });
    const [map, code] = ['.map', '.mjs'].map(
      (suffix) => built.outputFiles.find(({ path }) => path.endsWith(suffix))!.text,
    );
    const paths = Object.keys(built.metafile.inputs).sort(byCodeUnit);
    const sources = await Promise.all(paths.map((path) => readSource(project, path)));
    return { code: code!, map: map!, sources, ...packagesOf(project, built.metafile) };
  } catch (error) {
    if (isBuildFailure(error)) return error.errors.map(printError).join('\n');
    throw error;
  }
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

async function readSource(project: string, path: string): Promise<Source> {
  const bytes = readFileSync(join(project, path));
  const loader = loaders[extname(path)];
  if (loader === undefined) return { path, text: digestOf(bytes), meaning: digestOf(bytes) };
  const { transform } = await import('esbuild');
  const { code } = await transform(bytes.toString(), { ...withoutTrivia, loader, format: 'esm' });
  return { path, text: digestOf(bytes), meaning: digestOf(code) };
}

/** Of the packages that the bundle still imports; which one an import means depends on who imports. */
function packagesOf(project: string, metafile: Metafile): Pick<Bundle, 'packages' | 'settings'> {
  const kept = new Set(
    Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
  );
  const found = new Map<string, string>();
  const settings = new Set(['tsconfig.json']);
  for (const [importer, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path, external } of imports) {
      if (external !== true || isBuiltin(path) || !kept.has(path)) continue;
      const name = packageName(path);
      const manifest = manifestOf(project, dirname(join(project, importer)), name);
      settings.add(manifest);
      found.set(name, versionIn(join(project, manifest)));
    }
  }
  const packages = Object.fromEntries([...found].sort(([a], [b]) => byCodeUnit(a, b)));
  return { packages, settings: [...settings].sort(byCodeUnit) };
}

function packageName(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The package.json that Node would take; where it would look first when there is none. */
function manifestOf(project: string, from: string, name: string): string {
  for (let directory = from; ; directory = dirname(directory)) {
    const manifest = join(directory, 'node_modules', name, 'package.json');
    if (existsSync(manifest)) return relative(project, manifest);
    if (directory === dirname(directory)) return join('node_modules', name, 'package.json');
  }
}

function versionIn(manifest: string): string {
  if (!existsSync(manifest)) return 'not installed';
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version?: string };
  return version ?? 'unversioned';
}
