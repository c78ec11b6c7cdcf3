import { isDigest, type Digest } from '../digest.ts';
import { canonicalJson, isMapping, own, type Json, type JsonObject } from '../json.ts';
import type { Action, StageAction, WorkAction } from './action.ts';
import { inputReasons, type InputNames } from './input-reason.ts';
import type { Reason } from './reason.ts';

/** A source file, and which of its functions, methods and named values differ, where that is known. */
export interface ChangedSource {
  readonly path: string;
  readonly parts: readonly string[];
}

/** What the comparison cannot see in two actions. */
export interface ReasonContext {
  /** Source files whose meaning differs between two code digests. */
  readonly changedSources: (before: Digest, after: Digest) => readonly ChangedSource[];
  readonly inputs: InputNames;
  /** The keys under which the file gives a parameter, from those that the stage sees it under. */
  readonly given: (keys: readonly string[]) => readonly string[];
}

/** Everything that differs between what was built and what would be built now. */
export function reasonsBetween(before: Action, after: Action, context: ReasonContext): readonly Reason[] {
  return [
    ...workReasons(before.stage.work, after.stage.work, context),
    ...parameterReasons(before.stage.params, after.stage.params, context.given),
    ...axisReasons(before, after),
    ...inputReasons(before.task.inputs, after.task.inputs, context.inputs),
    ...named('package', before.stage.packages, after.stage.packages),
    ...named('toolchain', before.stage.toolchain, after.stage.toolchain),
    ...environmentReasons(before.stage.env, after.stage.env),
    ...outputReasons(before.stage, after.stage),
    ...engineReasons(before.stage, after.stage),
  ];
}

function workReasons(before: WorkAction, after: WorkAction, context: ReasonContext): Reason[] {
  if (before.kind === 'use' && after.kind === 'use') {
    if (before.code === null || after.code === null) return [];
    return codeReasons(before.code, after.code, context);
  }
  const [old, now] = [commandText(before), commandText(after)];
  const command: Reason[] = old === now ? [] : [{ reason: 'command', before: old, after: now }];
  if (before.kind !== 'cmd' || after.kind !== 'cmd') return command;
  return [...command, ...codeReasons(before.code, after.code, context)];
}

function codeReasons(
  before: Digest | undefined,
  after: Digest | undefined,
  context: ReasonContext,
): Reason[] {
  if (before === after) return [];
  if (before === undefined || after === undefined) {
    return [{ reason: 'code', ...(before && { before }), ...(after && { after }), files: [] }];
  }
  const changed = context.changedSources(before, after);
  const parts = Object.fromEntries(
    changed.flatMap(({ path, parts }) => (parts.length === 0 ? [] : [[path, parts]])),
  );
  const files = changed.map(({ path }) => path);
  return [{ reason: 'code', before, after, files, ...(Object.keys(parts).length > 0 && { parts }) }];
}

function commandText(work: WorkAction): string {
  if (work.kind === 'use') return `use ${work.code ?? '…'}`;
  const { command, cwd, shell } = work as Partial<typeof work>;
  const place = cwd === undefined || cwd === '' || cwd === '.' ? [] : [`in ${cwd}`];
  // Recorded before lines that fail were the end of a command.
  const by = shell === undefined ? ['past lines that failed'] : shell === 'sh' ? [] : [`by ${shell}`];
  const how = [...place, ...by];
  return how.length === 0 ? command! : `(${how.join(', ')}) ${command!}`;
}

function parameterReasons(
  before: JsonObject,
  after: JsonObject,
  given: ReasonContext['given'] = (keys) => keys,
): Reason[] {
  return differences(before, after, []).map(({ keys, before, after }) => ({
    reason: 'parameter',
    path: given(keys).join('.'),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  }));
}

/** A task's point is part of its id, but `1` and `'1'` print alike; the scan's value before is not. */
function axisReasons(before: Action, after: Action): Reason[] {
  const [old, now] = [before.task, after.task];
  return parameterReasons({ ...old.point, previous: old.previous }, { ...now.point, previous: now.previous });
}

interface Difference {
  readonly keys: readonly string[];
  readonly before?: Json | undefined;
  readonly after?: Json | undefined;
}

function differences(before: JsonObject, after: JsonObject, above: readonly string[]): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [old, now] = [own(before, name), own(after, name)];
    const keys = [...above, name];
    if (isMapping(old) && isMapping(now)) return differences(old, now, keys);
    const same = old !== undefined && now !== undefined && canonicalJson(old) === canonicalJson(now);
    return same ? [] : [{ keys, before: old, after: now }];
  });
}

/** Null where they are not known, and nothing can be said of them. */
type Texts = Readonly<Record<string, string | null>> | null;

type Named<R> = {
  readonly reason: R;
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
};

function named<R extends 'package' | 'toolchain' | 'environment'>(
  reason: R,
  before: Texts,
  after: Texts,
): Named<R>[] {
  if (before === null || after === null) return [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => (own(before, name) ?? null) !== (own(after, name) ?? null))
    .map((name) => ({
      reason,
      name,
      ...optional('before', own(before, name)),
      ...optional('after', own(after, name)),
    }));
}

/** Digests; what was recorded before they were, may be a secret. */
function environmentReasons(before: StageAction['env'], after: StageAction['env']): Reason[] {
  return named('environment', before, after).map((reason) =>
    reason.before === undefined || isDigest(reason.before)
      ? reason
      : { reason: 'environment', name: reason.name },
  );
}

function optional<K extends string>(key: K, value: string | null | undefined): Partial<Record<K, string>> {
  return (value == null ? {} : { [key]: value }) as Partial<Record<K, string>>;
}

function outputReasons(before: StageAction, after: StageAction): Reason[] {
  return canonicalJson(before.outputs) === canonicalJson(after.outputs)
    ? []
    : [{ reason: 'outputs-declared' }];
}

function engineReasons(before: StageAction, after: StageAction): Reason[] {
  if (before.version === after.version) return [];
  return [
    { reason: 'toolchain', name: 'pipe', before: String(before.version), after: String(after.version) },
  ];
}
