import { isMapping, type Json, type JsonObject } from '../json.ts';
import { orderStages } from './axes.ts';
import { axisEntries, type AxisEntries, type ListFiles } from './axis-entries.ts';
import type { ChoiceNote } from './choice.ts';
import { commandLineDiagnostic, inOrder, type Diagnostic, type Problem } from './diagnostic.ts';
import { readYaml } from './document.ts';
import type { RawManifest } from './grammar.ts';
import type { Manifest, Stage } from './manifest.ts';
import { writtenAxes } from './matrix.ts';
import { checkName } from './name.ts';
import { withParamsFile, type ReadFile } from './params-file.ts';
import { mergedOver, readSetting, strangers, withSetting, type Setting } from './params.ts';
import { readRemote } from './remote.ts';
import { readSites } from './sites.ts';
import { FAILED, resolverOf, type Note, type Report, type Resolver } from './reference.ts';
import { usualPlace } from './path.ts';
import { shaped } from './shape.ts';
import { readOwnResources } from './resources.ts';
import { readShell, SHELL } from './shell.ts';
import { checkPassEnv, readStage } from './stage.ts';
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

/** Reads a manifest from its text. All mistakes are collected, in the order of the file. */
export function loadManifest(text: string, options: LoadOptions): Loaded {
  const yaml = readYaml(text, options.file);
  if (yaml.diagnostics.length > 0) return { ok: false, diagnostics: inOrder(yaml.diagnostics) };
  const { value, file, diagnostics: misread } = withParamsFile(yaml, options.read ?? (() => null));
  if (misread.length > 0) return { ok: false, diagnostics: inOrder(misread) };
  const problems: Problem[] = [];
  const { profile, params, settings, diagnostics } = layered(value, options, problems);
  const entries = entriesOf(value, params, options.list ?? (() => []), problems);
  const source = sourceOf(yaml, profile, settings, file?.yaml ?? null, (...of) => entries.placeOf(...of));

  const assembly = assembled(value, profile, params, entries, problems);
  const { experiment = null } = options;
  const place = experiment === null ? {} : { artifacts: `artifacts/.experiments/${experiment}` };
  const manifest = assembly && { ...assembly, ...place, experiment, paramsFile: file?.path ?? null };
  const all = inOrder([...problems.map((problem) => source.diagnose(problem)), ...diagnostics]);
  if (manifest === null || all.some(({ severity }) => severity === 'error'))
    return { ok: false, diagnostics: all };
  return { ok: true, manifest, source, warnings: all };
}

interface Layered {
  readonly profile: string;
  readonly params: JsonObject;
  readonly settings: readonly Setting[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The base, the profile merged over it, and what `--set` says, in that order. */
function layered(value: Json, { profile = DEFAULT, sets = [] }: LoadOptions, problems: Problem[]): Layered {
  const raw = (mapping(value) ?? {}) as { params?: Json; profiles?: Json };
  const base = mapping(raw.params) ?? {};
  const profiles = mapping(raw.profiles) ?? {};
  const diagnostics: Diagnostic[] = [];
  if (profile !== DEFAULT && !Object.hasOwn(profiles, profile)) {
    const names = Object.keys(profiles);
    const near = nearest(profile, names);
    const hint = near === undefined ? `profiles: ${listed(names)}` : `did you mean \`${near}\`?`;
    diagnostics.push(
      commandLineDiagnostic(`--profile ${profile}`, profile, `there is no profile \`${profile}\``, hint),
    );
  }
  const overlay = mapping(mapping(profiles[profile])?.['params']) ?? {};
  for (const [name, held] of Object.entries(profiles)) {
    const theirs = mapping(mapping(held)?.['params']);
    if (theirs) problems.push(...strangers(base, theirs, ['profiles', name, 'params']));
  }
  let params = mergedOver(base, overlay);
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
  return { profile, params, settings, diagnostics };
}

function mapping(value: Json | undefined): JsonObject | null {
  return isMapping(value) ? value : null;
}

/** Null when the file as a whole is not shaped like a manifest. */
function assembled(
  value: Json,
  profile: string,
  params: JsonObject,
  entries: AxisEntries,
  problems: Problem[],
): Omit<Manifest, 'paramsFile' | 'experiment'> | null {
  const report = (problem: Problem): void => void problems.push(problem);
  const resolver = resolverOf(params, report, entries.fields);
  const { resolved, failed, choices } = withoutReferences(value, resolver);
  const { raw, broken, problems: misshapen } = shaped(resolved);
  problems.push(...misshapen);
  if (raw === null) return null;
  checkProfiles(raw, report);
  if (Object.keys(raw.stages).length + broken.size === 0) {
    problems.push({ path: ['stages'], part: 'key', message: 'there are no stages' });
  }

  const shell = readShell(raw.shell ?? SHELL, ['shell'], report);
  const resources = readOwnResources(raw.resources, report);
  const passEnv = raw.passEnv ?? [];
  checkPassEnv(passEnv, report);

  // A stage that has a mistake already is not blamed for what may follow from that.
  const doubtful = new Set([...broken, ...failed]);
  const stages: Stage[] = [];
  const { python } = raw;
  for (const [name, stage] of Object.entries(raw.stages)) {
    const before = problems.length;
    const references = { resolver, choices: choices.get(name) ?? [], entries };
    stages.push(readStage(name, stage, references, { shell, passEnv, python, resources }, report));
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
    resources,
    doctor: raw.doctor ?? null,
    remote,
    ...(raw.sites && { sites: readSites(raw.sites, ['sites'], report) }),
    stages,
  };
}

/** What values of axes hold, which references in stages may ask for: known before any of these is replaced. */
function entriesOf(value: Json, params: JsonObject, list: ListFiles, problems: Problem[]): AxisEntries {
  // What cannot be resolved is said where the stages are read.
  const resolver = resolverOf(params, () => undefined);
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
    return [name, writtenAxes(name, written)] as const;
  });
  const entries = axisEntries(stages, list, (problem) => void problems.push(problem));
  for (const axis of Object.keys(entries.fields)) {
    if (!Object.hasOwn(params, axis)) continue;
    const message = `\`${axis}\` is also an axis whose values have fields: \`\${${axis}}\` could be either`;
    problems.push({ path: ['params', axis], part: 'key', message, hint: 'rename one of them' });
  }
  return entries;
}

