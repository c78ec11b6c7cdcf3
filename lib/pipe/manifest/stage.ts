import { isMapping, type Json, type JsonObject } from '../json.ts';
import { allFields, type AxisEntries } from './axis-entries.ts';
import type { ChoiceNote } from './choice.ts';
import { readCode } from './code.ts';
import type { Path, Problem } from './diagnostic.ts';
import { readWhen } from './condition.ts';
import type { RawOutput, RawStage } from './grammar.ts';
import { readInputs } from './input.ts';
import type { Axis, ParameterReference, Scan, Stage, StageOutput, Work } from './manifest.ts';
import { readAxis, readMatrix } from './matrix.ts';
import { readMetrics, readPlots } from './metrics.ts';
import { checkName } from './name.ts';
import { normalPath, whyOutside } from './path.ts';
import { FAILED, type Report, type Resolver } from './reference.ts';
import { readResources } from './resources.ts';
import { readShell } from './shell.ts';
import { checkTemp } from './temp.ts';
import { didYouMean, listed } from './suggest.ts';
import { ALL_AXES, templateOf } from './template.ts';
import { translatedCall } from './other-tools.ts';

/** What the file says once, for all stages. */
export interface ForAllStages {
  readonly shell: string;
  readonly passEnv: readonly string[];
  /** The interpreter; undefined where none is named. */
  readonly python: string | undefined;
  readonly resources: Readonly<Record<string, number>>;
}

export interface ReadReferences {
  readonly resolver: Resolver;
  /** References that stand in the stage, among them those that need a task. */
  readonly choices: readonly ChoiceNote[];
  readonly entries: AxisEntries;
}

/** A stage of the file, references replaced, as the manifest holds it. */
export function readStage(
  name: string,
  raw: RawStage,
  { resolver, choices, entries }: ReadReferences,
  { shell, passEnv, python, resources }: ForAllStages,
  report: Report,
): Stage {
  const path: Path = ['stages', name];
  const at = (problem: Problem): void => {
    report({ ...problem, path: [...path, ...problem.path] });
  };
  checkName(name, 'stage', { path, part: 'key' }, report);
  const { axes: matrix, subset } = readMatrix(raw.matrix, entries, at);
  const outputs = Object.entries(raw.outputs ?? {}).map(([output, written]) =>
    readOutput(name, output, written, at),
  );
  const stage: Stage = {
    name,
    title: raw.title ?? '',
    work: readWork(raw, shell, at),
    code: readCode(raw, python, at),
    ...withOwnFields(readParams(raw.params ?? [], { resolver, choices }, at), raw, matrix, entries),
    inputs: readInputs(raw.inputs ?? {}, choices, at),
    outputs,
    metrics: readMetrics(raw.metrics, outputs, at),
    plots: readPlots(raw.plots, outputs, at),
    open: readOpen(raw, at),
    matrix,
    subset,
    when: readWhen(raw.when, { resolver, choices }, at),
    scan: raw.scan === undefined ? null : readScan(raw.scan, raw, entries, at),
    resources: readResources(raw.resources, resources, at),
    env: readEnv(raw.env ?? [], at),
    passEnv: [...new Set([...passEnv, ...readPassEnv(raw, at)])],
    after: raw.after ?? [],
    always: raw.always ?? false,
    timeout: raw.timeout ?? null,
    retries: raw.retries ?? 0,
  };
  checkTemp(stage, at);
  return stage;
}

function readWork({ use, cmd, cwd, shell }: RawStage, usual: string, report: Report): Work {
  if (use !== undefined && cmd !== undefined) {
    report({ path: ['cmd'], part: 'key', message: 'a stage has either `use` or `cmd`, not both' });
  }
  if (use === undefined && cmd === undefined) {
    const hint = '`use: stages/name.ts` (or `.py`) for a module, `cmd: …` for a shell command';
    if (shell === undefined) report({ path: [], part: 'key', message: 'a stage needs `use` or `cmd`', hint });
    else {
      const message = '`shell` only names the shell that runs a `cmd`, which is not here';
      report({ path: ['shell'], part: 'key', message, hint: 'the command itself is `cmd`' });
    }
    return { kind: 'cmd', command: '', cwd: '', shell: usual };
  }
  if (cwd !== undefined && cmd === undefined) {
    report({ path: ['cwd'], part: 'key', message: '`cwd` is the directory of a `cmd`, which is not here' });
  }
  if (shell !== undefined && use !== undefined) {
    report({ path: ['shell'], part: 'key', message: '`shell` runs a `cmd`, which is not here' });
  }
  for (const [key, path] of [
    ['use', use],
    ['cwd', cwd],
  ] as const) {
    const reason = path === undefined ? null : whyOutside(path);
    if (reason !== null) report({ path: [key], message: `\`${path ?? ''}\` ${reason}` });
  }
  if (use !== undefined) {
    if (use.trim() === '') report({ path: ['use'], message: 'this is empty' });
    return { kind: 'use', module: normalPath(use) };
  }
  if (cmd?.trim() === '') report({ path: ['cmd'], message: 'this is empty' });
  const by = shell === undefined ? usual : readShell(shell, ['shell'], report);
  return { kind: 'cmd', command: cmd ?? '', cwd: normalPath(cwd ?? '.'), shell: by };
}

