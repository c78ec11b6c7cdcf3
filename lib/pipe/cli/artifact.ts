import { relative, resolve, sep } from 'node:path';
import type { Task, TaskOutput } from '../graph/graph.ts';
import { nearest } from '../manifest/suggest.ts';
import type { Configured } from './configuration.ts';
import { mistake, type Context } from './context.ts';

/** An output of a task, or a file inside an output that is a directory. */
export interface Artifact {
  readonly task: Task;
  readonly output: TaskOutput;
  /** Project-relative, with slashes. */
  readonly path: string;
}

/** The artifacts that a path, a task, a stage, or either with `.output` names; null after saying that none is meant. */
export function artifactsNamed(
  context: Context,
  configured: Configured,
  name: string,
): readonly Artifact[] | null {
  const { graph, directory } = configured;
  const path = relative(directory, resolve(context.directory, name)).split(sep).join('/');
  const all = graph.tasks.flatMap((task) =>
    task.outputs.map((output) => ({ task, output, path: output.path })),
  );
  const byPath = all.filter((artifact) => artifact.path === path);
  if (byPath.length > 0) return byPath;
  const inside = all.find(({ output }) => output.directory && path.startsWith(`${output.path}/`));
  if (inside !== undefined) return [{ ...inside, path }];
  const byTask = all.filter((artifact) => namesOf(artifact).includes(name));
  if (byTask.length > 0) return byTask;
  const known = new Set(all.flatMap((artifact) => [...namesOf(artifact), artifact.path]));
  const near = nearest(name, known);
  mistake(
    context,
    `no task makes \`${name}\``,
    near === undefined
      ? "give a path below artifacts, a task, or stage.output: pipe show 'train@epoch=5.model'"
      : `did you mean \`${near}\`?`,
  );
  return null;
}

function namesOf({ task, output }: Artifact): string[] {
  const stage = task.stage.name;
  return [task.id, stage, `${task.id}.${output.name}`, `${stage}.${output.name}`];
}
