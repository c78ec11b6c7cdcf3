import { isMapping, type Json, type JsonObject, type Point } from '../json.ts';
import { axesIn, chosenAt, keysAt, loneReference } from '../manifest/choice.ts';
import type { Path } from '../manifest/diagnostic.ts';
import type { Stage } from '../manifest/manifest.ts';
import { perPoint, type Digits, type Layout } from './layout.ts';

/** The parameters of a task, and where the file gives them. */
export interface TaskParams {
  readonly values: JsonObject;
  readonly origins: readonly Origin[];
}

/** What stands under the keys `at` is what the file's `params` have under `from`. */
interface Origin {
  readonly at: Path;
  readonly from: readonly string[];
}

/** The parameters of each task of a stage. Every value that is chosen was found to be there. */
export function paramsOf(layout: Layout, params: JsonObject): (digits: Digits) => TaskParams {
  const { stage } = layout;
  const axes = stage.references.flatMap(({ choice }) => axesIn(choice));
  return perPoint(layout, axes, (point) => ({
    values: valuesAt(stage, params, point),
    origins: stage.references.flatMap(({ at, choice }) => {
      const reference = loneReference(choice);
      return reference === undefined ? [] : [{ at, from: keysAt(reference, point) }];
    }),
  }));
}

function valuesAt({ params, references }: Stage, all: JsonObject, point: Point): JsonObject {
  let values: Json = { ...params };
  for (const { at, choice } of references) {
    if (axesIn(choice).length > 0) values = withValue(values, at, chosenAt(choice, all, point)!);
  }
  return values as JsonObject;
}

function withValue(holder: Json, [key, ...rest]: Path, value: Json): Json {
  if (key === undefined) return value;
  if (Array.isArray(holder)) {
    const list = holder as readonly Json[];
    return list.map((held, index) => (index === key ? withValue(held, rest, value) : held));
  }
  const mapping = isMapping(holder) ? holder : {};
  return { ...mapping, [key]: withValue(mapping[key] ?? null, rest, value) };
}

/** The keys under which the file gives the path of an input of the task at a point, where an axis chooses it. */
export function pathGivenUnder({ inputs }: Stage, point: Point, input: string): Path | undefined {
  const source = inputs.find(({ name }) => name === input)?.source;
  if (source === undefined || source.kind === 'output') return undefined;
  const written = source.kind === 'path' ? source.path : source.pattern;
  const reference = written === null || typeof written === 'string' ? undefined : loneReference(written);
  return reference && keysAt(reference, point);
}

/** The keys under which the file gives a parameter of a task; undefined for one that its stage itself gives. */
export function givenUnder({ origins }: TaskParams, keys: Path): Path | undefined {
  const origin = origins.findLast(({ at }) => at.every((key, position) => key === keys[position]));
  return origin && [...origin.from, ...keys.slice(origin.at.length)];
}
