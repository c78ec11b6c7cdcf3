import type { Path, Problem } from './diagnostic.ts';
import type { Axis, InputSource, Manifest, Stage, StageInput } from './manifest.ts';
import { withEntries } from './axis-entries.ts';
import { checkChoices, checkConditions } from './chosen.ts';
import { afterPath, fromPath, sorted } from './order.ts';
import { checkOwn, checkPlaceholders } from './placeholder.ts';
import { didYouMean, listed } from './suggest.ts';
import { unreadTemps } from './temp.ts';

/** What follows from the stages together: their order, and the axes each has. */
export interface StageOrder {
  /** What a stage reads stands before it; otherwise in the order of the file. */
  readonly stages: readonly Stage[];
  /**
   * By stage: those of its inputs, in their order, then its matrix, then its scan. Stages whose axes cannot
   * be known because of a mistake are not in it.
   */
  readonly axes: ReadonlyMap<string, readonly Axis[]>;
  readonly problems: readonly Problem[];
}

type OutputSource = Extract<InputSource, { kind: 'output' }>;

/** `broken`: stages of the file that could not be read, about which nothing is said twice. */
export function orderStages(
  { stages, params, fields }: Pick<Manifest, 'stages' | 'params' | 'fields'>,
  broken: ReadonlySet<string> = new Set(),
): StageOrder {
  const problems: Problem[] = [];
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const { order, circular } = sorted(stages, byName, problems);
  const axes = new Map<string, readonly Axis[]>();
  for (const stage of order) {
    const known = stage.inputs.map((input) =>
      checkInput(stage, input, { byName, broken, circular, axes, problems }),
    );
    checkAfter(stage, { byName, broken, problems });
    const joined = joinedAxes(stage, axes, problems);
    if (known.includes(false) || joined === null) continue;
    if (circular.has(stage.name) || broken.has(stage.name)) continue;
    axes.set(stage.name, joined);
    checkPlaceholders(stage, joined, problems);
    const valuesOf = (axis: string): Path => pathOfValues(axis, stage, byName) ?? ['stages', stage.name];
    const facts = { params: withEntries(params, fields), axes: joined, valuesOf };
    checkChoices(stage, facts, (problem) => void problems.push(problem));
    checkConditions(stage, facts, (problem) => void problems.push(problem));
  }
  for (const stage of stages) if (!broken.has(stage.name)) checkOwn(stage, problems);
  if (problems.length + broken.size === 0) problems.push(...unreadTemps(stages));
  return { stages: order, axes, problems };
}

