import type { Digest } from '../digest.ts';
import type { ProcessIdentity } from '../store/process-identity.ts';
import type { Queue } from './queue.ts';

/** Everything that a driver asks of its surroundings: what a test has to put in their place. */
export interface World {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Ends early when `woken` resolves. */
  pause(ms: number, woken: Promise<void>): Promise<void>;
  /** From 0 to 1. */
  chance(): number;
  readonly me: ProcessIdentity;
  /** Whether the process that wrote a batch is seen to be gone. */
  isGone(driver: ProcessIdentity): boolean;
  readonly queue: Queue;
  readonly folders: Folders;
  /** Whether the result of an action is in the store. */
  committed(fingerprint: Digest): boolean;
}

/** The folders of batches, as far as one can see them from here. */
export interface Folders {
  names(): readonly string[];
  /** With the text of its `tasks.ndjson`. */
  create(batch: string, text: string): void;
  append(batch: string, text: string): void;
  /** The text of its `tasks.ndjson`; null where there is none. */
  read(batch: string): string | null;
  /** Lists the folder anew: bytes of the lines of these elements, where they have any. */
  sizes(batch: string, elements: readonly number[]): ReadonlyMap<number, number>;
  /** Whole lines of an element from a byte on. */
  lines(
    batch: string,
    element: number,
    from: number,
  ): { readonly lines: readonly string[]; readonly to: number };
  /** Whether what an element said before a moment has come here; where a file system shows it, patience is all there is. */
  settled(batch: string, element: number, since: number): boolean;
  /** The end of what the engine wrote of an element. */
  logTail(batch: string, element: number): readonly string[];
  /**
   * Takes the place of an element that has not begun, so that it never will; false when it has. Whoever makes the file
   * of its lines owns it.
   */
  revoke(batch: string, element: number, at: number): boolean;
  remove(batch: string): void;
  /** Keeps other drivers of this store from making batches meanwhile. */
  exclusively<T>(work: () => T): Promise<T>;
}
