import type { Path, Problem } from './diagnostic.ts';
import type { Axis, InputSource, Manifest, Stage, StageInput } from './manifest.ts';
import { ALL_AXES, commandPlaceholders, placeholdersOf, templateOf } from './template.ts';
import { didYouMean, listed, nearest } from './suggest.ts';

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
  { stages }: Pick<Manifest, 'stages'>,
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
    const joined = joinedAxes(stage, axes, problems);
    if (known.includes(false) || joined === null) continue;
    if (circular.has(stage.name) || broken.has(stage.name)) continue;
    axes.set(stage.name, joined);
    checkPlaceholders(stage, joined, problems);
  }
  for (const stage of stages) if (!broken.has(stage.name)) checkOwn(stage, problems);
  return { stages: order, axes, problems };
}

interface Known {
  readonly byName: ReadonlyMap<string, Stage>;
  readonly broken: ReadonlySet<string>;
  readonly circular: ReadonlySet<string>;
  readonly axes: ReadonlyMap<string, readonly Axis[]>;
  readonly problems: Problem[];
}

/** Depth first in the order of the file. An edge back to a stage that is still open closes a circle. */
function sorted(
  stages: readonly Stage[],
  byName: ReadonlyMap<string, Stage>,
  problems: Problem[],
): { order: Stage[]; circular: Set<string> } {
  const order: Stage[] = [];
  const circular = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];

  function visit(stage: Stage): void {
    state.set(stage.name, 'open');
    trail.push(stage.name);
    for (const { name, source } of stage.inputs) {
      if (source.kind !== 'output') continue;
      const next = byName.get(source.stage);
      if (next === undefined || state.get(next.name) === 'done') continue;
      if (state.get(next.name) === undefined) {
        visit(next);
        continue;
      }
      const circle = trail.slice(trail.indexOf(next.name));
      for (const member of circle) circular.add(member);
      // Said in the direction of the data, from the stage that is read back to itself.
      const path = [next.name, ...circle.slice(1).reverse(), next.name].join(' → ');
      const hint = next === stage ? 'a chain over an axis is written as a `scan`' : undefined;
      problems.push({
        path: fromPath(stage, name),
        message: `stages need each other in a circle: ${path}`,
        hint,
      });
    }
    trail.pop();
    state.set(stage.name, 'done');
    order.push(stage);
  }
  for (const stage of stages) if (!state.has(stage.name)) visit(stage);
  return { order, circular };
}

function fromPath(stage: Stage, input: string): Path {
  return ['stages', stage.name, 'inputs', input, 'from'];
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
  let agree = true;
  const add = (axis: Axis, from: string, path: Path, part?: 'key'): void => {
    const before = joined.get(axis.name);
    if (before !== undefined && !sameValues(before.axis, axis)) {
      agree = false;
      const message = `the axis \`${axis.name}\` has other values in ${from} than in ${before.from}: ${valueList(axis)} and ${valueList(before.axis)}`;
      problems.push({
        path,
        message,
        hint: 'gather or fix one of them, or rename it',
        ...(part && { part }),
      });
    }
    if (before === undefined) joined.set(axis.name, { axis, from });
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
  return agree ? [...joined.values()].map(({ axis }) => axis) : null;
}

function sameValues(a: Axis, b: Axis): boolean {
  return a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);
}

function valueList({ values }: Axis): string {
  const shown = values.slice(0, 4).map(String);
  return `[${shown.join(', ')}${values.length > 4 ? `, … ${values.length} in all` : ''}]`;
}

/** What needs no other stage: the names in `carry` and in the command. */
function checkOwn(stage: Stage, problems: Problem[]): void {
  const outputs = stage.outputs.map((output) => output.name);
  for (const { input, output } of stage.scan?.carry ?? []) {
    if (outputs.includes(output)) continue;
    const hint = didYouMean(output, outputs) ?? `its outputs are ${listed(outputs)}`;
    const message = `this stage has no output \`${output}\` to carry on`;
    problems.push({ path: ['stages', stage.name, 'scan', 'carry', input], message, hint });
  }
  if (stage.work.kind !== 'cmd') return;
  const inputs = [
    ...stage.inputs.map((input) => input.name),
    ...(stage.scan?.carry ?? []).map(({ input }) => input),
  ];
  const path: Path = ['stages', stage.name, 'cmd'];
  for (const { kind, name, text } of commandPlaceholders(stage.work.command, [])) {
    if (kind === 'axis') continue;
    if (kind === 'params' && hasParameter(stage.params, name)) continue;
    const known = kind === 'inputs' ? inputs : kind === 'outputs' ? outputs : Object.keys(stage.params);
    if (kind !== 'params' && known.includes(name)) continue;
    const what = kind === 'params' ? 'parameter' : kind.slice(0, -1);
    const near = nearest(name, known);
    const hint = near === undefined ? `it has ${listed(known)}` : `did you mean \`{${kind}.${near}}\`?`;
    problems.push({ path, within: text, message: `this stage declares no ${what} \`${name}\``, hint });
  }
}

function hasParameter(params: unknown, name: string): boolean {
  let value = params;
  for (const key of name.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string, unknown>)[key];
  }
  return true;
}

/** Placeholders name axes of the stage, and no two tasks write one path. */
function checkPlaceholders(stage: Stage, axes: readonly Axis[], problems: Problem[]): void {
  const names = axes.map((axis) => axis.name);
  const check = (text: string, path: Path): string[] => {
    const used = placeholdersOf(templateOf(text));
    for (const name of used) {
      if (name === ALL_AXES || names.includes(name)) continue;
      const hint =
        didYouMean(name, names) ?? (names.length > 0 ? `its axes are ${listed(names)}` : undefined);
      const message = `this stage has no axis \`${name}\``;
      problems.push({ path, within: `{${name}}`, message, hint });
    }
    return used;
  };
  for (const { name, source } of stage.inputs) {
    const path: Path = ['stages', stage.name, 'inputs', name, source.kind];
    if (source.kind === 'path' && source.path !== null) check(source.path, path);
    if (source.kind === 'glob') check(source.pattern, path);
  }
  for (const output of stage.outputs) {
    const path: Path = ['stages', stage.name, 'outputs', output.name];
    const used = check(output.path, path);
    const lost = axes.filter((axis) => axis.values.length > 1 && !used.includes(axis.name));
    if (lost.length === 0 || used.includes(ALL_AXES)) continue;
    const missing = lost.map((axis) => `\`${axis.name}\``).join(' and ');
    const hint = `put \`{${lost[0]!.name}}\` or \`{${ALL_AXES}}\` into the path`;
    problems.push({ path, message: `tasks that differ in ${missing} would overwrite each other here`, hint });
  }
  checkNearAxes(stage, names, problems);
}

/** `{sede}` in a command stays as it is, which is seldom meant when the axis is called `seed`. */
function checkNearAxes(stage: Stage, names: readonly string[], problems: Problem[]): void {
  if (stage.work.kind !== 'cmd') return;
  const { command } = stage.work;
  const words = [...command.matchAll(/(?<!\$)\{([A-Za-z_][\w-]*)\}/g)].map((match) => match[1]!);
  for (const word of new Set(words)) {
    const near = names.includes(word) ? undefined : nearest(word, names);
    if (near === undefined) continue;
    problems.push({
      path: ['stages', stage.name, 'cmd'],
      within: `{${word}}`,
      severity: 'warning',
      message: `\`{${word}}\` is left as it is: this stage has no axis of that name`,
      hint: `did you mean \`{${near}}\`?`,
    });
  }
}
