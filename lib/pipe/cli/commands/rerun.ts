import type { Task } from '../../graph/graph.ts';
import { failureReport } from '../../report/failure.ts';
import { duration } from '../../report/quantity.ts';
import { openEngine } from '../../run/session.ts';
import { rerunTasks, type Rerun, type RerunSummary } from '../../upkeep/rerun.ts';
import { statedCapacity } from '../capacity.ts';
import { configure, type Configured } from '../configuration.ts';
import { EXIT, type Context } from '../context.ts';
import { differenceText } from '../view/difference.ts';
import { interruption } from '../interrupt.ts';
import type { CapacityOptions, ConfigurationOptions } from '../options.ts';
import { printIssues, refuseHeld } from '../refusal.ts';
import { chosen } from '../selection.ts';

export interface RerunCommandOptions extends ConfigurationOptions, CapacityOptions {
  readonly json?: true;
}

type Tally = Record<Rerun['type'], number>;

/** `pipe verify --rerun`: whether tasks give the recorded bytes again. */
export async function rerun(
  context: Context,
  patterns: readonly string[],
  options: RerunCommandOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null) return EXIT.mistake;
  const named = chosen(context, configured, patterns, patterns.length > 0 ? { only: true } : {});
  const needed = chosen(context, configured, patterns, {});
  const stated = statedCapacity(context, configured.manifest, options);
  if (named === null || needed === null || stated === null) return EXIT.mistake;
  const engine = openEngine(configured.directory);
  const interrupted = interruption(context, () => {
    engine.workers.kill();
  });
  const tally: Tally = { same: 0, differs: 0, failed: 0, skipped: 0 };
  try {
    const summary = await rerunTasks(engine, configured.manifest, configured.graph, {
      tasks: named.selection,
      selection: needed.selection,
      ...stated,
      signal: interrupted.signal,
      waiting: ({ pid, host }) => {
        context.err(`waiting for another pipe run in this project (process ${pid} on ${host})\n`);
      },
      ended: async (task, ended) => {
        tally[ended.type] += 1;
        if (options.json === true) context.out(`${JSON.stringify(await rerunJson(task, ended))}\n`);
        else for (const line of await rerunLines(task, ended, context)) context.out(`${line}\n`);
      },
    });
    return interrupted.status() ?? conclude(context, configured, summary, tally, options);
  } finally {
    await engine.workers.close();
    interrupted.dispose();
  }
}

function conclude(
  context: Context,
  configured: Configured,
  summary: RerunSummary,
  tally: Tally,
  { json }: RerunCommandOptions,
): number {
  switch (summary.type) {
    case 'refused':
      printIssues(context, configured, summary.stageIssues, summary.inputIssues);
      return EXIT.mistake;
    case 'locked':
      return refuseHeld(context, summary);
    case 'finished': {
      const counts = Object.entries(tally).filter(([, n]) => n > 0);
      if (json !== true) context.out(`${counts.map(([word, n]) => `${n} ${word}`).join(', ')}\n`);
      if (tally.differs + tally.failed > 0) return EXIT.failed;
      return tally.same > 0 ? EXIT.ok : EXIT.mistake;
    }
  }
}

async function rerunLines(task: Task, ended: Rerun, { style }: Context): Promise<string[]> {
  switch (ended.type) {
    case 'same':
      return [`${style.colors.green('same')}     ${task.id} (${duration(ended.ms)})`];
    case 'differs': {
      const texts = await Promise.all(
        ended.outputs.map(async (each) => `         ${each.path}: ${await differenceText(each)}`),
      );
      return [`${style.colors.red('differs')}  ${task.id}`, ...texts];
    }
    case 'failed':
      return failureReport(task.id, ended.failure, ended.tail, style);
    case 'skipped':
      return [`skipped  ${task.id}: ${skipText(ended)}`];
  }
}

function skipText(skipped: Extract<Rerun, { type: 'skipped' }>): string {
  switch (skipped.reason) {
    case 'not-up-to-date':
      return 'it is not up to date; `pipe run` it first';
    case 'input-temporary':
      return `its input ${skipped.path} is temporary and gone`;
    case 'input-not-in-store':
      return `the store has lost its input ${skipped.path}; \`pipe verify\` puts it back`;
  }
}

async function rerunJson(task: Task, ended: Rerun): Promise<object> {
  if (ended.type !== 'differs') return { task: task.id, ...ended };
  const outputs = ended.outputs.map(async (each) => {
    const { output, path } = each;
    return { output, path, difference: await differenceText(each) };
  });
  return { task: task.id, type: ended.type, outputs: await Promise.all(outputs) };
}
