import { isMapping, type Json, type JsonObject } from '../json.ts';
import type { AxisEntries } from './axis-entries.ts';
import { axesIn, type ChoiceNote } from './choice.ts';
import { stageMeant, type ManifestFile, type StageOrigin } from './include.ts';
import { relocated, relocatedChoices } from './relocate.ts';
import { FAILED, type Note, type Resolver } from './reference.ts';

export interface Replaced {
  readonly resolved: Json;
  /** Stages with references that could not be replaced. */
  readonly failed: ReadonlySet<string>;
  /** By stage. */
  readonly choices: ReadonlyMap<string, readonly ChoiceNote[]>;
}

/** References in stages replaced, except in commands, where `$` is the shell's, and those that need a task. */
export function withoutReferences(value: Json, resolver: Resolver): Replaced {
  const failed = new Set<string>();
  const choices = new Map<string, ChoiceNote[]>();
  const stages = isMapping(value) ? (value['stages'] ?? null) : null;
  if (!isMapping(value) || !isMapping(stages)) return { resolved: value, failed, choices };
  const resolvedStages: Record<string, Json> = {};
  for (const [name, stage] of Object.entries(stages)) {
    const { cmd, ...fields } = isMapping(stage) ? stage : {};
    const resolved = isMapping(stage) ? withoutFailures(fields, ['stages', name], 1) : stage;
    resolvedStages[name] = isMapping(resolved) && cmd !== undefined ? { ...resolved, cmd } : resolved;
  }
  return { resolved: { ...value, stages: resolvedStages }, failed, choices };

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

/** The same with what included files name as it is named in the whole: paths from the project, stages with prefixes. */
export function inTheWhole(
  { resolved, failed, choices }: Replaced,
  {
    files,
    origins,
    entries,
  }: {
    readonly files: readonly ManifestFile[];
    readonly origins: ReadonlyMap<string, StageOrigin>;
    readonly entries: AxisEntries;
  },
): Replaced {
  const stages = isMapping(resolved) ? (resolved['stages'] ?? null) : null;
  if (!isMapping(resolved) || !isMapping(stages)) return { resolved, failed, choices };
  const moved: Record<string, Json> = { ...stages };
  const movedChoices = new Map(choices);
  for (const [name, stage] of Object.entries(stages)) {
    const { file } = origins.get(name) ?? { file: 0 };
    if (file === 0 || !isMapping(stage)) continue;
    const { directory, prefix } = files[file]!;
    const notes = choices.get(name) ?? [];
    const chosen = notes.filter(({ path, choice }) => path[0] === 'inputs' && axesIn(choice).length > 0);
    const meant = (named: string) => stageMeant(named, prefix, (each) => origins.has(each));
    const to = { directory, prefix, stageMeant: meant };
    moved[name] = relocated(stage, to, new Set(chosen.map(({ path }) => String(path[1]))));
    movedChoices.set(name, relocatedChoices(notes, directory, entries));
  }
  return { resolved: { ...resolved, stages: moved }, failed, choices: movedChoices };
}
