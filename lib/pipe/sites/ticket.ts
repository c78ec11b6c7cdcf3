import type { Digest } from '../digest.ts';
import type { CheckRequest } from '../execute/protocol.ts';
import type { PythonRun } from '../execute/executor.ts';
import type { Task, TaskOutput } from '../graph/graph.ts';
import type { Stage } from '../manifest/manifest.ts';
import type { OpenAction } from '../plan/open-action.ts';
import type { OutputDigests } from '../plan/record.ts';
import type { Layout } from '../store/layout.ts';

/** What jobs of a batch need beside their tickets. Paths are those of a file system that they share with the driver. */
export interface Common {
  readonly layout: Layout;
  /** The driver's variables that tasks may see. */
  readonly env: Readonly<Record<string, string>>;
  /** The machine that the actions were planned for. */
  readonly machine: string;
  readonly strict: boolean;
  /** Seconds that a job waits for files which it is to see. */
  readonly patience: number;
  readonly stages: Readonly<Record<string, ShippedStage>>;
}

export interface ShippedStage {
  readonly stage: Pick<Stage, 'name' | 'work' | 'timeout' | 'env' | 'passEnv' | 'retries' | 'resources'>;
  readonly bundle: string | null;
  readonly python: (PythonRun & { readonly version: string }) | null;
  /** Files that a command runs, which it may read at any time. */
  readonly code: readonly Seen[];
  /** What the stage says of where it runs, and how it is asked: null where it is not. */
  readonly check: {
    readonly request: Omit<CheckRequest, 'env'>;
    readonly toolchain: Readonly<Record<string, string>>;
  } | null;
}

/** A file of the project and the digest that it has to have. */
export type Seen = readonly [name: string, digest: Digest];

/** One task, as data. Of a link of a chain, the digests of the task before it are filled in when it is done. */
export interface Ticket {
  readonly stage: string;
  readonly task: Pick<Task, 'id' | 'point' | 'params' | 'previous' | 'inputs' | 'outputs'>;
  /** The tasks that make its inputs: by index, their outputs and digests. */
  readonly makers: readonly (readonly [
    index: number,
    outputs: readonly TaskOutput[],
    digests: OutputDigests,
  ])[];
  /** What its paths and patterns stand for, in the order of its inputs. */
  readonly files: readonly { readonly names: readonly string[]; readonly directory: boolean }[];
  /** Files of the project that it reads. */
  readonly seen: readonly Seen[];
  /** It is to run, whatever the store has of it. */
  readonly anew?: true;
}

/** A task of a chain. */
export interface LinkTicket extends Ticket {
  /** The index of the task before it. */
  readonly before: number;
  readonly action: OpenAction;
}
