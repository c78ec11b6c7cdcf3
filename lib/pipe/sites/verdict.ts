import type { Digest } from '../digest.ts';
import type { Failure } from '../plan/outcome.ts';
import type { Job } from './job.ts';

/** What becomes of a task whose job is over without an answer for it. */
export type Verdict =
  /** Again as it was: nothing was the matter with it. */
  | { readonly type: 'again' }
  /** The job or its node was lost: again, but not for ever. `avoid`: a node. */
  | { readonly type: 'lost'; readonly avoid: string | null }
  /** Again, if it can be given more of something; else that failure. */
  | { readonly type: 'more'; readonly of: 'memory' | 'time'; readonly failure: Failure }
  | { readonly type: 'failed'; readonly failure: Failure };

/** What engines without control groups write when they kill a job for its memory, and the kernel. */
const memoryWords = /memory limit|oom[-_ ]?kill|out of memory|exceeded.{0,20}memory/i;

const lostStates = new Set(['BOOT_FAIL', 'NODE_FAIL', 'PREEMPTED', 'REVOKED', 'FORGOTTEN']);
const badNode = new Set(['BOOT_FAIL', 'NODE_FAIL']);

/** `tail`: the last lines that the engine wrote of the job. */
export function verdictOn(fingerprint: Digest, job: Job, tail: readonly string[]): Verdict {
  if (job.left.has(fingerprint) || job.revoked) return { type: 'again' };
  const { state } = job;
  const { memory, time } = job.batch.needs;
  if (state === 'CANCELLED') return job.batch.cancelled ? { type: 'again' } : lostFor(job, 'CANCELLED', tail);
  const avoid = badNode.has(state) && job.node !== '' ? job.node : null;
  // Of a job that has begun, only the task that it was at can have had a part in it.
  if (job.begun !== null && job.running !== fingerprint) return { type: 'again' };
  if (lostStates.has(state)) return { type: 'lost', avoid };
  if (job.running === null) return { type: 'lost', avoid };
  if (state === 'OUT_OF_MEMORY' || tail.some((line) => memoryWords.test(line)))
    return {
      type: 'more',
      of: 'memory',
      failure: { type: 'failed', log: null, reason: 'out-of-memory', memory },
    };
  // It had not all of the time that it may take, if others had theirs before it.
  const first = job.answered.size === 0;
  if ((state === 'TIMEOUT' || state === 'DEADLINE') && !first) return { type: 'again' };
  if (state === 'TIMEOUT' || state === 'DEADLINE')
    return {
      type: 'more',
      of: 'time',
      failure: { type: 'failed', log: null, reason: 'out-of-time', seconds: time },
    };
  return { type: 'lost', avoid: null };
}

function lostFor(job: Job, state: string, tail: readonly string[]): Verdict {
  return { type: 'failed', failure: lostFailure(job, state, 1, tail) };
}

export function lostFailure(job: Job, state: string, times: number, tail: readonly string[]): Failure {
  return { type: 'failed', log: null, reason: 'job-lost', job: job.name, state, times, tail };
}