type RawParams = NonNullable<RawStage['params']>;
type Parameters = Pick<Stage, 'params' | 'references'>;

/** The fields of a value on an axis that the stage itself has decide like its parameters, under the axis's name. */
function withOwnFields(
  { params, references }: Parameters,
  { matrix = {}, scan }: RawStage,
  axes: readonly Axis[],
  { fields }: AxisEntries,
): Parameters {
  const written = new Map<string, unknown>(Object.entries(matrix));
  if (scan !== undefined) written.set(scan.axis, scan.values);
  const named = [...axes.map(({ name }) => name), ...(scan === undefined ? [] : [scan.axis])];
  // The files of a pattern are inputs, which count by what is in them.
  const own = named.filter(
    (axis) => Object.hasOwn(fields, axis) && Array.isArray(written.get(axis)) && !Object.hasOwn(params, axis),
  );
  return {
    params: { ...params, ...Object.fromEntries(own.map((axis) => [axis, `\${${axis}}`])) },
    references: [
      ...references,
      ...own.map((axis): ParameterReference => {
        const where = scan?.axis === axis ? ['scan', 'values'] : ['matrix', axis];
        return { at: [axis], choice: allFields(axis), written: where };
      }),
    ],
  };
}

function readParams(
  raw: RawParams,
  { resolver, choices }: Omit<ReadReferences, 'entries'>,
  report: Report,
): Parameters {
  const references = choices.flatMap((note) => referenceIn(raw, note));
  if (!Array.isArray(raw)) return { params: raw as JsonObject, references };
  let params: JsonObject = {};
  const named = new Set<string>();
  for (const [index, item] of raw.entries()) {
    const keys = typeof item === 'string' ? [item.split('.')[0]!] : Object.keys(item);
    for (const key of keys) {
      const again = typeof item === 'string' ? named.has(key) : Object.hasOwn(params, key);
      const path = ['params', index, ...(typeof item === 'string' ? [] : [key])];
      if (again) report({ path, part: 'key', message: `this stage has a parameter \`${key}\` already` });
      if (typeof item !== 'string') named.add(key);
    }
    if (typeof item !== 'string') {
      params = { ...params, ...(item as JsonObject) };
      continue;
    }
    const value = resolver.parameter(item);
    if (value === undefined) {
      report({ path: ['params', index], ...unknownParameter(item, resolver) });
    } else if (value !== FAILED) {
      const at = item.split('.');
      params = nested(params, at, value);
      const choice = [{ written: `\${${item}}`, keys: resolver.qualified(at.map(templateOf)) }];
      references.push({ at, choice, written: ['params', index] });
    }
  }
  return { params, references };
}

function unknownParameter(item: string, resolver: Resolver): Pick<Problem, 'message' | 'hint'> {
  const message = `there is no parameter \`${item}\``;
  if (resolver.isField(item)) {
    const name = item.slice(item.lastIndexOf('.') + 1);
    return { message, hint: `what an axis chooses needs a name: \`{ ${name}: '\${${item}}' }\`` };
  }
  if (!item.includes('{')) return { message, hint: resolver.suggestion(item) };
  const reference = item.startsWith('${') ? item : `\${${item}}`;
  return { message, hint: `what an axis chooses needs a name: \`{ name: '${reference}' }\`` };
}

/** Where in the parameters as the stage sees them a reference stands; not where it names one as a path. */
function referenceIn(raw: RawParams, { path, choice }: ChoiceNote): ParameterReference[] {
  const [field, first, ...rest] = path;
  if (field !== 'params') return [];
  if (!Array.isArray(raw)) return [{ at: [first!, ...rest], choice, written: path }];
  return isMapping(raw[Number(first)] as Json) ? [{ at: rest, choice, written: path }] : [];
}

