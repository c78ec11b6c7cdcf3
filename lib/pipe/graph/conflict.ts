import type { Path, Problem } from '../manifest/diagnostic.ts';
import type { Manifest, Stage, StageInput } from '../manifest/manifest.ts';
import { ALL_AXES } from '../manifest/template.ts';
import type { Graph, Task, TaskOutput, TaskSource } from './graph.ts';

interface Owner {
  readonly task: Task;
  readonly output: TaskOutput;
}

/** By path, the index of the task that writes it: there can be hundreds of thousands. */
type Writers = Map<string, number>;

/** Outputs that would overwrite or contain each other, and inputs that are outputs in disguise. */
export function conflicts(manifest: Manifest, { tasks }: Graph): Problem[] {
  const found = new Map<string, Problem>();
  // One mistake in the file concerns thousands of tasks; it is said once.
  const report = (key: string, problem: () => Problem): void => {
    if (!found.has(key)) found.set(key, problem());
  };
  const top = manifest.artifacts.split('/')[0]!;
  const readers = new Set(
    manifest.stages.filter(({ inputs }) => inputs.some((input) => mayReach(input, top))),
  );
  const apart = readers.size > 0 ? new Set<Stage>() : stagesApart(manifest);
  const suspects = tasks.filter(({ stage }) => !apart.has(stage));
  const writers = writersOf(manifest, tasks, suspects, report);
  const directories = directoriesOf(writers, tasks, report);
  for (const { stage, inputs } of suspects) {
    if (!readers.has(stage)) continue;
    for (const [position, input] of stage.inputs.entries()) {
      for (const source of inputs[position]!.sources) {
        if (source.kind === 'output') break;
        const base = baseOf(source);
        const writer = base === null ? undefined : writerOf(base, writers, directories);
        if (writer === undefined) continue;
        report(`${stage.name}.${input.name}`, () => disguised(stage, input, tasks[writer]!, base!));
      }
    }
  }
  return [...found.values()];
}

/** Whether an input could be something in the directory of outputs. */
function mayReach({ source }: StageInput, top: string): boolean {
  if (source.kind === 'output') return false;
  const path = source.kind === 'glob' ? source.pattern : source.path;
  if (Array.isArray(path)) return true;
  return typeof path === 'string' && (path === '' || path.startsWith(top) || path.startsWith('{'));
}

/**
 * Stages whose outputs have distinct plain names in a directory that no other stage writes to: those of
 * no two tasks can meet, so that they need not be compared one by one.
 */
function stagesApart({ stages }: Manifest): Set<Stage> {
  const owners = new Map<string, Set<Stage>>();
  for (const stage of stages) {
    for (const { path } of stage.outputs) {
      const first = path.split('/')[0]!;
      owners.set(first, (owners.get(first) ?? new Set()).add(stage));
    }
  }
  // What begins with a placeholder may lie in any directory.
  if ([...owners.keys()].some((first) => first.includes('{'))) return new Set();
  return new Set(
    stages.filter((stage) => {
      const prefix = `${stage.name}/{${ALL_AXES}}/`;
      const names = stage.outputs.map(({ path }) =>
        path.startsWith(prefix) ? path.slice(prefix.length) : '/',
      );
      const plain = names.every((name) => !/[/{}]/.test(name)) && new Set(names).size === names.length;
      return plain && (owners.get(stage.name)?.size ?? 0) <= 1;
    }),
  );
}

type Report = (key: string, problem: () => Problem) => void;

function writersOf(
  { stages }: Manifest,
  tasks: readonly Task[],
  suspects: readonly Task[],
  report: Report,
): Writers {
  const writers: Writers = new Map();
  const place = new Map(stages.map(({ name }, position) => [name, position]));
  for (const task of suspects) {
    for (const output of task.outputs) {
      const writer = writers.get(output.path);
      if (writer === undefined) {
        writers.set(output.path, task.index);
        continue;
      }
      const here = { task, output };
      const other = ownerAt(output.path, tasks[writer]!, output);
      report(`${nameOf(other)} ${nameOf(here)}`, () => {
        // Said at the later of the two in the file.
        const later = place.get(other.task.stage.name)! <= place.get(task.stage.name)!;
        const [first, second] = later ? [other, here] : [here, other];
        const same = nameOf(first) === nameOf(second);
        const [a, b] = same ? [first.task.id, second.task.id] : [nameOf(first), nameOf(second)];
        return { path: pathOf(second), message: `\`${a}\` and \`${b}\` would both write ${output.path}` };
      });
    }
  }
  return writers;
}

/** Which output of the task has a path; another than `not`, if the task has two of that path. */
function ownerAt(path: string, task: Task, not?: TaskOutput): Owner {
  const output = task.outputs.find((candidate) => candidate.path === path && candidate !== not)!;
  return { task, output };
}

/** All directories that outputs lie in; each is looked at once, however many outputs share it. */
function directoriesOf(writers: Writers, tasks: readonly Task[], report: Report): Writers {
  const directories: Writers = new Map();
  for (const [path, writer] of writers) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const directory = path.slice(0, end);
      if (directories.has(directory)) break;
      directories.set(directory, writer);
      const outer = writers.get(directory);
      if (outer === undefined) continue;
      const [outside, inside] = [ownerAt(directory, tasks[outer]!), ownerAt(path, tasks[writer]!)];
      report(`${nameOf(outside)} ${nameOf(inside)}`, () => {
        const message = `this would lie inside ${directory}, which \`${nameOf(outside)}\` writes`;
        return { path: pathOf(inside), message };
      });
    }
  }
  return directories;
}

/** A task that writes the path, something in it, or what it lies inside of. */
function writerOf(path: string, writers: Writers, directories: Writers): number | undefined {
  // The whole project holds all outputs.
  if (path === '') return directories.values().next().value;
  const within = writers.get(path) ?? directories.get(path);
  if (within !== undefined) return within;
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const writer = writers.get(path.slice(0, end));
    if (writer !== undefined) return writer;
  }
  return undefined;
}

/** The path, or the directory below which a glob looks; null for a glob that looks everywhere. */
function baseOf(source: Exclude<TaskSource, { kind: 'output' }>): string | null {
  if (source.kind === 'path') return source.path;
  const fixed = /^[^*?[\]{}()!+@]*/.exec(source.pattern)![0];
  if (fixed === source.pattern) return fixed;
  const end = fixed.lastIndexOf('/');
  return end > 0 ? fixed.slice(0, end) : null;
}

function disguised(stage: Stage, { name, source }: StageInput, writer: Task, path: string): Problem {
  const output =
    writer.outputs.find((candidate) => candidate.path === path || candidate.path.startsWith(`${path}/`)) ??
    writer.outputs.find((candidate) => path === '' || path.startsWith(`${candidate.path}/`))!;
  const owner = { task: writer, output };
  const message = `this is or holds what \`${nameOf(owner)}\` writes (${output.path})`;
  const hint =
    stage === writer.stage
      ? 'a stage cannot read its own outputs; a chain over an axis is a `scan`'
      : `read it as \`${nameOf(owner)}\`, so that it is made first`;
  return { path: ['stages', stage.name, 'inputs', name, source.kind], message, hint };
}

function nameOf({ task, output }: Owner): string {
  return `${task.stage.name}.${output.name}`;
}

function pathOf({ task, output }: Owner): Path {
  return ['stages', task.stage.name, 'outputs', output.name];
}
