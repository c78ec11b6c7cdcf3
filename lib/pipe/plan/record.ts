import type { Digest } from '../digest.ts';
import { decodeAction, fingerprintOf, type Action } from './action.ts';

/** Digests by output name; a directory's is that of its listing. */
export type OutputDigests = Readonly<Record<string, Digest>>;

/** What a lock says of one task: what determined it and what came out. */
export interface TaskRecord {
  readonly fingerprint: Digest;
  readonly outputs: OutputDigests;
  /** The canonical text of the action, kept to tell what changed since. */
  readonly action: string;
}

/** What determined a task when it was built; null where the record is damaged: its fingerprint is that of another action. */
export function recordedAction({ fingerprint, action }: TaskRecord): Action | null {
  return fingerprintOf(action) === fingerprint ? decodeAction(action) : null;
}

export function sameOutputs(a: OutputDigests, b: OutputDigests): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