function nested(into: JsonObject, [key, ...rest]: readonly string[], value: Json): JsonObject {
  if (key === undefined) return into;
  const before = into[key];
  const inner = rest.length === 0 ? value : nested(isMapping(before) ? before : {}, rest, value);
  return { ...into, [key]: inner };
}

/** Where an output of a declaration lies. */
export function writtenPath(output: RawOutput): string {
  return typeof output === 'string' ? output : output.path;
}

function readOutput(stage: string, name: string, raw: RawOutput, report: Report): StageOutput {
  const path: Path = typeof raw === 'string' ? ['outputs', name] : ['outputs', name, 'path'];
  const written = writtenPath(raw);
  const call = translatedCall(written);
  if (call !== undefined) report({ path, message: `\`${written}\` is no path`, hint: call });
  checkName(name, 'output', { path: ['outputs', name], part: 'key' }, report);
  const directory = written.endsWith('/');
  const normal = normalPath(written);
  const reason = whyOutside(written);
  if (reason !== null) {
    const message = reason === 'leaves the project' ? 'leaves the directory of outputs' : reason;
    report({ path, message: `\`${written}\` ${message}`, hint: 'outputs lie below the artifacts directory' });
  } else if (normal === '') {
    report({ path, message: 'an output needs a path of its own' });
  }
  const short = !written.replace(/\/+$/, '').includes('/');
  const temp = typeof raw !== 'string' && raw.temp === true ? { temp: true } : {};
  return { name, path: short ? `${stage}/{${ALL_AXES}}/${normal}` : normal, directory, ...temp };
}

function readOpen({ open, outputs = {} }: RawStage, report: Report): string | null {
  if (open === undefined) return null;
  if (!Object.hasOwn(outputs, open)) {
    const names = Object.keys(outputs);
    const hint =
      didYouMean(open, names) ??
      (names.length > 0 ? `its outputs are ${listed(names)}` : 'it has no outputs');
    report({ path: ['open'], message: `the stage has no output \`${open}\``, hint });
  }
  return open;
}

function readScan(
  raw: NonNullable<RawStage['scan']>,
  stage: RawStage,
  entries: AxisEntries,
  report: Report,
): Scan {
  const { axis } = raw;
  const values = readAxis(axis, raw.values, { path: ['scan', 'axis'] }, ['scan', 'values'], entries, report);
  if (Object.hasOwn(stage.matrix ?? {}, axis)) {
    report({ path: ['scan', 'axis'], message: `\`${axis}\` is an axis of the matrix already` });
  }
  const carry = Object.entries(raw.carry).map(([input, output]) => ({ input, output }));
  if (carry.length === 0) {
    const hint = 'without it the tasks are independent: write the axis under `matrix`';
    report({ path: ['scan', 'carry'], message: 'a scan carries at least one output on', hint });
  }
  for (const { input } of carry) {
    const path: Path = ['scan', 'carry', input];
    checkName(input, 'input', { path, part: 'key' }, report);
    if (Object.hasOwn(stage.inputs ?? {}, input)) {
      const message = `\`${input}\` is declared under \`inputs\` already`;
      report({ path, part: 'key', message });
    }
  }
  return { name: axis, values, carry };
}

function readEnv(names: readonly string[], report: Report): readonly string[] {
  for (const [index, name] of names.entries()) {
    if (!VARIABLE.test(name)) report(noVariable(name, ['env', index]));
  }
  return names;
}

const VARIABLE = /^[A-Za-z_]\w*$/;

function noVariable(name: string, path: Path): Problem {
  return { path, message: `\`${name}\` cannot name an environment variable` };
}

function readPassEnv({ env = [], passEnv = [] }: RawStage, report: Report): readonly string[] {
  checkPassEnv(passEnv, report);
  for (const [index, name] of passEnv.entries()) {
    if (!env.includes(name)) continue;
    const hint = 'name it once: under `env` its value decides whether the task is up to date';
    report({ path: ['passEnv', index], message: `\`${name}\` stands under \`env\` already`, hint });
  }
  return passEnv;
}

/** A name may end in a `*`, which stands for any end. */
export function checkPassEnv(names: readonly string[], report: Report): void {
  for (const [index, name] of names.entries()) {
    if (!VARIABLE.test(name.replace(/(?<=.)\*$/, ''))) report(noVariable(name, ['passEnv', index]));
  }
}