/** Where the values of an axis are written: in the stage, or in one it reads. */
function pathOfValues(axis: string, stage: Stage, byName: ReadonlyMap<string, Stage>): Path | undefined {
  const base: Path = ['stages', stage.name];
  if (stage.scan?.name === axis) return [...base, 'scan', 'values'];
  if (stage.matrix.some(({ name }) => name === axis)) return [...base, 'matrix', axis];
  for (const { source } of stage.inputs) {
    const producer =
      source.kind === 'output' && !source.gather.includes(axis) ? byName.get(source.stage) : undefined;
    const found = producer && pathOfValues(axis, producer, byName);
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Known {
  readonly byName: ReadonlyMap<string, Stage>;
  readonly broken: ReadonlySet<string>;
  readonly circular: ReadonlySet<string>;
  readonly axes: ReadonlyMap<string, readonly Axis[]>;
  readonly problems: Problem[];
}

/** Whether the stages that it comes after are there. */
function checkAfter(
  stage: Stage,
  { byName, broken, problems }: Pick<Known, 'byName' | 'broken' | 'problems'>,
): void {
  for (const [index, before] of stage.after.entries()) {
    if (byName.has(before) || broken.has(before)) continue;
    const names = [...new Set([...byName.keys(), ...broken])];
    problems.push({
      path: afterPath(stage, index),
      message: `there is no stage \`${before}\``,
      hint: didYouMean(before, names) ?? `stages: ${listed(names, 10)}`,
    });
  }
}

/** Whether the axes that come with an input are known. */
function checkInput(stage: Stage, { name, source }: StageInput, known: Known): boolean {
  if (source.kind !== 'output') return true;
  const { byName, broken, circular, axes, problems } = known;
  const path = fromPath(stage, name);
  const producer = byName.get(source.stage);
  if (producer === undefined) {
    if (broken.has(source.stage)) return false;
    const names = [...new Set([...byName.keys(), ...broken])];
    const files =
      didYouMean(source.stage, names) ??
      `stages: ${listed(names)}; a file is \`./${source.stage}.${source.output}\``;
    problems.push({
      path,
      within: source.stage,
      message: `there is no stage \`${source.stage}\``,
      hint: files,
    });
    return false;
  }
  const outputs = producer.outputs.map((output) => output.name);
  if (!outputs.includes(source.output) && !broken.has(producer.name)) {
    const message = `the stage \`${producer.name}\` has no output \`${source.output}\``;
    const hint = didYouMean(source.output, outputs) ?? `it has ${listed(outputs)}`;
    problems.push({ path, within: `.${source.output}`, message, hint });
  }
  const made = producer.outputs.find((output) => output.name === source.output);
  if (source.file !== undefined && made?.directory === false) {
    const place: Path = ['stages', stage.name, 'inputs', name, 'file'];
    const message = `\`${source.stage}.${source.output}\` is a file, with nothing in it`;
    problems.push({ path: place, message, hint: 'an output is a directory when its path ends in a slash' });
  }
  const theirs = axes.get(producer.name);
  if (theirs === undefined || circular.has(producer.name)) return false;
  return checkChosenAxes(stage, name, source, theirs, problems);
}

function checkChosenAxes(
  stage: Stage,
  input: string,
  source: OutputSource,
  theirs: readonly Axis[],
  problems: Problem[],
): boolean {
  const base: Path = ['stages', stage.name, 'inputs', input];
  const names = theirs.map((axis) => axis.name);
  const unknown = (path: Path, axis: string, part?: 'key'): void => {
    const hint =
      didYouMean(axis, names) ?? (names.length > 0 ? `its axes are ${listed(names)}` : 'it has none');
    const message = `\`${source.stage}\` has no axis \`${axis}\``;
    problems.push({ path, message, hint, ...(part && { part }) });
  };
  const before = problems.length;
  for (const [index, axis] of source.gather.entries()) {
    if (!names.includes(axis)) unknown([...base, 'gather', index], axis);
  }
  for (const [name, value] of Object.entries(source.at)) {
    const axis = theirs.find((candidate) => candidate.name === name);
    if (axis === undefined) unknown([...base, 'at', name], name, 'key');
    else if (!axis.values.includes(value)) {
      const texts = axis.values.map(String);
      const hint = didYouMean(String(value), texts) ?? `its values are ${listed(texts)}`;
      const message = `\`${String(value)}\` is not on the axis \`${name}\` of \`${source.stage}\``;
      problems.push({ path: [...base, 'at', name], message, hint });
    }
  }
  return problems.length === before;
}

/** Axes of one name are joined, which asks that they have the same values. Null when they do not. */
function joinedAxes(
  stage: Stage,
  axes: ReadonlyMap<string, readonly Axis[]>,
  problems: Problem[],
): readonly Axis[] | null {
  const joined = new Map<string, { readonly axis: Axis; readonly from: string }>();
  const before = problems.length;
  const add = (axis: Axis, from: string, path: Path, part?: 'key'): void => {
    const known = joined.get(axis.name);
    if (known !== undefined && !sameValues(known.axis, axis)) {
      const message = `the axis \`${axis.name}\` has other values in ${from} than in ${known.from}: ${valueList(axis)} and ${valueList(known.axis)}`;
      problems.push({
        path,
        message,
        hint: 'gather or fix one of them, or rename it',
        ...(part && { part }),
      });
    }
    if (known === undefined) joined.set(axis.name, { axis, from });
  };
  for (const { name, source } of stage.inputs) {
    if (source.kind !== 'output') continue;
    for (const axis of axes.get(source.stage) ?? []) {
      if (source.gather.includes(axis.name) || Object.hasOwn(source.at, axis.name)) continue;
      add(axis, `\`${source.stage}\``, fromPath(stage, name));
    }
  }
  const base: Path = ['stages', stage.name];
  for (const axis of stage.matrix) add(axis, 'this matrix', [...base, 'matrix', axis.name], 'key');
  if (stage.scan !== null) {
    const { scan } = stage;
    add(scan, 'this scan', [...base, 'scan', 'axis']);
    // Neighbours on the chain are neighbours in the list of tasks.
    joined.delete(scan.name);
    joined.set(scan.name, { axis: { name: scan.name, values: scan.values }, from: '' });
  }
  return problems.length === before ? [...joined.values()].map(({ axis }) => axis) : null;
}

function sameValues(a: Axis, b: Axis): boolean {
  return a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);
}

function valueList({ values }: Axis): string {
  const shown = values.slice(0, 4).map(String);
  return `[${shown.join(', ')}${values.length > 4 ? `, … ${values.length} in all` : ''}]`;
}
