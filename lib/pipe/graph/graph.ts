import type { Point, Scalar } from '../json.ts';
import type { Stage } from '../manifest/manifest.ts';
import type { TaskParams } from './parameters.ts';

/** All tasks of a manifest, known before anything runs. */
export interface Graph {
  /** In topological order: what a task needs stands before it. A task's index here is its dense id. */
  readonly tasks: readonly Task[];
  readonly byId: ReadonlyMap<string, Task>;
  /** Stages without a task. */
  readonly absent: readonly AbsentStage[];
}

/** A stage that `when` leaves out, or that would read such a one. */
export interface AbsentStage {
  readonly stage: Stage;
  readonly by: 'when' | { readonly stage: string };
}

/** One concrete run of a stage: the node of the graph. */
export interface Task {
  /** Dense id: position in `Graph.tasks`. */
  readonly index: number;
  /** `stage`, or `stage@axis=value,axis=value` in the order of `axes`. */
  readonly id: string;
  readonly stage: Stage;
  /** Values of every axis of the stage: its own and those it takes from its inputs. */
  readonly point: Point;
  /** One value for all tasks of the stage for which the axes choose the same. */
  readonly params: TaskParams;
  /** The value before this one on the stage's scan axis; null for a first segment or without a scan. */
  readonly previous: Scalar | null;
  readonly inputs: readonly TaskInput[];
  readonly outputs: readonly TaskOutput[];
  /** Indices of the tasks whose outputs this one reads, or that it comes after, ascending, each once. */
  readonly needs: readonly number[];
  /** Indices of the tasks that read this one's outputs, or come after it, ascending, each once. */
  readonly neededBy: readonly number[];
}

export interface TaskInput {
  readonly name: string;
  /** Empty for an optional input without a file, and for a scan's first segment. */
  readonly sources: readonly TaskSource[];
}

export type TaskSource =
  /**
   * `output` is a position in the other task's `outputs`; `point` says where on the gathered axes it lies; `file` is
   * the path of one file in it.
   */
  | {
      readonly kind: 'output';
      readonly task: number;
      readonly output: number;
      readonly point: Point;
      readonly file?: string;
    }
  /** A file or directory, or a glob; which files it stands for is asked of the disk. */
  | { readonly kind: 'path'; readonly path: string; readonly external: boolean }
  | { readonly kind: 'glob'; readonly pattern: string };

export interface TaskOutput {
  readonly name: string;
  /** Project-relative path, all placeholders filled in, without a slash at the end. */
  readonly path: string;
  readonly directory: boolean;
  /** It goes once all that read it are done. */
  readonly temp?: boolean;
}

/** Where an output, or the file in it that is meant, lies. */
export function pathOf({ tasks }: Graph, source: Extract<TaskSource, { kind: 'output' }>): string {
  const { path } = tasks[source.task]!.outputs[source.output]!;
  return source.file === undefined ? path : `${path}/${source.file}`;
}