interface Replaced {
  readonly resolved: Json;
  /** Stages with references that could not be replaced. */
  readonly failed: ReadonlySet<string>;
  /** By stage. */
  readonly choices: ReadonlyMap<string, readonly ChoiceNote[]>;
}

/** References in stages replaced, except in commands, where `$` is the shell's, and those that need a task. */
function withoutReferences(value: Json, resolver: Resolver): Replaced {
  const failed = new Set<string>();
  const choices = new Map<string, ChoiceNote[]>();
  const top = mapping(value);
  const stages = mapping(top?.['stages']);
  if (top === null || stages === null) return { resolved: value, failed, choices };
  const resolvedStages: Record<string, Json> = {};
  for (const [name, stage] of Object.entries(stages)) {
    const { cmd, ...fields } = mapping(stage) ?? {};
    const resolved = isMapping(stage) ? withoutFailures(fields, ['stages', name], 1) : stage;
    resolvedStages[name] = isMapping(resolved) && cmd !== undefined ? { ...resolved, cmd } : resolved;
  }
  return { resolved: { ...top, stages: resolvedStages }, failed, choices };

  /** What cannot be resolved is left out: an entry of `inputs`, a field. */
  function withoutFailures(fields: JsonObject, path: readonly string[], levels: number): JsonObject {
    const kept: Record<string, Json> = {};
    for (const [key, field] of Object.entries(fields)) {
      const here = [...path, key];
      if (levels > 0 && isMapping(field) && key !== 'scan') {
        kept[key] = withoutFailures(field, here, levels - 1);
        continue;
      }
      const replaced = resolver.resolve(field, here, noteIn(choices));
      if (replaced === FAILED) failed.add(path[1]!);
      else kept[key] = replaced;
    }
    return kept;
  }
}

/** A task's axes are known in the parameters of its stage and in the paths that it reads. */
function noteIn(choices: Map<string, ChoiceNote[]>): Note {
  return ([, stage, ...path], choice) => {
    const [field, , part, ...more] = path;
    const isPath = more.length === 0 && (part === undefined || part === 'path' || part === 'glob');
    const isPart = path.length > 1 && (field === 'params' || (field === 'inputs' && isPath));
    if (!isPart && !(field === 'when' && path.length < 3)) return false;
    const noted = choices.get(String(stage)) ?? [];
    choices.set(String(stage), [...noted, { path, choice }]);
    return true;
  };
}

/** The outputs of a profile lie beside those of the default one, in a directory of the profile's name. */
function checkProfiles(raw: RawManifest, report: Report): void {
  for (const name of Object.keys(raw.profiles ?? {})) {
    const path = ['profiles', name];
    checkName(name, 'profile', { path, part: 'key' }, report);
    if (name === DEFAULT) continue;
    const hint = `the outputs of profile \`${name}\` lie in artifacts/${name}/`;
    for (const [stage, { outputs = {} }] of Object.entries(raw.stages)) {
      if (stage === name) {
        report({ path, part: 'key', message: `\`${name}\` is also the name of a stage`, hint });
        continue;
      }
      for (const [output, written] of Object.entries(outputs)) {
        if (!written.startsWith(`${name}/`) || written.length === name.length + 1) continue;
        const message = `\`${name}\` is also the name of a profile`;
        report({ path: ['stages', stage, 'outputs', output], within: name, message, hint });
      }
    }
  }
}
