import type { Graph } from '../graph/graph.ts';
import type { TaskPlan } from '../plan/plan.ts';
import type { PastRun } from '../run/past-runs.ts';
import { groupBy } from '../group.ts';
import { outcomeDetail, outcomeWord } from './outcome.ts';
import { reasonText } from './reason.ts';
import type { Style } from './style.ts';
import { planReasons } from './verdict.ts';

export interface Explained {
  readonly id: string;
  readonly past: PastRun | null;
  readonly plan: TaskPlan;
  /** Source files of the stage whose text changed, while their meaning did not. */
  readonly reworded: readonly string[];
}

/** Why each task last ran, and why it will run or not; tasks of which the same is to be said stand together. */
export function whyLines(tasks: readonly Explained[], graph: Graph, style: Style): string[] {
  const groups = groupBy(tasks, (task) => [pastKey(task.past), ...futureLines(task, graph)].join('\n'));
  return [...groups.values()].flatMap((group) => [
    style.colors.bold(headline(group)),
    ...indented([...pastLines(pastTogether(group)), ...futureLines(group[0]!, graph)]),
  ]);
}

/** The same for tasks that ended alike in one run for one reason, however long each took. */
function pastKey(past: PastRun | null): string {
  if (past === null) return '';
  const { run, outcome, reasons } = past;
  return JSON.stringify([run, outcome.type === 'ran' ? outcome.changed : outcome, reasons]);
}

/** The last run of a group: when the first of them ended, and the time they took in all. */
function pastTogether(group: readonly Explained[]): PastRun | null {
  const pasts = group.flatMap(({ past }) => past ?? []);
  const [first] = pasts;
  if (first === undefined) return null;
  const at = Math.min(...pasts.map((past) => past.at));
  const ms = pasts.reduce((sum, { outcome }) => sum + (outcome.type === 'ran' ? outcome.ms : 0), 0);
  return { ...first, at, outcome: first.outcome.type === 'ran' ? { ...first.outcome, ms } : first.outcome };
}

function headline(group: readonly Explained[]): string {
  const ids = group.map(({ id }) => id);
  return ids.length <= 3 ? ids.join(', ') : `${ids[0]!} and ${ids.length - 1} more`;
}

function pastLines(past: PastRun | null): string[] {
  if (past === null) return ['last: no run on record'];
  const detail = outcomeDetail(past.outcome);
  const said = `last: ${outcomeWord(past.outcome)} on ${localTime(past.at)}${detail === '' ? '' : ` (${detail})`}`;
  if (past.reasons.length === 0) return [said];
  return [`${said}, because`, ...indented(past.reasons.map((reason) => reasonText(reason)))];
}

function futureLines({ plan, reworded }: Explained, graph: Graph): string[] {
  const notes = reworded.map((file) => `text of ${file} changed, meaning did not`);
  switch (plan.state) {
    case 'fresh':
      return ['next: will not run: nothing that it depends on has changed', ...indented(notes)];
    case 'restorable':
      return because('next: will be restored from the store, not run:', plan, notes, graph);
    case 'stale':
      return because('next: will run, because', plan, notes, graph);
    case 'unknown':
      return plan.reasons.length === 0
        ? ['next: will run only', ...indented([...planReasons(plan, graph), ...notes])]
        : because(`next: will run after ${makersOf(plan.upstream, graph)}, because`, plan, notes, graph);
  }
}

function because(opening: string, plan: TaskPlan, notes: readonly string[], graph: Graph): string[] {
  return [opening, ...indented([...planReasons(plan, graph), ...notes])];
}

function makersOf(upstream: readonly number[], graph: Graph): string {
  const ids = upstream.map((index) => graph.tasks[index]!.id);
  return ids.length <= 3 ? ids.join(', ') : `${ids[0]!} and ${ids.length - 1} more`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** `2026-11-24 09:20`, on the clock of the machine. */
export function localTime(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
