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
  /** Where jobs share no files with the driver: its version, and by name the variables that are its to say. */
  readonly apart?: { readonly version: string; readonly named: readonly string[] };
}

/** Bytes that are sent: what is to be known of them, and their place in the project, if they have one. */
export interface SentFile {
  readonly digest: Digest;
  readonly size: number;
  readonly executable: boolean;
  readonly name: string | null;
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
  /** Of packages that it loads, the versions. */
  readonly packages: Readonly<Record<string, string>>;
  /** Its program, where that has to be sent. */
  readonly sent?: readonly SentFile[];
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
  /** What it reads, and the text of its action, where that has to be sent. */
  readonly sent?: { readonly files: readonly SentFile[]; readonly action: string };
}

/** A task of a chain. */
export interface LinkTicket extends Ticket {
  /** The index of the task before it. */
  readonly before: number;
  readonly action: OpenAction;
}

/** What other tasks make of what it reads. */
export function madeInputs({ task, makers }: Ticket): readonly (readonly [TaskOutput, Digest])[] {
  const by = new Map(makers.map(([index, outputs, digests]) => [index, { outputs, digests }]));
  return task.inputs.flatMap(({ sources }) =>
    sources.flatMap((source) => {
      if (source.kind !== 'output') return [];
      const { outputs, digests } = by.get(source.task)!;
      const output = outputs[source.output]!;
      return [[output, digests[output.name]!] as const];
    }),
  );
}
