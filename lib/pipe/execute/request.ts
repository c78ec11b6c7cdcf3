import { isAbsolute, join, relative } from 'node:path';
import type { Digest } from '../digest.ts';
import { canonicalJson } from '../json.ts';
import { pathOf, type Graph, type Task, type TaskSource } from '../graph/graph.ts';
import type { KnownOutputs } from '../plan/plan.ts';
import type { Stage } from '../manifest/manifest.ts';
import type { BlobStore } from '../store/blobs.ts';
import { writeFileSync } from '../store/disk.ts';
import { taskEnvironment, type Variables } from './environment.ts';
import type { CommandRequest, ModuleRequest, PythonRun, RequestFile, TaskRequest } from './executor.ts';
import { fillIn } from './placeholders.ts';
import { shellWords } from './shell.ts';
import type { FileSource } from '../files/source-files.ts';

export interface RequestParts {
  readonly project: string;
  readonly graph: Graph;
  readonly known: KnownOutputs;
  readonly sources: {
    files(source: FileSource): readonly { readonly name: string }[];
    isDirectory(source: { readonly path: string }): boolean;
  };
  readonly blobs: BlobStore;
  readonly environment: Variables;
  /** Absolute path of the stage's bundle; null for a command. */
  readonly bundle: string | null;
  /** Of a stage with Python code. */
  readonly python: PythonRun | null;
  readonly work: { readonly path: string; readonly outputs: Readonly<Record<string, string>> };
  readonly threads: number;
  /** GPUs that the task holds, by what CUDA calls them. */
  readonly devices: readonly string[];
}

/**
 * All that a task is told. A module reads other tasks' outputs straight from the store, where nothing
 * changes; a command reads them under the readable names in `artifacts/`.
 */
export function taskRequest(task: Task, parts: RequestParts): TaskRequest {
  const { work } = task.stage;
  return work.kind === 'cmd' ? commandRequest(task, work, parts) : moduleRequest(task, parts);
}

function moduleRequest(task: Task, parts: RequestParts): ModuleRequest {
  const { stage } = task;
  const inputs = Object.fromEntries(
    task.inputs.map((input) => [input.name, input.sources.flatMap((source) => filesOf(source, parts))]),
  );
  return {
    kind: 'use',
    task: task.id,
    bundle: parts.bundle ?? '',
    python: parts.python,
    params: task.params.values,
    parameters: canonicalJson(task.params.values),
    point: task.point,
    previous: task.previous,
    inputs,
    directories: directoriesOf(task, parts),
    outputs: parts.work.outputs,
    threads: parts.threads,
    memory: stage.resources.memory > 0 ? stage.resources.memory : null,
    devices: parts.devices,
    env: environmentOf(task, parts),
    timeout: stage.timeout,
  };
}

function filesOf(source: TaskSource, parts: RequestParts): RequestFile[] {
  const { project, graph, known, sources, blobs } = parts;
  if (source.kind !== 'output') {
    return sources.files(source).map(({ name }) => ({ path: absolute(project, name), name, point: {} }));
  }
  const output = graph.tasks[source.task]!.outputs[source.output]!;
  const digest = known[source.task]![output.name]!;
  const { point } = source;
  const file = (name: string, bytes: Digest): RequestFile => ({ path: blobs.path(bytes), name, point });
  if (!output.directory) return [file(output.path, digest)];
  const tree = blobs.tree(digest) ?? [];
  const wanted = source.file;
  const members = tree.filter(({ path }) => (wanted === undefined ? !path.endsWith('/') : path === wanted));
  return members.map((member) => file(`${output.path}/${member.path}`, member.digest));
}

function directoriesOf(task: Task, { project, sources }: RequestParts): readonly string[] {
  const paths = task.inputs.flatMap((input) =>
    input.sources.flatMap((source) => (source.kind === 'path' ? [source] : [])),
  );
  return paths.filter((source) => sources.isDirectory(source)).map(({ path }) => absolute(project, path));
}

function commandRequest(
  task: Task,
  work: { readonly command: string; readonly cwd: string; readonly shell: string },
  parts: RequestParts,
): CommandRequest {
  const { project, threads } = parts;
  const { timeout } = task.stage;
  const params = task.params.values;
  const cwd = join(project, work.cwd);
  const inputs = Object.fromEntries(
    task.inputs.map((input) => [
      input.name,
      input.sources.flatMap((source) => wordsOf(source, parts)).map((name) => seenFrom(cwd, project, name)),
    ]),
  );
  const { outputs } = parts.work;
  const paramsFile = writeParams(task, parts.work.path);
  const list = (input: string, paths: readonly string[]): string => {
    const file = `${parts.work.path}.${input}.list`;
    writeFileSync(file, paths.map((path) => `${path}\n`).join(''));
    return file;
  };
  const python = parts.python?.executable ?? null;
  const { point } = task;
  const script = fillIn(work.command, { inputs, outputs, params, paramsFile, python, point, list });
  const env = environmentOf(task, parts);
  env['PIPE_THREADS'] = String(threads);
  const progress = `${parts.work.path}.progress`;
  env['PIPE_PROGRESS'] = progress;
  if (paramsFile !== null) env['PIPE_PARAMS'] = paramsFile;
  const words = shellWords(work.shell, script, env, (text) => {
    const file = `${parts.work.path}.sh`;
    writeFileSync(file, text);
    return file;
  });
  return { kind: 'cmd', words, cwd, env, timeout, progress };
}

/** A task that holds GPUs sees these and no others; one that asks for none sees what the caller sees. */
function environmentOf({ stage }: Task, { environment, devices }: RequestParts): Record<string, string> {
  const env = stageEnvironment(stage, environment);
  return { ...env, ...(devices.length > 0 && { CUDA_VISIBLE_DEVICES: devices.join(',') }) };
}

/** By what the caller has, which stays as it is, and by stage: its tasks have it in common. */
const environments = new WeakMap<Variables, WeakMap<Stage, Readonly<Record<string, string>>>>();

function stageEnvironment(stage: Stage, outer: Variables): Readonly<Record<string, string>> {
  const known = environments.get(outer) ?? new WeakMap<Stage, Readonly<Record<string, string>>>();
  environments.set(outer, known);
  const env = known.get(stage) ?? taskEnvironment(outer, stage);
  known.set(stage, env);
  return env;
}

/** A directory is one word of the command, a glob as many as it matches. */
function wordsOf(source: TaskSource, { graph, sources }: RequestParts): readonly string[] {
  if (source.kind === 'output') return [pathOf(graph, source)];
  return source.kind === 'path' ? [source.path] : sources.files(source).map(({ name }) => name);
}

function seenFrom(cwd: string, project: string, name: string): string {
  if (isAbsolute(name)) return name;
  const path = relative(cwd, join(project, name)) || '.';
  // To a program it would be an option.
  return path.startsWith('-') ? `./${path}` : path;
}

function writeParams(task: Task, directory: string): string | null {
  if (Object.keys(task.params.values).length === 0) return null;
  const file = `${directory}.params.json`;
  writeFileSync(file, JSON.stringify(task.params.values));
  return file;
}

function absolute(project: string, name: string): string {
  return isAbsolute(name) ? name : join(project, name);
}
