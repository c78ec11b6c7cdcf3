import { axesIn } from './choice.ts';
import type { Path, Problem } from './diagnostic.ts';
import type { Axis, Stage } from './manifest.ts';
import type { Report } from './reference.ts';
import { didYouMean, listed, nearest } from './suggest.ts';
import { ALL_AXES, commandPlaceholders, placeholdersOf, templateOf } from './template.ts';

/** What needs no other stage: the names in `carry` and in the command. */
export function checkOwn(stage: Stage, problems: Problem[]): void {
  const outputs = stage.outputs.map((output) => output.name);
  for (const { input, output } of stage.scan?.carry ?? []) {
    if (outputs.includes(output)) continue;
    const hint = didYouMean(output, outputs) ?? `its outputs are ${listed(outputs)}`;
    const message = `this stage has no output \`${output}\` to carry on`;
    problems.push({ path: ['stages', stage.name, 'scan', 'carry', input], message, hint });
  }
  if (stage.work.kind !== 'cmd') return;
  checkNearKinds(stage, problems);
  const inputs = [
    ...stage.inputs.map((input) => input.name),
    ...(stage.scan?.carry ?? []).map(({ input }) => input),
  ];
  const path: Path = ['stages', stage.name, 'cmd'];
  for (const { kind, name, text } of commandPlaceholders(stage.work.command, [])) {
    if (kind === 'axis') continue;
    if (kind === 'params' && (hasParameter(stage.params, name) || isChosen(stage, name))) continue;
    const known = kind === 'inputs' ? inputs : kind === 'outputs' ? outputs : Object.keys(stage.params);
    if (kind !== 'params' && known.includes(name)) continue;
    const what = kind === 'params' ? 'parameter' : kind.slice(0, -1);
    const near = nearest(name, known);
    const hint = near === undefined ? `it has ${listed(known)}` : `did you mean \`{${kind}.${near}}\`?`;
    problems.push({ path, within: text, message: `this stage declares no ${what} \`${name}\``, hint });
  }
}

/** `{input.x}` in a command stays as it is, which is seldom meant when there is an input `x`. */
function checkNearKinds({ name, work, inputs, outputs, params }: Stage, problems: Problem[]): void {
  if (work.kind !== 'cmd') return;
  for (const [text, kind, key] of work.command.matchAll(
    /(?<!\$)\{(input|output|param)\.([\w-]+)[\w.-]*\}/g,
  )) {
    const known = { input: inputs.map(nameOf), output: outputs.map(nameOf), param: Object.keys(params) }[
      kind!
    ];
    if (known?.includes(key!) !== true) continue;
    problems.push({
      path: ['stages', name, 'cmd'],
      within: text,
      severity: 'warning',
      message: `\`${text}\` is left as it is`,
      hint: `did you mean \`${text.replace(kind!, `${kind!}s`)}\`?`,
    });
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

/** Whether an axis has a say in it: what it has is known with the axes (`checkChoices`). */
function isChosen({ references }: Stage, name: string): boolean {
  return references.some(({ at, choice }) => axesIn(choice).length > 0 && startsWith(name.split('.'), at));
}

export function startsWith(path: Path, start: Path): boolean {
  return start.every((key, position) => key === path[position]);
}

function hasParameter(params: unknown, name: string): boolean {
  let value = params;
  for (const key of name.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string, unknown>)[key];
  }
  return true;
}

/** The placeholders of a text, each of which has to name an axis. */
export function checkTemplate(text: string, path: Path, names: readonly string[], report: Report): string[] {
  const used = placeholdersOf(templateOf(text));
  for (const name of used) {
    if (name === ALL_AXES || names.includes(name)) continue;
    const hint = didYouMean(name, names) ?? (names.length > 0 ? `its axes are ${listed(names)}` : undefined);
    report({ path, within: `{${name}}`, message: `this stage has no axis \`${name}\``, hint });
  }
  return used;
}

/** Placeholders name axes of the stage, and no two tasks write one path. */
export function checkPlaceholders(stage: Stage, axes: readonly Axis[], problems: Problem[]): void {
  const names = axes.map((axis) => axis.name);
  const check = (text: string, path: Path): string[] =>
    checkTemplate(text, path, names, (problem) => void problems.push(problem));
  for (const { name, source } of stage.inputs) {
    const path: Path = ['stages', stage.name, 'inputs', name, source.kind];
    if (source.kind === 'path' && typeof source.path === 'string') check(source.path, path);
    if (source.kind === 'glob' && typeof source.pattern === 'string') check(source.pattern, path);
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
    const near = names.includes(word) || word === 'python' ? undefined : nearest(word, names);
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
