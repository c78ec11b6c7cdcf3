import { isMapping, type Json, type JsonObject, type Point, type Scalar } from '../json.ts';
import { axesIn, inPlace, keysAt, loneReference, valueUnder, type Choice, type Reference } from './choice.ts';
import { VALUES } from './axis-entries.ts';
import { asChoice, axesAsked } from './condition.ts';
import type { Path } from './diagnostic.ts';
import { checkInside } from './input.ts';
import type { Axis, Stage } from './manifest.ts';
import { checkInputTemplate, checkTemplate, startsWith } from './placeholder.ts';
import { suggestParameter, type Report } from './reference.ts';
import { didYouMean, listed } from './suggest.ts';
import { commandPlaceholders } from './template.ts';

/** What checking the choices of a stage takes. */
export interface ChoiceFacts {
  readonly params: JsonObject;
  readonly axes: readonly Axis[];
  /** Where the values of an axis are written, which may be in another stage. */
  readonly valuesOf: (axis: string) => Path;
}

/** Every value that an axis may choose is there, and is one that can stand where it is to. */
export function checkChoices(stage: Stage, facts: ChoiceFacts, report: Report): void {
  const base: Path = ['stages', stage.name];
  let wrong = 0;
  for (const { choice, written } of stage.references) {
    checkChoice(choice, [...base, ...written], facts, (problem) => {
      wrong += 1;
      report(problem);
    });
  }
  // What is missing as a whole is not said to lack a part as well.
  const inCommand = wrong > 0 ? [] : choicesInCommand(stage);
  for (const choice of inCommand) checkChoice(choice, [...base, 'cmd'], facts, report);
  for (const { name, source } of stage.inputs) {
    if (source.kind === 'output') continue;
    const choice = source.kind === 'path' ? source.path : source.pattern;
    if (choice === null || typeof choice === 'string') continue;
    const path = [...base, 'inputs', name, source.kind];
    checkChoice(choice, path, facts, report, (value, given) => {
      if (value === null && source.kind === 'path') return;
      if (typeof value !== 'string') {
        report({ path: given, message: `the input \`${name}\` of \`${stage.name}\` needs a path here` });
        return;
      }
      if (source.kind === 'path' && source.external) {
        checkTemplate(value, given, facts.axes, report);
        return;
      }
      checkInside(value, given, report);
      checkInputTemplate(value, given, facts.axes, report);
    });
  }
}

/** What a stage's `when` and `exclude` name are axes of it, and parameters that are there. */
export function checkConditions(stage: Stage, facts: ChoiceFacts, report: Report): void {
  const base: Path = ['stages', stage.name];
  const names = facts.axes.map(({ name }) => name);
  const checkAxis = (axis: string, path: Path, values: readonly Scalar[] = []): void => {
    const known = facts.axes.find(({ name }) => name === axis)?.values.map(String);
    if (known === undefined) {
      const hint =
        didYouMean(axis, names) ?? (names.length > 0 ? `its axes are ${listed(names)}` : undefined);
      report({ path, part: 'key', message: `this stage has no axis \`${axis}\``, hint });
      return;
    }
    for (const value of values) {
      // A list may have been shortened for once; a slip looks like what is there.
      const near = typeof value === 'string' && !known.includes(value) ? didYouMean(value, known) : undefined;
      const message = `\`${String(value)}\` is not on the axis \`${axis}\``;
      if (near !== undefined) report({ path, severity: 'warning', message, hint: near });
    }
  };
  for (const { where, path } of stage.subset?.exclude ?? [])
    for (const [axis, values] of where) checkAxis(axis, [...base, ...path, axis], values);
  for (const condition of stage.when) {
    const path = [...base, ...condition.path];
    if (condition.kind === 'axis') checkAxis(condition.axis, path, condition.values);
    if (condition.kind === 'parameter' && axesAsked(condition).every((axis) => names.includes(axis)))
      checkChoice(asChoice(condition), path, facts, report);
    else if (condition.kind === 'parameter') for (const axis of axesAsked(condition)) checkAxis(axis, path);
    if (condition.kind !== 'true') continue;
    checkChoice(condition.choice, path, facts, report, (value, given) => {
      if (typeof value === 'boolean') return;
      report({ path: given, message: `the \`when\` of \`${stage.name}\` needs \`true\` or \`false\` here` });
    });
  }
}

