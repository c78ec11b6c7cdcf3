import { dirname } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import type { Outcome } from '../plan/outcome.ts';
import { failureLines, outcomeDetail, outcomeWord } from '../report/outcome.ts';
import { reasonText } from '../report/reason.ts';
import type { RunEvent } from '../run/event.ts';
import type { Lock } from '../store/lock.ts';
import { quoted } from './control.ts';
import { thinned } from './history.ts';
import { lineOf, plain, pointOf } from './page-event.ts';
import type { Asked } from './pipelines.ts';
import type { LogLine, ProgressPoint, TaskView } from './protocol.ts';
import type { Store } from './store.ts';
import { piecesOf } from './tail.ts';

/** Lines of its log and neighbours that are sent. */
const LINES = 2000;
const NEIGHBOURS = 60;

export interface TaskRequest {
  readonly id: string;
  readonly asked: Asked;
  readonly graph: Graph;
  /** Events of the run that is looked at; null for none. */
  readonly file: string | null;
  readonly lock: Lock;
  /** The lock that a run left in its directory. */
  readonly kept: (directory: string) => Lock | null;
  readonly store: Store;
  readonly plan: (index: number) => Promise<readonly string[] | null>;
}

/** All that is to be said of one task, in one run and as things stand. */
export async function taskView(request: TaskRequest): Promise<TaskView> {
  const { id, asked, graph, file, lock, kept, store, plan } = request;
  const task = graph.byId.get(id) ?? null;
  const past = file === null ? nothing() : await pastOf(id, file);
  const record = (file === null ? null : (kept(dirname(file))?.get(id) ?? null)) ?? lock.get(id);
  const neighbours = (indices: readonly number[]): string[] =>
    indices.slice(0, NEIGHBOURS).map((index) => graph.tasks[index]!.id);
  const { outcome } = past;
  return {
    id,
    title: task?.stage.title ?? '',
    command: commandFor(id, asked),
    state: outcome === null ? null : outcomeWord(outcome),
    plan: (task === null ? null : await plan(task.index)) ?? [],
    reasons: past.reasons,
    detail: outcome === null ? '' : outcomeDetail(outcome),
    failure: outcome?.type === 'failed' ? failureLines(outcome).map(plain) : [],
    startedAt: past.startedAt,
    finishedAt: past.finishedAt,
    points: thinned(past.points),
    log: past.log.slice(-LINES),
    params: task === null ? '{}' : JSON.stringify(task.params.values, null, 2),
    needs: task === null ? [] : neighbours(task.needs),
    needed: task === null ? [] : neighbours(task.neededBy),
    fingerprint: record?.fingerprint ?? null,
    outputs: task === null ? [] : store.outputs(task, record?.outputs ?? null),
  };
}

/** What runs it again, to be copied. */
function commandFor(id: string, { profile, set, experiment }: Asked): string {
  const options = [
    ...(profile === 'default' ? [] : [`--profile ${quoted(profile)}`]),
    ...(experiment === null ? [] : [`--as ${quoted(experiment)}`]),
    ...set.map((value) => `--set ${quoted(value)}`),
  ];
  return ['pipe run', quoted(id), ...options].join(' ');
}

interface Past {
  reasons: readonly string[];
  outcome: Outcome | null;
  startedAt: number | null;
  finishedAt: number | null;
  readonly points: ProgressPoint[];
  readonly log: LogLine[];
}

function nothing(): Past {
  return { reasons: [], outcome: null, startedAt: null, finishedAt: null, points: [], log: [] };
}

async function pastOf(id: string, file: string): Promise<Past> {
  const past = nothing();
  // Most lines are about others, and are not worth being read as JSON.
  const named = `"task":${JSON.stringify(id)}`;
  for await (const { events } of piecesOf(file, (line) => line.includes(named))) {
    for (const event of events) if ('task' in event && event.task === id) note(past, event);
  }
  return past;
}

function note(past: Past, event: Extract<RunEvent, { task: string }>): void {
  switch (event.type) {
    case 'task-started':
      past.reasons = event.reasons.map((reason) => reasonText(reason));
      past.startedAt = event.at;
      return;
    case 'task-progress':
      past.points.push(pointOf(event));
      return;
    case 'task-log':
    case 'task-warning':
      past.log.push(lineOf(event, (id) => id));
      if (past.log.length > 2 * LINES) past.log.splice(0, LINES);
      return;
    case 'task-queued':
    case 'job-lost':
      return;
    case 'task-finished':
      past.outcome = event.outcome;
      past.finishedAt = event.at;
  }
}
