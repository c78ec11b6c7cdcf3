import { isMapping, type Json, type JsonObject } from '../json.ts';
import { orderStages } from './axes.ts';
import { axisEntries, type AxisEntries, type ListFiles } from './axis-entries.ts';
import { commonsOf } from './commons.ts';
import { commandLineDiagnostic, inOrder, type Diagnostic, type Path, type Problem } from './diagnostic.ts';
import type { RawManifest } from './grammar.ts';
import { allStages, FILES, pathIn, readFiles, type ManifestFile, type StageOrigin } from './include.ts';
import { clashes, givenIn, layersOf, mergedLayers, type Layer } from './layers.ts';
import type { Manifest, Stage } from './manifest.ts';
import { writtenAxes } from './matrix.ts';
import { checkName } from './name.ts';
import type { ReadFile } from './params-file.ts';
import { readSetting, strangers, withSetting, type Setting } from './params.ts';
import { readRemote } from './remote.ts';
import { readSites } from './sites.ts';
import { FAILED, resolverOf, type Report } from './reference.ts';
import { withFilesOfAxes } from './relocate.ts';
import { inTheWhole, withoutReferences } from './replaced.ts';
import { usualPlace } from './path.ts';
import { shaped } from './shape.ts';
import { readStage, writtenPath } from './stage.ts';
import { sourceOf, type Source } from './source.ts';
import { listed, nearest } from './suggest.ts';

export interface LoadOptions {
  /** The name to print in diagnostics. */
  readonly file: string;
  /** From `--profile`; the profile `default`, if there is one, applies when none is asked for. */
  readonly profile?: string | undefined;
  /** From `--as`: an experiment has its outputs in a place of their own. */
  readonly experiment?: string | null | undefined;
  /** From `--set`, each `path=value`; later ones win. */
  readonly sets?: readonly string[];
  /** Reads the file that `params` may name; without it there is none. */
  readonly read?: ReadFile;
  /** Finds the files that are values of an axis; without it there are none. */
  readonly list?: ListFiles;
}

