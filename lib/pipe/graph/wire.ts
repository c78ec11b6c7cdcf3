import type { Json, JsonObject, Point } from '../json.ts';
import { patternText } from '../manifest/axis-value.ts';
import { axesIn, chosenAt, type Choice } from '../manifest/choice.ts';
import { normalPattern } from '../manifest/input.ts';
import type { InputSource } from '../manifest/manifest.ts';
import { normalPath } from '../manifest/path.ts';
import { templateOf } from '../manifest/template.ts';
import type { TaskSource } from './graph.ts';
import { fillerOf, perPoint, type Digits, type Filling, type Layout, type Rows } from './layout.ts';

/** One input of a stage: from the positions of a task on the axes to what the task reads. */
export interface Wire {
  readonly name: string;
  /** `follows`: the task continues the one before it in the list. */
  readonly sourcesAt: (digits: Digits, index: number, follows: boolean) => readonly TaskSource[];
}

const NOWHERE: Point = {};
const NO_SOURCES: readonly TaskSource[] = [];

/** The declared inputs in their order, then the carried ones. */
export function wiresOf(layout: Layout, layouts: ReadonlyMap<string, Layout>, params: JsonObject): Wire[] {
  const { stage } = layout;
  const declared = stage.inputs.map(({ name, source }): Wire => {
    return { name, sourcesAt: sourcesOf(source, layout, { layouts, params }) };
  });
  const carried = (stage.scan?.carry ?? []).map(({ input, output }): Wire => {
    const position = outputOf(layout, output);
    // The scan is the last axis, so that the segment before is the task before.
    return {
      name: input,
      sourcesAt: (_, index, follows) =>
        follows ? [{ kind: 'output', task: index - 1, output: position, point: NOWHERE }] : NO_SOURCES,
    };
  });
  return [...declared, ...carried];
}

function outputOf({ stage }: Layout, name: string): number {
  return stage.outputs.findIndex((output) => output.name === name);
}

function sourcesOf(
  source: InputSource,
  layout: Layout,
  { layouts, params }: { readonly layouts: ReadonlyMap<string, Layout>; readonly params: JsonObject },
): Wire['sourcesAt'] {
  switch (source.kind) {
    case 'output':
      return outputsOf(source, layout, layouts.get(source.stage)!);
    case 'path': {
      const { path, external } = source;
      if (path === null) return () => NO_SOURCES;
      const pathAt =
        typeof path === 'string'
          ? textOf(path, layout, String)
          : chosenText(path, layout, params, [normalPath, String]);
      return (digits) => {
        const at = pathAt(digits);
        return at === null ? NO_SOURCES : [{ kind: 'path', path: at, external }];
      };
    }
    case 'glob': {
      const { pattern } = source;
      const patternAt =
        typeof pattern === 'string'
          ? textOf(pattern, layout, patternText)
          : chosenText(pattern, layout, params, [normalPattern, patternText]);
      return (digits) => [{ kind: 'glob', pattern: patternAt(digits)! }];
    }
  }
}

type TextAt = (digits: Digits) => string | null;

function textOf(text: string, layout: Layout, filling: Filling): TextAt {
  return fillerOf(layout, templateOf(text), filling);
}

/** What is chosen may itself hold `{axis}`. */
function chosenText(
  choice: Choice,
  layout: Layout,
  params: JsonObject,
  [normal, filling]: readonly [(text: string) => string, Filling],
): TextAt {
  const fillAt = perPoint(layout, axesIn(choice), (point): TextAt => {
    const value: Json | undefined = chosenAt(choice, params, point);
    return typeof value === 'string' ? textOf(normal(value), layout, filling) : () => null;
  });
  return (digits) => fillAt(digits)(digits);
}

type OutputSource = Extract<InputSource, { kind: 'output' }>;

/** Joined axes have equal values in both stages, so a position here is a position there. */
function outputsOf(source: OutputSource, layout: Layout, producer: Layout): Wire['sourcesAt'] {
  const output = outputOf(producer, source.output);
  const file = source.file === undefined ? {} : { file: source.file };
  if (producer.rows !== null)
    return someOutputs(source, layout, producer, producer.rows, { output, ...file });
  let fixed = producer.base;
  let gathered: readonly { readonly offset: number; readonly point: Point }[] = [
    { offset: 0, point: NOWHERE },
  ];
  const joined: { readonly axis: number; readonly stride: number }[] = [];
  for (const [theirs, { name, values }] of producer.axes.entries()) {
    const stride = producer.strides[theirs]!;
    const at = Object.hasOwn(source.at, name) ? source.at[name] : undefined;
    if (at !== undefined) {
      fixed += values.indexOf(at) * stride;
    } else if (source.gather.includes(name)) {
      gathered = gathered.flatMap(({ offset, point }) =>
        values.map((value, position) => ({
          offset: offset + position * stride,
          point: { ...point, [name]: value },
        })),
      );
    } else {
      joined.push({ axis: layout.axes.findIndex((axis) => axis.name === name), stride });
    }
  }
  return (digits) => {
    let task = fixed;
    for (const { axis, stride } of joined) task += digits[axis]! * stride;
    return gathered.map(({ offset, point }) => ({
      kind: 'output',
      task: task + offset,
      output,
      point,
      ...file,
    }));
  };
}

/** The same where the producer has not all combinations: tasks by their place on the axes that are joined. */
function someOutputs(
  { gather, at }: OutputSource,
  layout: Layout,
  { axes, base }: Layout,
  rows: Rows,
  each: { readonly output: number; readonly file?: string },
): Wire['sourcesAt'] {
  const places = [...axes.entries()];
  const fixed = places.filter(([, { name }]) => Object.hasOwn(at, name));
  const gathered = places.filter(([, { name }]) => gather.includes(name));
  const joined = places.filter(([, { name }]) => !gather.includes(name) && !Object.hasOwn(at, name));
  const ours = joined.map(([, { name }]) => layout.axes.findIndex((axis) => axis.name === name));
  const found = new Map<string, TaskSource[]>();
  for (const [local, row] of rows.entries()) {
    if (fixed.some(([theirs, { name, values }]) => values[row[theirs]!] !== at[name])) continue;
    const key = joined.map(([theirs]) => row[theirs]).join();
    const point = Object.fromEntries(
      gathered.map(([theirs, { name, values }]) => [name, values[row[theirs]!]!]),
    );
    const sources = found.get(key) ?? [];
    sources.push({ kind: 'output', task: base + local, point, ...each });
    found.set(key, sources);
  }
  return (digits) => found.get(ours.map((axis) => digits[axis]).join()) ?? NO_SOURCES;
}
