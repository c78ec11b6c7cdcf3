import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../digest.ts';
import type { TaskListener } from '../execute/executor.ts';
import type { Variables } from '../execute/environment.ts';
import type { OutputDigests } from '../plan/record.ts';
import { appendFileSync, readFileSync } from '../store/disk.ts';
import { claimElement } from './real-folders.ts';
import { OnNode } from './on-node.ts';
import {
  HEARTBEAT,
  linesFile,
  readBatch,
  TASKS_FILE,
  type Answer,
  type JobLine,
  type Link,
  type TaskLine,
} from './protocol.ts';
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
  const onNode = new OnNode(batch.head.common as unknown as Common, env);
  return await carryOutTasks(batch, element, { env, onNode, say });
}

/** Who carries out, and says what becomes of it. */
export interface Carrier {
  readonly env: Variables;
  readonly onNode: OnNode;
  readonly say: (line: JobLine) => void;
}

export async function carryOutTasks(
  batch: NonNullable<ReturnType<typeof readBatch>>,
  element: number,
  { env, onNode, say }: Carrier,
): Promise<number> {
  const beat = setInterval(() => {
    say({ t: 'alive', at: Date.now() });
  }, HEARTBEAT * 1000);
  const stop = new AbortController();
  const stopped = () => {
    stop.abort();
  };
  for (const name of ['SIGTERM', 'SIGINT', 'SIGXCPU'] as const) process.on(name, stopped);
  const until = endOf(env, batch.head.needs.time);
  const running: RunningJob = { onNode, say, signal: stop.signal, until };
  const bounded = batch.head.needs.time !== null;
  try {
    const { questions } = batch.head;
    if (questions !== undefined) say(await onNode.answer(questions, stop.signal));
    for (const line of batch.tasks) {
      if (line.element !== element) continue;
      if (stop.signal.aborted) break;
      await carryOutChain(line, bounded, running);
    }
    if (!stop.signal.aborted) say({ t: 'ended', at: Date.now() });
  } finally {
    clearInterval(beat);
    await onNode.close();
  }
  return stop.signal.aborted ? 143 : 0;
}

interface RunningJob {
  readonly onNode: OnNode;
  readonly say: (line: JobLine) => void;
  readonly signal: AbortSignal;
  /** When it will be ended, milliseconds since the epoch. */
  readonly until: number;
}

/** A task, and what comes after it in its chain, as far as there is time. `bounded`: it says how much there is. */
async function carryOutChain(
  { fingerprint, ticket, expected, chain = [] }: TaskLine,
  bounded: boolean,
  job: RunningJob,
): Promise<void> {
  const { say, signal, until } = job;
  let step: Step | null = { f: fingerprint, ticket: ticket as unknown as Ticket, links: chain };
  let needed = expected === null || !bounded ? 0 : expected * 1.5;
  while (step !== null && !signal.aborted) {
    const { f }: Step = step;
    if (Date.now() + needed > until) {
      say({ t: 'left', f });
      return;
    }
    say({ t: 'started', f, at: Date.now() });
    const [answer, next] = await carryOutStep(step, job);
    if (!(await ownFault(answer, signal))) return;
    say({ t: 'answer', f, answer });
    if (answer.type !== 'done') return;
    // What the ones before it took is known better than what was thought.
    needed = Math.max(needed, answer.known === true ? 0 : answer.ms * 1.5);
    step = next;
  }
}

interface Step {
  readonly f: Digest;
  readonly ticket: Ticket;
  readonly links: readonly Link[];
}

/** One of a chain; what comes after it is named before anybody can know that it is done. */
async function carryOutStep(
  { f, ticket, links: [link, ...rest] }: Step,
  { onNode, say, signal }: RunningJob,
): Promise<readonly [Answer, Step | null]> {
  let next: Step | null = null;
  const made = (outputs: OutputDigests): void => {
    if (link === undefined) return;
    next = { ...onNode.following(link, outputs), links: rest };
    say({ t: 'next', f: next.f, open: link.open, after: f });
  };
  const answer = await onNode.carryOut(f, ticket, { listener: listenerFor(f, say), signal, made });
  return [answer, next];
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