export type Loaded =
  | {
      readonly ok: true;
      readonly manifest: Manifest;
      readonly source: Source;
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const DEFAULT = 'default';

/** Reads a manifest from its text. All mistakes are collected, in the order of the files. */
export function loadManifest(text: string, options: LoadOptions): Loaded {
  const { files, diagnostics: misread } = readFiles(text, options.file, options.read ?? (() => null));
  if (misread.length > 0) return { ok: false, diagnostics: inOrder(misread) };
  const problems: Problem[] = [];
  const { stages, origins, problems: twice } = allStages(files);
  problems.push(...twice);
  const { profile, params, settings, layers, diagnostics } = layered(files, options, problems);
  const parts: Parts = {
    files,
    origins,
    value: wholeOf(files, stages),
    params,
    scopeAt: ([first, ...path]) => {
      if (first === 'params') return givenIn(layers, settings, path.map(String))?.scope ?? [];
      const origin = first === 'stages' ? origins.get(String(path[0])) : undefined;
      return files[origin?.file ?? 0]?.prefix ?? [];
    },
  };
  const entries = entriesOf(parts, options.list ?? (() => []), problems);
  const placeOfValue = (axis: string, value: string) => entries.placeOf(axis, value);
  const source = sourceOf({ files, origins, layers, settings, params, placeOfValue });

  const assembly = assembled(parts, profile, entries, problems);
  const { experiment = null } = options;
  const place = experiment === null ? {} : { artifacts: `artifacts/.experiments/${experiment}` };
  const read = { paramsFile: files[0]?.params?.path ?? null, included: includedBy(files) };
  const manifest = assembly && { ...assembly, ...place, experiment, ...read };
  const all = inOrder([...problems.map((problem) => source.diagnose(problem)), ...diagnostics]);
  if (manifest === null || all.some(({ severity }) => severity === 'error'))
    return { ok: false, diagnostics: all };
  return { ok: true, manifest, source, warnings: all };
}

/** What is read of all files together. */
interface Parts {
  readonly files: readonly ManifestFile[];
  readonly origins: ReadonlyMap<string, StageOrigin>;
  /** The project's own file with the stages of all. */
  readonly value: Json;
  /** With profile and settings, references not yet replaced. */
  readonly params: JsonObject;
  /** Where names at a path are looked for first. */
  readonly scopeAt: (path: Path) => readonly string[];
}

/** What is no mapping stays as it is, so that it can be told. */
function wholeOf([top, ...more]: readonly ManifestFile[], stages: JsonObject): Json {
  const value = top?.value ?? null;
  if (!isMapping(value)) return value;
  const own = value['stages'] ?? (value['include'] === undefined ? undefined : {});
  return more.length > 0 && isMapping(own ?? null)
    ? { ...value, stages }
    : { ...value, ...(own !== undefined && { stages: own }) };
}

function includedBy([, ...more]: readonly ManifestFile[]): Manifest['included'] {
  return more.map(({ path, prefix, params }) => ({ path, prefix, params: params?.path ?? null }));
}

interface Layered {
  readonly profile: string;
  readonly params: JsonObject;
  readonly settings: readonly Setting[];
  readonly layers: readonly Layer[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The parameters of the files, profiles merged over them, and what `--set` says, in that order. */
function layered(
  files: readonly ManifestFile[],
  { profile = DEFAULT, sets = [] }: LoadOptions,
  problems: Problem[],
): Layered {
  const profiles = mapping(mapping(files[0]?.value)?.['profiles']) ?? {};
  const diagnostics: Diagnostic[] = [];
  if (profile !== DEFAULT && !Object.hasOwn(profiles, profile)) {
    const names = Object.keys(profiles);
    const near = nearest(profile, names);
    const hint = near === undefined ? `profiles: ${listed(names)}` : `did you mean \`${near}\`?`;
    diagnostics.push(
      commandLineDiagnostic(`--profile ${profile}`, profile, `there is no profile \`${profile}\``, hint),
    );
  }
  for (const [file, { value }] of files.entries()) {
    const top = mapping(value);
    for (const [name, held] of Object.entries(mapping(top?.['profiles']) ?? {})) {
      const theirs = mapping(mapping(held)?.['params']);
      if (!theirs) continue;
      const path = pathIn(file, ['profiles', name, 'params']);
      problems.push(...strangers(withInner(files, file), theirs, path));
    }
  }
  const layers = layersOf(files, profile);
  problems.push(...clashes(files, layers));
  let params = mergedLayers(layers);
  const settings: Setting[] = [];
  for (const argument of sets) {
    const setting = readSetting(argument, params);
    if (!setting.ok) {
      diagnostics.push(...setting.diagnostics);
      continue;
    }
    settings.push(setting);
    params = withSetting(params, setting.path, setting.value);
  }
  return { profile, params, settings, layers, diagnostics };
}

/** The parameters that a profile of a file may give: its own, and those of what it includes. */
function withInner(files: readonly ManifestFile[], file: number): JsonObject {
  const { prefix } = files[file]!;
  const isInside = (at: number): boolean => {
    const by = at === file ? file : files[at]!.by;
    return by !== null && (by === file || isInside(by));
  };
  const inside = files.flatMap((each, at) =>
    isInside(at) ? [{ ...each, prefix: each.prefix.slice(prefix.length) }] : [],
  );
  return mergedLayers(layersOf(inside, ''));
}

function mapping(value: Json | undefined): JsonObject | null {
  return isMapping(value) ? value : null;
}

/** Null when the file as a whole is not shaped like a manifest. */
function assembled(
  { files, origins, value, params, scopeAt }: Parts,
  profile: string,
  entries: AxisEntries,
  problems: Problem[],
): Omit<Manifest, 'paramsFile' | 'included' | 'experiment'> | null {
  const report = (problem: Problem): void => void problems.push(problem);
  const resolver = resolverOf(params, report, entries.fields, scopeAt);
  const replaced = withoutReferences(value, resolver);
  const { resolved, failed, choices } = inTheWhole(replaced, { files, origins, entries });
  const { raw, broken, problems: misshapen } = shaped(resolved);
  problems.push(...misshapen);
  if (raw === null) return null;
  const commons = commonsOf(files, raw, report);
  checkProfiles(files, raw, report);
  const told = problems.some(({ path }) => path[0] === FILES);
  if (Object.keys(raw.stages).length + broken.size === 0 && !told) {
    problems.push({ path: ['stages'], part: 'key', message: 'there are no stages' });
  }

  // A stage that has a mistake already is not blamed for what may follow from that.
  const doubtful = new Set([...broken, ...failed]);
  const stages: Stage[] = [];
  for (const [name, stage] of Object.entries(raw.stages)) {
    const before = problems.length;
    const file = origins.get(name)?.file ?? 0;
    const scoped = resolver.within(files[file]!.prefix);
    const references = { resolver: scoped, choices: choices.get(name) ?? [], entries };
    stages.push(readStage(name, stage, references, commons[file]!, report));
    if (problems.length > before) doubtful.add(name);
  }
  const { fields, globs } = entries;
  const all = { stages, params: { ...params, ...resolver.params }, fields };
  problems.push(...orderStages(all, doubtful).problems);
  const remote = raw.remote === undefined ? null : readRemote(raw.remote, ['remote'], true, report);
  return {
    profile,
    artifacts: usualPlace(profile),
    params: resolver.params,
    fields,
    globs,
    resources: commons[0]!.resources,
    doctor: raw.doctor ?? null,
    remote,
    ...(raw.sites && { sites: readSites(raw.sites, ['sites'], report) }),
    stages,
  };
}

/** What values of axes hold, which references in stages may ask for: known before any of these is replaced. */
function entriesOf(
  { files, origins, value, params, scopeAt }: Parts,
  list: ListFiles,
  problems: Problem[],
): AxisEntries {
  // What cannot be resolved is said where the stages are read.
  const resolver = resolverOf(params, () => undefined, {}, scopeAt);
  const stages = Object.entries(mapping(mapping(value)?.['stages']) ?? {}).map(([name, stage]) => {
    const { matrix = null, scan = null } = mapping(stage) ?? {};
    const resolve = (held: Json, path: readonly string[]): Json => {
      const resolved = resolver.resolve(held, path);
      return resolved === FAILED ? null : resolved;
    };
    const partsOf = (held: Json, key: string): Json => {
      const whole = typeof held === 'string' ? resolve(held, ['stages', name, key]) : held;
      if (!isMapping(whole)) return null;
      return Object.fromEntries(
        Object.entries(whole).map(([part, inner]) => [part, resolve(inner, ['stages', name, key, part])]),
      );
    };
    const written = { matrix: partsOf(matrix, 'matrix'), scan: partsOf(scan, 'scan') };
    const { directory } = files[origins.get(name)?.file ?? 0]!;
    return [name, writtenAxes(name, withFilesOfAxes(written, directory))] as const;
  });
  const entries = axisEntries(stages, list, (problem) => void problems.push(problem));
  for (const axis of Object.keys(entries.fields)) {
    if (!Object.hasOwn(params, axis)) continue;
    const message = `\`${axis}\` is also an axis whose values have fields: \`\${${axis}}\` could be either`;
    problems.push({ path: ['params', axis], part: 'key', message, hint: 'rename one of them' });
  }
  return entries;
}

/** The outputs of a profile lie beside those of the default one, in a directory of the profile's name. */
function checkProfiles(files: readonly ManifestFile[], raw: RawManifest, report: Report): void {
  const named = files.flatMap(({ value }, file) =>
    Object.keys(mapping(mapping(value)?.['profiles']) ?? {}).map((name) => ({ name, file })),
  );
  for (const { name, file } of named) {
    const path = pathIn(file, ['profiles', name]);
    checkName(name, 'profile', { path, part: 'key' }, report);
    if (name === DEFAULT) continue;
    const hint = `the outputs of profile \`${name}\` lie in artifacts/${name}/`;
    for (const [stage, { outputs = {} }] of Object.entries(raw.stages)) {
      if (stage === name) {
        report({ path, part: 'key', message: `\`${name}\` is also the name of a stage`, hint });
        continue;
      }
      for (const [output, declared] of Object.entries(outputs)) {
        const written = writtenPath(declared);
        if (!written.startsWith(`${name}/`) || written.length === name.length + 1) continue;
        const message = `\`${name}\` is also the name of a profile`;
        report({ path: ['stages', stage, 'outputs', output], within: name, message, hint });
      }
    }
  }
}