/** `{params.model.width}` asks every entry that the parameter `model` may be for its `width`. */
function choicesInCommand({ work, references }: Stage): Choice[] {
  if (work.kind !== 'cmd') return [];
  return commandPlaceholders(work.command, []).flatMap(({ kind, name, text }) => {
    const keys = kind === 'params' ? name.split('.') : [];
    return references.flatMap(({ at, choice }): Choice[] => {
      const reference = loneReference(choice);
      if (reference === undefined || !startsWith(keys, at)) return [];
      const further = keys.slice(at.length).map((key) => [key]);
      return [[{ written: text, keys: [...reference.keys, ...further] }]];
    });
  });
}

/** `use` is told of each value that the choice can give, and where it is given. */
function checkChoice(
  choice: Choice,
  path: Path,
  facts: ChoiceFacts,
  report: Report,
  use: (value: Json, given: Path) => void = () => undefined,
): void {
  const named = axesIn(choice);
  const names = facts.axes.map(({ name }) => name);
  const unknown = named.filter((axis) => !names.includes(axis));
  for (const axis of unknown) {
    const hint = didYouMean(axis, names) ?? (names.length > 0 ? `its axes are ${listed(names)}` : undefined);
    report({ path, within: `{${axis}}`, message: `this stage has no axis \`${axis}\``, hint });
  }
  if (unknown.length > 0 || named.length === 0) return;
  for (const point of pointsOf(facts.axes.filter(({ name }) => named.includes(name)))) {
    const pieces = choice.map((piece) =>
      typeof piece === 'string'
        ? { value: piece, given: path }
        : { value: valueOf(piece, path, point, facts, report), given: givenAt(piece, point) },
    );
    const values = pieces.map(({ value }) => value);
    const [first] = pieces;
    if (values.includes(undefined)) continue;
    if (loneReference(choice) !== undefined) use(first!.value!, first!.given);
    else if (values.every((value) => typeof value !== 'object')) use(values.join(''), path);
    for (const { value, given } of loneReference(choice) === undefined ? pieces : []) {
      if (typeof value !== 'object') continue;
      const message = `\`${given.slice(1).join('.')}\` is no text, number or truth value, and cannot be put into a text`;
      report({ path: given, message });
    }
  }
}

function givenAt(reference: Reference, point: Point): Path {
  return ['params', ...keysAt(reference, point)];
}

/** Undefined after saying what is missing. */
function valueOf(
  reference: Reference,
  path: Path,
  point: Point,
  facts: ChoiceFacts,
  report: Report,
): Json | undefined {
  const keys = keysAt(reference, point);
  const found = valueUnder(facts.params, keys);
  if (found.type === 'value') return inPlace(reference, found.value);
  const { known, holder } = found;
  if (keys[0] === VALUES) {
    const [, ofAxis, value, ...more] = keys.slice(0, known);
    const held = isMapping(holder) ? Object.keys(holder) : [];
    const message = `\`${[value, ...more].join('.')}\` on the axis \`${ofAxis!}\` has no field \`${keys[known]!}\``;
    const hint = didYouMean(keys[known]!, held) ?? (held.length > 0 ? `it has ${listed(held)}` : undefined);
    report({ path, within: reference.written, message, hint });
    return undefined;
  }
  const axisOf = (key: Reference['keys'][number]): string | undefined =>
    key.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.axis]))[0];
  const axis = axisOf(reference.keys[known]!);
  const [above, missing] = [keys.slice(0, known), keys[known]!];
  if (axis === undefined && !reference.keys.slice(0, known).some((key) => axisOf(key) !== undefined)) {
    const name = [...above, missing].join('.');
    const hint = suggestParameter(name, facts.params);
    report({ path, within: reference.written, message: `there is no parameter \`${name}\``, hint });
    return undefined;
  }
  const entries = isMapping(holder) ? Object.keys(holder) : [];
  const has = isMapping(holder) ? `has no entry \`${missing}\`` : 'is not a mapping';
  const others = entries.length > 0 ? `; it has ${listed(entries)}` : '';
  const message = `\`${above.join('.')}\` ${has}${others}`;
  const hint =
    didYouMean(missing, entries) ?? (axis === undefined ? `\`${reference.written}\` asks for it` : undefined);
  if (axis === undefined) {
    report({ path: ['params', ...above], part: 'key', message, hint });
    return undefined;
  }
  const { values } = facts.axes.find(({ name }) => name === axis)!;
  report({ path: [...facts.valuesOf(axis), values.indexOf(point[axis]!)], message, hint });
  return undefined;
}

/** More are a slip in an axis, which is said when the tasks are counted. */
const MOST_POINTS = 2_000_000;

/** Every combination of the values of axes. */
function pointsOf(axes: readonly Axis[]): Point[] {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_POINTS) return [];
  return axes.reduce<Point[]>(
    (points, { name, values }) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}
