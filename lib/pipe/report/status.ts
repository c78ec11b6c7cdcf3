import type { Graph } from '../graph/graph.ts';
import type { CodeNote, InspectedTask, Inspection } from '../run/project.ts';
import { groupBy } from '../group.ts';
import { count, grouped } from './quantity.ts';
import type { Style } from './style.ts';
import { planKind, planReasons, VERDICTS, verdictOf, type Verdict } from './verdict.ts';
import { columnsOf, padded } from './width.ts';

/** A line per stage; below it one line for every reason that some of its tasks share. */
export function statusLines(inspection: Inspection, graph: Graph, style: Style): string[] {
  const stages = groupBy(inspection.tasks, ({ index }) => graph.tasks[index]!.stage.name);
  const width = Math.max(0, ...[...stages.keys()].map(columnsOf));
  const lines = [...stages].flatMap(([stage, tasks]) => [
    `${style.colors.bold(padded(stage, width))}  ${verdictCounts(tasks, style)}`,
    ...reasonLines(tasks, graph, ' '.repeat(width + 4)),
  ]);
  const left = inspection.tasks.length === graph.tasks.length ? absentLines(graph, style) : [];
  return [...lines, ...left, ...codeNoteLines(inspection.codeNotes), ...totalLines(inspection.tasks, style)];
}

/** Stages that have no tasks, and why. */
export function absentLines({ absent }: Graph, { colors }: Style): string[] {
  return absent.map(({ stage, by }) => {
    const why = by === 'when' ? 'its `when` does not hold' : `it reads \`${by.stage}\``;
    return colors.dim(`left out: ${stage.name} (${why})`);
  });
}

/** Every task on a line of its own, with its reasons below. */
export function statusTaskLines(inspection: Inspection, graph: Graph, style: Style): string[] {
  const lines = inspection.tasks.flatMap(({ id, plan }) => [
    `${painted(verdictOf(plan), padded(verdictOf(plan), 10), style)}  ${id}`,
    ...planReasons(plan, graph).map((reason) => `              ${reason}`),
  ]);
  return [...lines, ...codeNoteLines(inspection.codeNotes), ...totalLines(inspection.tasks, style)];
}

/** Edits that change nothing, so that nobody wonders. */
export function codeNoteLines(notes: readonly CodeNote[]): string[] {
  const stages = groupBy(notes, ({ file }) => file);
  return [...stages].map(
    ([file, of]) =>
      `note: the text of ${file} changed, its meaning did not (${of.map(({ stage }) => stage).join(', ')})`,
  );
}

function verdictCounts(tasks: readonly InspectedTask[], style: Style): string {
  const counts = countByVerdict(tasks);
  const fresh = counts.get('up to date') ?? 0;
  if (fresh === tasks.length) return `${style.colors.dim('up to date')}${fresh > 1 ? ` (${fresh})` : ''}`;
  return VERDICTS.filter((verdict) => counts.has(verdict))
    .map((verdict) => painted(verdict, `${counts.get(verdict)!} ${verdict}`, style))
    .join(', ');
}

function reasonLines(tasks: readonly InspectedTask[], graph: Graph, indent: string): string[] {
  const busy = tasks.filter(({ plan }) => plan.state !== 'fresh');
  const groups = groupBy(busy, ({ plan }) => {
    const verdict = verdictOf(plan);
    const kind = planKind(plan, graph);
    return verdict === 'may run' ? `${verdict} ${kind}` : `${verdict}: ${kind}`;
  });
  return [...groups].map(([text, group]) => `${indent}${group.length} ${text}`);
}

function totalLines(tasks: readonly InspectedTask[], style: Style): string[] {
  const counts = countByVerdict(tasks);
  const fresh = counts.get('up to date') ?? 0;
  if (fresh === tasks.length) {
    const which = fresh === 1 ? '1 task is' : `all ${count(fresh, 'task')} are`;
    return [`${style.colors.green('nothing to do')}: ${which} up to date`];
  }
  const parts = VERDICTS.filter((verdict) => counts.has(verdict)).map(
    (verdict) => `${grouped(counts.get(verdict)!)} ${verdict}`,
  );
  return [`${style.colors.bold(count(tasks.length, 'task'))}: ${parts.join(', ')}`];
}

function countByVerdict(tasks: readonly InspectedTask[]): Map<Verdict, number> {
  const counts = new Map<Verdict, number>();
  for (const { plan } of tasks) {
    const verdict = verdictOf(plan);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  return counts;
}

function painted(verdict: Verdict, text: string, { colors }: Style): string {
  switch (verdict) {
    case 'to run':
      return colors.yellow(text);
    case 'may run':
      return colors.magenta(text);
    case 'to restore':
      return colors.cyan(text);
    case 'up to date':
      return colors.dim(text);
  }
}
