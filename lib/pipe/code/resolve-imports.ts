import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import { isBuiltin } from 'node:module';
import { extname, relative, sep } from 'node:path';
import { digestOf, type Digest } from '../digest.ts';
import { readFileSync } from '../store/disk.ts';
import { ARROW_MODULE, OWN_NAMESPACE, ownModuleText, STAGE_MODULE } from './own-modules.ts';
import {
  closureOf,
  findPackage,
  isInstalled,
  packageDirectory,
  packageName,
  readManifest,
  type Closure,
  type Lookup,
} from './packages.ts';
import { SettingsFiles } from './settings-files.ts';
import { isSpecial, specialInPackage } from './special-files.ts';
import { mappedCandidates, tsconfigFor } from './tsconfig.ts';

/** What the bundler was told and found about imports by name. */
export interface Resolutions {
  /** By what the bundle imports it as. Null: nothing is installed under the name. */
  readonly external: Map<string, Closure | null>;
  /** Every import by name, and from where. */
  readonly named: { readonly specifier: string; readonly directory: string }[];
  readonly looked: Lookup[];
  /** Of each source, by absolute path, as the bundler was given it. */
  readonly texts: Map<string, Digest>;
}

/** What Node does not read itself. */
const typescript = new Set(['.ts', '.mts', '.cts', '.tsx', '.jsx']);

const nested = {};

/**
 * Decides what an import by name is. What really lies in a `node_modules` folder stays outside the bundle, as
 * long as all that it needs does, too, and Node can read it. Everything else is code: links to packages that
 * are worked on, aliases of tsconfig, what `imports` of a `package.json` leads to.
 */
export function resolveImports(
  place: string,
  conditions: readonly string[],
): { readonly plugin: Plugin; readonly found: Resolutions } {
  const found: Resolutions = { external: new Map(), named: [], looked: [], texts: new Map() };
  const settings = new SettingsFiles();
  const resolver = {
    place,
    conditions,
    found,
    closures: new Map<string, Closure>(),
    special: new Map<string, string | null>(),
  };
  const plugin: Plugin = {
    name: 'what an import means',
    setup(build) {
      // Before anything that the bundler does by itself, which reads these files past all doors.
      build.onResolve({ filter: /.*/ }, ({ path, resolveDir, kind }) => {
        if (kind === 'entry-point') return undefined;
        const special = settings.specialFor(resolveDir, path);
        return special === null ? undefined : refused(special);
      });
      build.onResolve({ filter: /^[^./]/ }, (asked) =>
        asked.pluginData === nested || asked.kind === 'entry-point'
          ? undefined
          : resolveNamed(build, asked, resolver),
      );
      build.onLoad({ filter: /.*/, namespace: OWN_NAMESPACE }, ({ path }) => ({
        contents: ownModuleText(path),
        loader: 'js',
      }));
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) => {
        if (isSpecial(path)) return refused(path);
        const contents = readFileSync(path);
        found.texts.set(path, digestOf(contents));
        return { contents, loader: 'default' };
      });
    },
  };
  return { plugin, found };
}

function refused(path: string): { readonly errors: { readonly text: string }[] } {
  return { errors: [{ text: `${path} is no file` }] };
}

interface Resolver {
  /** The directory from which the bundle is loaded. */
  readonly place: string;
  readonly conditions: readonly string[];
  readonly found: Resolutions;
  readonly closures: Map<string, Closure>;
  /** Of packages that were looked through, the file that Node would wait for. */
  readonly special: Map<string, string | null>;
}

async function resolveNamed(
  build: PluginBuild,
  asked: OnResolveArgs,
  resolver: Resolver,
): Promise<OnResolveResult | undefined> {
  const { path: specifier, resolveDir: directory } = asked;
  if (isBuiltin(specifier)) return undefined;
  if (specifier === STAGE_MODULE) return { path: specifier, namespace: OWN_NAMESPACE };
  const { found } = resolver;
  found.named.push({ specifier, directory });
  const { importer, namespace, kind } = asked;
  const options = { importer, namespace, kind, pluginData: nested };
  const {
    errors,
    external,
    path: file,
  } = await build.resolve(specifier, { ...options, resolveDir: directory });
  if (errors.length > 0) return unresolved(asked, resolver);
  if (external || !isInstalled(file) || typescript.has(extname(file))) return undefined;
  const closure = closureIn(packageDirectory(file), resolver);
  if (closure.linked) return undefined;
  // Node waits for them as well.
  const special = specialOf(closure, resolver);
  if (special !== null) return refused(special);
  const name = nodeFinds(specifier, file, directory, resolver) ? specifier : fromPlace(resolver.place, file);
  found.external.set(name, closure);
  return { path: name, external: true };
}

/** A package that is not installed: a module may do without. */
function unresolved(
  { path: specifier, resolveDir }: OnResolveArgs,
  resolver: Resolver,
): OnResolveResult | undefined {
  const { place, found } = resolver;
  const looked: Lookup[] = [];
  const name = packageName(specifier);
  const directory = findPackage(resolveDir, name, looked) ?? findPackage(place, name, looked);
  found.looked.push(...looked);
  if (directory === null && specifier === ARROW_MODULE) return { path: specifier, namespace: OWN_NAMESPACE };
  // The bundler's own words are best for what is in the project.
  if (specifier.startsWith('#') || (directory !== null && !isInstalled(directory))) return undefined;
  const closure = directory === null ? null : closureIn(directory, resolver);
  const special = closure === null ? null : specialOf(closure, resolver);
  if (special !== null) return refused(special);
  found.external.set(specifier, closure);
  return { path: specifier, external: true };
}

/** Whether Node, asked for the same name from where the bundle lies, loads the same file. */
function nodeFinds(
  specifier: string,
  file: string,
  directory: string,
  { place, conditions, found }: Resolver,
): boolean {
  const installed = packageDirectory(file);
  const mapped = mappedCandidates(tsconfigFor(directory), specifier).some(isInstalled);
  if (mapped || specifier.startsWith('#')) return false;
  if (findPackage(place, packageName(specifier), found.looked) !== installed) return false;
  const { text } = readManifest(installed);
  return !conditions.some((condition) => text.includes(JSON.stringify(condition)));
}

function specialOf({ directories }: Closure, { special }: Resolver): string | null {
  for (const directory of directories) {
    if (!special.has(directory)) special.set(directory, specialInPackage(directory));
    const found = special.get(directory) ?? null;
    if (found !== null) return found;
  }
  return null;
}

function closureIn(directory: string, { closures, found }: Resolver): Closure {
  const known = closures.get(directory);
  if (known !== undefined) return known;
  const closure = closureOf(directory);
  closures.set(directory, closure);
  found.looked.push(...closure.looked);
  return closure;
}

function fromPlace(place: string, file: string): string {
  return relative(place, file).split(sep).join('/');
}
