import type { Digest } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import type { OutputDigests } from '../plan/record.ts';
import type { Answer } from './protocol.ts';
import type { ShippedStage, Ticket } from './ticket.ts';

/** Where a job has to bring what it reads, and give what it makes: a remote cache. */
export interface Outside {
  /** Of the program here. */
  readonly version: string;
  /** Brings the program of a stage; names of what is not to be had. */
  program(shipped: ShippedStage): Promise<readonly string[]>;
  /** Brings program and inputs; paths of what is not to be had. */
  bring(task: Task, ticket: Ticket, shipped: ShippedStage): Promise<readonly string[]>;
  /** What somebody has given of an action. */
  find(fingerprint: Digest, task: Task): Promise<Extract<Answer, { type: 'done' }> | null>;
  /** Gives a result; false when that cannot be. */
  give(fingerprint: Digest, action: string, task: Task, made: Made): Promise<boolean>;
}

export interface Made {
  readonly outputs: OutputDigests;
  readonly ms: number;
}
