import type { Digest } from '../digest.ts';
import type { Task, TaskOutput } from '../graph/graph.ts';
import type { Mark } from '../files/file-digests.ts';
import type { SourceMark } from '../files/source-files.ts';
import type { Engine } from './engine.ts';
import type { Survey } from './survey.ts';

interface MadeInput {
  readonly name: string;
  readonly output: TaskOutput;
  readonly digest: Digest;
  /** The one in it that is meant; null for all. */
  readonly file: string | null;
}

/** Inputs that other tasks make, with the digest that each is to have. */
export function madeInputs(task: Task, { facts, known }: Survey): readonly MadeInput[] {
  return task.inputs.flatMap(({ name, sources }) =>
    sources.flatMap((source) => {
      if (source.kind !== 'output') return [];
      const output = facts.graph.tasks[source.task]!.outputs[source.output]!;
      const digest = known[source.task]![output.name]!;
      return [{ name, output, digest, file: source.file ?? null }];
    }),
  );
}

/** How the inputs of a task lay when it started: files of the project, artifacts, blobs. */
export interface InputMarks {
  readonly sources: readonly SourceMark[];
  /** Outputs of others as a command reads them. */
  readonly artifacts: readonly Mark[];
  /** And as a module does. */
  readonly blobs: readonly MadeInput[];
}

export function markInputs(task: Task, survey: Survey): InputMarks {
  const made = madeInputs(task, survey);
  const command = task.stage.work.kind === 'cmd';
  return {
    ...markSources(task, survey),
    artifacts: command ? made.map(({ output }) => survey.artifacts.mark(output)) : [],
    blobs: command ? [] : made,
  };
}

/** Only of files that no task makes. */
export function markSources(task: Task, { sources }: Survey): InputMarks {
  const marks = task.inputs.flatMap((input) =>
    input.sources.flatMap((source) => (source.kind === 'output' ? [] : [sources.mark(source)])),
  );
  return { sources: marks, artifacts: [], blobs: [] };
}

/**
 * Paths of inputs that no longer lie as they were marked, whatever their bytes are by now. From then on they are
 * looked at anew.
 */
export function movedInputs(
  { sources, artifacts, blobs }: InputMarks,
  { engine, survey }: { readonly engine: Engine; readonly survey: Survey },
): string[] {
  return [
    ...sources.flatMap((mark) => survey.sources.moved(mark)),
    ...artifacts.flatMap((mark) => survey.digests.moved(mark)),
    ...blobs
      .filter(({ output, digest }) => !engine.blobs.holds(output, digest))
      .map(({ output }) => output.path),
  ];
}

/** Has files that no task makes looked at anew if they lie otherwise: what ran before this task may have changed them. */
export function lookAgain(
  task: Task,
  surroundings: { readonly engine: Engine; readonly survey: Survey },
): void {
  movedInputs(markSources(task, surroundings.survey), surroundings);
}

/** The first of its own files that is not there (any more). */
export function lostSource(
  task: Task,
  { sources }: Survey,
): { readonly input: string; readonly path: string } | null {
  for (const input of task.inputs) {
    for (const source of input.sources) {
      const found = source.kind === 'output' ? null : sources.expand(source);
      if (found?.type === 'issue') return { input: input.name, path: found.path };
    }
  }
  return null;
}

/** Who ran beside whom, so that those who may have changed the files of others can be named. */
export class Beside {
  readonly #running = new Map<string, Set<string>>();

  enter(id: string): { readonly others: ReadonlySet<string>; leave(): void } {
    const others = new Set(this.#running.keys());
    for (const each of this.#running.values()) each.add(id);
    this.#running.set(id, others);
    return { others, leave: () => this.#running.delete(id) };
  }
}
