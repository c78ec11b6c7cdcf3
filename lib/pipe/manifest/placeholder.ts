import { LONGEST_NAME, longestName } from './axis-value.ts';
import { axesIn } from './choice.ts';
import type { Path, Problem } from './diagnostic.ts';
import type { Axis, Stage } from './manifest.ts';
import type { Report } from './reference.ts';
import { didYouMean, listed, nearest } from './suggest.ts';
import type { ShellPlace } from './shell-text.ts';
import {
  ALL_AXES,
  commandPlaceholders,
  placeholdersOf,
  templateOf,
  type CommandPlaceholder,
} from './template.ts';

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
  const placeholders = commandPlaceholders(stage.work.command, []);
  checkQuotes(stage, placeholders, isNumber, problems);
  for (const { kind, name, text } of placeholders) {
    if (kind === 'axis' || kind === 'file' || kind === 'python') continue;
    if (kind === 'params' && (hasParameter(stage.params, name) || isChosen(stage, name))) continue;
    const known = { inputs, list: inputs, outputs, params: Object.keys(stage.params) }[kind];
    if (kind !== 'params' && known.includes(name)) continue;
    const what = { inputs: 'input', list: 'input', outputs: 'output', params: 'parameter' }[kind];
    const near = nearest(name, known);
    const hint =
      near === undefined ? `it has ${listed(known)}` : `did you mean \`${text.replace(name, near)}\`?`;
    problems.push({ path, within: text, message: `this stage declares no ${what} \`${name}\``, hint });
  }
}

type Numeric = (stage: Stage, placeholder: CommandPlaceholder) => boolean;

function isNumber({ params }: Stage, { kind, name }: CommandPlaceholder): boolean {
  return kind === 'params' && typeof parameterAt(params, name) === 'number';
}

/** What is filled in is quoted by itself; quotes around it would end where its own begin. */
function checkQuotes(
  stage: Stage,
  placeholders: readonly CommandPlaceholder[],
  numeric: Numeric,
  problems: Problem[],
): void {
  const command = stage.work.kind === 'cmd' ? stage.work.command : '';
  const parameters = Object.keys(stage.params).length > 0;
  for (const placeholder of placeholders) {
    const { kind, text, at, start } = placeholder;
    if (kind === 'file' && !parameters) continue;
    if (at === 'word' || at === 'comment' || (at === 'arithmetic' && numeric(stage, placeholder))) continue;
    const { message, hint } = misplaced[at](text);
    const nth = command.slice(0, start).split(text).length - 1;
    problems.push({ path: ['stages', stage.name, 'cmd'], within: text, nth, message, hint });
  }
}

interface Said {
  readonly message: string;
  readonly hint: string;
}

const asVariable = (text: string): string => `set a variable first, \`x=${text}\`, and write \`$x\` here`;

const quoted = (text: string): Said => ({
  message: `\`${text}\` stands in quotes, and is quoted by itself`,
  hint: `end the quotes before it: \`"$HOME/"${text}\`; a text that is not meant for pipe is left as it is with a blank in the braces`,
});

const misplaced: Readonly<Record<Exclude<ShellPlace, 'word' | 'comment'>, (text: string) => Said>> = {
  'single quotes': quoted,
  'double quotes': quoted,
  'a here-document': (text) => ({
    message: `\`${text}\` stands in a here-document, where it cannot be quoted`,
    hint: asVariable(text),
  }),
  backquotes: (text) => ({
    message: `\`${text}\` stands in backquotes, where it cannot be quoted`,
    hint: 'write `$(…)` instead of them',
  }),
  arithmetic: (text) => ({
    message: `\`${text}\` stands in arithmetic, where only a number can`,
    hint: asVariable(text),
  }),
  'an expansion': (text) => ({
    message: `\`${text}\` stands in \`\${…}\`, where it cannot be quoted`,
    hint: asVariable(text),
  }),
  'a backslash': (text) => ({
    message: `a backslash before \`${text}\` would undo its quotes`,
    hint: 'take it away; what is filled in is quoted by itself',
  }),
};

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
  return parameterAt(params, name) !== undefined;
}

function parameterAt(params: unknown, name: string): unknown {
  let value = params;
  for (const key of name.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The placeholders of a text, each of which has to name an axis. */
export function checkTemplate(text: string, path: Path, axes: readonly Axis[], report: Report): string[] {
  const used = placeholdersOf(templateOf(text));
  const names = axes.map(({ name }) => name);
  for (const name of used) {
    if (name === ALL_AXES || names.includes(name)) continue;
    const hint = didYouMean(name, names) ?? (names.length > 0 ? `its axes are ${listed(names)}` : undefined);
    report({ path, within: `{${name}}`, message: `this stage has no axis \`${name}\``, hint });
  }
  return used;
}

/** The same of an input's path, which no value may lead out of the project. */
export function checkInputTemplate(text: string, path: Path, axes: readonly Axis[], report: Report): void {
  const used = checkTemplate(text, path, axes, report);
  for (const { name, values } of axes.filter((axis) => used.includes(axis.name))) {
    const value = values.find((each) => /^\/|(?:^|\/)\.\.(?:\/|$)/.test(String(each)));
    if (value === undefined) continue;
    const message = `\`${String(value)}\` on the axis \`${name}\` would lead elsewhere`;
    const hint = '`{ path: …, external: true }` allows it for inputs that are meant to lie elsewhere';
    report({ path, within: `{${name}}`, message, hint });
  }
}

/** Placeholders name axes of the stage, and no two tasks write one path. */
export function checkPlaceholders(stage: Stage, axes: readonly Axis[], problems: Problem[]): void {
  const names = axes.map((axis) => axis.name);
  const report: Report = (problem) => void problems.push(problem);
  const check = (text: string, path: Path): string[] => checkTemplate(text, path, axes, report);
  for (const { name, source } of stage.inputs) {
    const path: Path = ['stages', stage.name, 'inputs', name, source.kind];
    if (source.kind === 'path' && typeof source.path === 'string') {
      if (source.external) check(source.path, path);
      else checkInputTemplate(source.path, path, axes, report);
    }
    if (source.kind === 'glob' && typeof source.pattern === 'string')
      checkInputTemplate(source.pattern, path, axes, report);
  }
  for (const output of stage.outputs) {
    const path: Path = ['stages', stage.name, 'outputs', output.name];
    const used = check(output.path, path);
    const longest = longestName(templateOf(output.path), axes);
    if (longest > LONGEST_NAME) {
      const message = `a file name here would have ${longest} bytes, and ${LONGEST_NAME} is the most`;
      problems.push({ path, message, hint: 'put `/` between its parts, or shorten them' });
    }
    const lost = axes.filter((axis) => axis.values.length > 1 && !used.includes(axis.name));
    if (lost.length === 0 || used.includes(ALL_AXES)) continue;
    const missing = lost.map((axis) => `\`${axis.name}\``).join(' and ');
    const hint = `put \`{${lost[0]!.name}}\` or \`{${ALL_AXES}}\` into the path`;
    problems.push({ path, message: `tasks that differ in ${missing} would overwrite each other here`, hint });
  }
  checkNearAxes(stage, names, problems);
  if (stage.work.kind !== 'cmd') return;
  const numeric: Numeric = (_, { name }) =>
    axes.find((axis) => axis.name === name)?.values.every((value) => typeof value === 'number') ?? false;
  const placeholders = commandPlaceholders(stage.work.command, names).filter(({ kind }) => kind === 'axis');
  checkQuotes(stage, placeholders, numeric, problems);
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
