import type { InputFile, InputKind, Inputs, Stage, StageTask } from '../stage/define.ts';
import type { Checked, Schema } from '../stage/schema.ts';
import { canonicalJson } from '../json.ts';
import type { ModuleRequest, Numbers, RequestFile } from '../execute/executor.ts';
import type {
  CheckIssue,
  CheckRequest,
  CheckResult,
  DeclaredInput,
  FromWorker,
} from '../execute/protocol.ts';
import { checked, pathOf } from './checked.ts';

export type AnyStage = Stage<Schema, Schema, Inputs, string>;
type AnyTask = StageTask<Schema, Schema, Inputs, string>;

export interface Channel {
  send(message: FromWorker): void;
  write(text: string): void;
}

/** What a stage's `run` is given. The parameters were checked before; here they get their types. */
export async function stageTask(
  stage: AnyStage,
  request: ModuleRequest,
  signal: AbortSignal,
  channel: Channel,
): Promise<AnyTask> {
  const { params, point, outputs, previous, threads, memory, devices, task } = request;
  return {
    params: await typed(stage.params, params),
    axes: await typed(stage.axes, point),
    previous,
    inputs: Object.fromEntries(
      Object.entries(stage.inputs).map(([name, kind]) => [
        name,
        inputValue(name, kind, request.inputs[name] ?? []),
      ]),
    ),
    outputs,
    // Not the fingerprint: it would make outputs differ where the work's result does not.
    provenance: { stage: task.split('@')[0]!, task, parameters: canonicalJson(params) },
    threads,
    memory,
    devices,
    signal,
    progress: (done, total, unit, note = '') => {
      const message = { type: 'progress', done, total, unit } as const;
      if (typeof note === 'string') channel.send({ ...message, note });
      else channel.send({ ...message, note: '', numbers: finite(note) });
    },
    log: (message) => {
      channel.write(`${message}\n`);
    },
    warn: (message) => {
      channel.send({ type: 'warning', message });
    },
  };
}

function finite(numbers: Readonly<Record<string, number>>): Numbers {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
}

async function typed(schema: Schema, value: unknown): Promise<unknown> {
  const result = await checked(schema, value);
  if (result.issues === undefined) return result.value;
  throw new Error(result.issues.map(({ message }) => message).join('; '));
}

function inputValue(name: string, kind: InputKind, files: readonly RequestFile[]) {
  if (kind === 'many') return files;
  const [file = null] = files;
  const expected = kind === 'one' ? files.length === 1 : files.length <= 1;
  if (expected) return file as InputFile;
  throw new Error(`input "${name}" is declared as "${kind}" and got ${files.length} files`);
}

/** Everything about the declaration that the stage's code does not agree with, all at once. */
export async function checkStage(stage: AnyStage, request: CheckRequest): Promise<CheckResult> {
  const params = await checked(stage.params, request.params);
  const issues = [
    ...issuesOf('params', params),
    ...(await pointIssues(stage, request)),
    ...request.inputs.flatMap((input) => inputIssues(stage, input)),
    ...missingInputs(stage, request),
    ...outputIssues(stage, request),
  ];
  if (issues.length > 0 || params.issues !== undefined) return { issues, toolchain: null };
  return { issues, toolchain: (await stage.toolchain?.(params.value)) ?? {} };
}

function issuesOf(root: string, { issues = [] }: Checked<unknown>): CheckIssue[] {
  return issues.map((issue) => ({ path: [root, ...pathOf(issue)], message: issue.message }));
}

/** One issue for each value of an axis, however many points have it; its path ends in that value. */
async function pointIssues(stage: AnyStage, { points }: CheckRequest): Promise<CheckIssue[]> {
  const byText = new Map<string, CheckIssue>();
  for (const point of points) {
    for (const { path, message } of issuesOf('axes', await checked(stage.axes, point))) {
      const axis = String(path[1]);
      const value = point[axis];
      if (value === undefined) byText.set(message, { path, message });
      else {
        const said = `the axis \`${axis}\` cannot be \`${value}\`: ${message}`;
        byText.set(said, { path: ['axes', axis, String(value)], message: said });
      }
    }
  }
  return [...byText.values()];
}

function inputIssues(stage: AnyStage, { name, least, most, many }: DeclaredInput): CheckIssue[] {
  const kind = Object.hasOwn(stage.inputs, name) ? stage.inputs[name] : undefined;
  const path = ['inputs', name];
  if (kind === undefined) {
    return [
      { path, message: `the stage has no input of this name; it has ${list(Object.keys(stage.inputs))}` },
    ];
  }
  if (kind === 'many') return [];
  if (most > 1 || many)
    return [{ path, message: `the stage takes one file here, and this stands for several` }];
  if (kind === 'one' && least === 0) return [{ path, message: 'the stage needs a file here' }];
  return [];
}

function missingInputs(stage: AnyStage, { inputs }: CheckRequest): CheckIssue[] {
  const declared = new Set(inputs.map(({ name }) => name));
  return Object.entries(stage.inputs)
    .filter(([name, kind]) => kind === 'one' && !declared.has(name))
    .map(([name]) => ({ path: ['inputs'], message: `the stage needs an input "${name}"` }));
}

function outputIssues(stage: AnyStage, { outputs }: CheckRequest): CheckIssue[] {
  const unknown = outputs
    .filter((name) => !stage.outputs.includes(name))
    .map((name) => ({
      path: ['outputs', name],
      message: `the stage has no output of this name; it has ${list(stage.outputs)}`,
    }));
  const missing = stage.outputs
    .filter((name) => !outputs.includes(name))
    .map((name) => ({ path: ['outputs'], message: `the stage writes an output "${name}"` }));
  return [...unknown, ...missing];
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
