import type { TaskListener } from '../execute/executor.ts';
import type { Engine } from './engine.ts';
import type { Beside } from './input-marks.ts';
import type { Survey } from './survey.ts';
import type { WorkDirectories } from './work-directory.ts';

/** All that a task which runs is given, and tells. */
export interface Execution {
  readonly engine: Engine;
  readonly survey: Survey;
  readonly work: WorkDirectories;
  readonly threads: number;
  /** GPUs that it holds. */
  readonly devices: readonly string[];
  readonly listener: TaskListener;
  readonly options: { readonly strict?: boolean };
  /** Undeclared reads that were warned of in this run, each as stage and path. */
  readonly told: Set<string>;
  readonly beside: Beside;
  readonly signal: AbortSignal;
  /** Called when nothing runs for the task any more; resolves when those that waited for its place have it. */
  readonly over: () => Promise<void>;
}

/** What of it does not hang on where the task runs. */
export type Surroundings = Omit<Execution, 'threads' | 'devices' | 'over' | 'work'>;
