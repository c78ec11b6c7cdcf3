import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../digest.ts';
import type { TaskListener } from '../execute/executor.ts';
import type { Variables } from '../execute/environment.ts';
import { appendFileSync, readFileSync } from '../store/disk.ts';
import { claimElement } from './real-folders.ts';
import { OnNode } from './on-node.ts';
import { HEARTBEAT, linesFile, readBatch, TASKS_FILE, type Answer, type JobLine } from './protocol.ts';
import type { Common, Ticket } from './ticket.ts';

/** Milliseconds between two words of a task's progress. */
const progressEvery = 1000;
/** Milliseconds in which the end of a job, which reaches all its processes at once, comes here, too. */
const jobsEnd = 300;

/** Exit statuses: it is not this job's to do; there is nothing that tells what to do. */
const elsewhere = 0;
const unknown = 98;

/** What a job does: its element of a batch, a task after the other, as long as there is time. */
export async function carryOutElement(folder: string, element: number, env: Variables): Promise<number> {
  const batch = readBatch(readFileSync(join(folder, TASKS_FILE), 'utf8'));
  if (batch === null) return unknown;
  const [job, node] = [env['PIPE_JOB'] ?? '', env['PIPE_NODE'] ?? ''];
  const begun: JobLine = { t: 'begun', job, node, at: Date.now() };
  // Whoever makes this file carries it out: neither a second start of this job, nor one that was taken back.
  if (!claimElement(folder, element, `${JSON.stringify(begun)}\n`)) return elsewhere;
  const say = speaker(join(folder, linesFile(element)));
  const beat = setInterval(() => {
    say({ t: 'alive', at: Date.now() });
  }, HEARTBEAT * 1000);
  const stop = new AbortController();
  const onNode = new OnNode(batch.head.common as unknown as Common, env);
  const stopped = () => {
    stop.abort();
  };
  for (const name of ['SIGTERM', 'SIGINT', 'SIGXCPU'] as const) process.on(name, stopped);
  const until = endOf(env, batch.head.needs.time);
  const longest = batch.head.needs.time;
  try {
    for (const { fingerprint, ticket, expected } of batch.tasks.filter((line) => line.element === element)) {
      if (stop.signal.aborted) break;
      const needs = expected === null || longest === null ? 0 : expected * 1.5;
      if (Date.now() + needs > until) {
        say({ t: 'left', f: fingerprint });
        continue;
      }
      say({ t: 'started', f: fingerprint, at: Date.now() });
      const answer = await onNode.carryOut(
        fingerprint,
        ticket as unknown as Ticket,
        listenerFor(fingerprint, say),
        stop.signal,
      );
      if (await ownFault(answer, stop.signal)) say({ t: 'answer', f: fingerprint, answer });
    }
    if (!stop.signal.aborted) say({ t: 'ended', at: Date.now() });
  } finally {
    clearInterval(beat);
    await onNode.close();
  }
  return stop.signal.aborted ? 143 : 0;
}

/** A task that died because its job is being ended has not failed. */
async function ownFault(answer: Answer, signal: AbortSignal): Promise<boolean> {
  if (answer.type !== 'failed') return true;
  if (!signal.aborted) await sleep(jobsEnd);
  return !signal.aborted;
}

/** When the job will be ended, milliseconds since the epoch. */
function endOf(env: Variables, seconds: number | null): number {
  const told = Number(env['SLURM_JOB_END_TIME'] ?? '');
  if (told > 0) return told * 1000;
  return seconds === null ? Infinity : Date.now() + seconds * 1000;
}

/** Appends whole lines. A disk that is full for a moment is tried again by the next line. */
function speaker(file: string): (line: JobLine) => void {
  let kept = '';
  return (line) => {
    kept += `${JSON.stringify(line)}\n`;
    try {
      appendFileSync(file, kept);
      kept = '';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  };
}

function listenerFor(f: Digest, say: (line: JobLine) => void): TaskListener {
  let last = 0;
  return {
    progress: (done, total, unit, note, numbers) => {
      const now = Date.now();
      if (now - last < progressEvery && (total === 0 || done < total)) return;
      last = now;
      say({ t: 'progress', f, done, total, unit, note, ...(numbers && { numbers }) });
    },
    log: (stream, text) => {
      say({ t: 'log', f, stream, text });
    },
    warning: (text) => {
      say({ t: 'warning', f, text });
    },
  };
}
