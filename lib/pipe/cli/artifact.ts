import { relative, resolve, sep } from 'node:path';
import type { Task, TaskOutput } from '../graph/graph.ts';
import { normalPath } from '../manifest/path.ts';
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
  // As it is seen from where the user stands, or as the program prints it.
  const printed = normalPath(name);
  const byPath = [path, printed].map((each) => all.filter((artifact) => artifact.path === each));
  const named = byPath.find((artifacts) => artifacts.length > 0);
  if (named !== undefined) return named;
  for (const each of [path, printed]) {
    const inside = all.find(({ output }) => output.directory && each.startsWith(`${output.path}/`));
    if (inside !== undefined) return [{ ...inside, path: each }];
  }
  const byTask = all.filter((artifact) => namesOf(artifact).includes(name));
  if (byTask.length > 0) return byTask;
  const below = all.flatMap((artifact) => insideOf(artifact, name));
  if (below.length > 0) return below;
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

/** A file of a directory, behind the directory's name: `plot.figures/loss.svg`. */
function insideOf(artifact: Artifact, name: string): Artifact[] {
  if (!artifact.output.directory) return [];
  const directory = namesOf(artifact).find((each) => name.startsWith(`${each}/`));
  return directory === undefined ? [] : [{ ...artifact, path: artifact.path + name.slice(directory.length) }];
}

function namesOf({ task, output }: Artifact): string[] {
  const stage = task.stage.name;
  return [task.id, stage, `${task.id}.${output.name}`, `${stage}.${output.name}`];
}
