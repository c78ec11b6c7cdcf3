import type { Path, Problem } from '../manifest/diagnostic.ts';
import type { Manifest, Stage, StageInput } from '../manifest/manifest.ts';
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
  const writers = writersOf(manifest, tasks, report);
  const directories = directoriesOf(writers, tasks, report);
  const top = manifest.artifacts.split('/')[0]!;
  for (const { stage, inputs } of tasks) {
    for (let position = 0; position < stage.inputs.length; position++) {
      for (const source of inputs[position]!.sources) {
        if (source.kind === 'output') break;
        const base = baseOf(source);
        // Only what lies with the outputs can be one, or hold one.
        if (base !== null && base !== '' && !base.startsWith(top)) continue;
        const writer = base === null ? undefined : writerOf(base, writers, directories);
        if (writer === undefined) continue;
        const input = stage.inputs[position]!;
        report(`${stage.name}.${input.name}`, () => disguised(stage, input, tasks[writer]!, base!));
      }
    }
  }
  return [...found.values()];
}

type Report = (key: string, problem: () => Problem) => void;

function writersOf({ stages }: Manifest, tasks: readonly Task[], report: Report): Writers {
  const writers: Writers = new Map();
  const place = new Map(stages.map(({ name }, position) => [name, position]));
  for (const task of tasks) {
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
