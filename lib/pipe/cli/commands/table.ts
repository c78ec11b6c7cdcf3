import { basename } from 'node:path';
import { didYouMean, listed } from '../../manifest/suggest.ts';
import {
  comparisonCsv,
  comparisonJson,
  comparisonLines,
  comparisonMarkdown,
  type ComparedRow,
  type Comparison,
} from '../../report/experiment-table.ts';
import type { Engine } from '../../run/engine.ts';
import { openEngine } from '../../run/session.ts';
import { experimentsIn, type Experiment } from '../../store/experiments.ts';
import { runLockPath } from '../../store/layout.ts';
import { openLock } from '../../store/lock.ts';
import { holderOf } from '../../store/project-lock.ts';
import { compared, type Subject } from '../compare.ts';
import { pastRuns, runSubjects } from '../run-subjects.ts';
import { configure, configureIn, type Configured } from '../configuration.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { configurationOf, WORKSPACE } from '../experiments.ts';
import { SEEDS } from '../grid.ts';
import type { ConfigurationOptions } from '../options.ts';
import { declarationOf, keepTaskMetrics, keptMetrics } from '../view/kept-metrics.ts';
import { declaresMetrics, taskMetrics } from '../view/task-metrics.ts';
import { oneFormat, type FormatOptions } from './metrics.ts';
import { isLike } from '../../wildcard.ts';

interface TableOptions extends Omit<ConfigurationOptions, 'as'>, FormatOptions {
  readonly sort?: string;
  readonly desc?: true;
  readonly baseline?: string;
  readonly metrics?: readonly string[];
  readonly over?: readonly string[];
}

/** `pipe table`: experiments side by side. */
export async function table(
  context: Context,
  names: readonly string[],
  options: TableOptions,
): Promise<number> {
  const configured = configure(context, options);
  if (configured === null || !oneFormat(context, options)) return EXIT.mistake;
  const { directory, graph } = configured;
  const { runs, others } = pastRuns(directory, names);
  const [base] = pastRuns(directory, options.baseline === undefined ? [] : [options.baseline]).runs;
  const pin = base === undefined ? options.baseline : basename(base);
  const patterns = names.length === 0 ? null : others;
  const wanted = named(context, experimentsIn(directory), patterns, pin);
  if (wanted === null) return EXIT.mistake;
  const past = await runSubjects(context, directory, [
    ...new Set([...runs, ...(base === undefined ? [] : [base])]),
  ]);
  if (past === null) return EXIT.mistake;
  const workspace = names.length === 0 || [...names, options.baseline].includes(WORKSPACE);
  const all = await comparisonOf(context, configured, wanted, workspace, options.over, past);
  const comparison = arranged(context, all, options);
  if (comparison === null) return EXIT.mistake;
  const baseline = pinned(comparison, pin);
  print(context, comparison, baseline, options);
  if (wanted.length === 0 && past.length === 0)
    context.err('note: there are no experiments yet: pipe run --as NAME --set PATH=VALUE, or pipe sweep\n');
  if (!declaresMetrics(graph)) context.err('note: no stage declares `metrics`: name outputs with numbers\n');
  return EXIT.ok;
}

/** Experiments, and the project as it is, if wanted, side by side. */
export async function comparisonOf(
  context: Context,
  configured: Configured,
  experiments: readonly Experiment[],
  workspace: boolean,
  seeds: readonly string[] = SEEDS,
  past: readonly Subject[] = [],
): Promise<Comparison> {
  const engine = openEngine(configured.directory);
  const subjects = [
    ...(workspace ? await workspaceOf(configured, engine) : []),
    ...(await subjectsOf(context, configured, engine, experiments)),
    ...past,
  ];
  return compared(subjects, configured.manifest, seeds);
}

/** The experiments that names and patterns stand for; all when these are null. Null after saying which is not there. */
function named(
  context: Context,
  all: readonly Experiment[],
  names: readonly string[] | null,
  baseline: string | undefined,
): readonly Experiment[] | null {
  if (names === null) return all;
  const known = [...all.map(({ name }) => name), WORKSPACE];
  const matching = (pattern: string) => known.filter((name) => isLike(pattern, name));
  const found = new Set<string>();
  for (const pattern of names) {
    const matches = matching(pattern);
    if (matches.length === 0) {
      mistake(
        context,
        `there is no experiment \`${pattern}\``,
        didYouMean(pattern, known) ?? `there are ${listed(known)}`,
      );
      return null;
    }
    for (const name of matches) found.add(name);
  }
  if (baseline !== undefined) for (const name of matching(baseline)) found.add(name);
  return all.filter(({ name }) => found.has(name));
}

/** The project as it is, where it was built. */
async function workspaceOf(
  { directory, manifest, graph }: Configured,
  { blobs }: Engine,
): Promise<readonly Subject[]> {
  const lock = openLock(directory, manifest.profile);
  if (lock.ids().length === 0) return [];
  const { rows: metrics } = await taskMetrics(graph.tasks, lock, blobs);
  return [{ name: WORKSPACE, state: 'finished', params: manifest.params, metrics, alone: true }];
}

async function subjectsOf(
  context: Context,
  { directory, manifest }: Configured,
  engine: Engine,
  experiments: readonly Experiment[],
): Promise<readonly Subject[]> {
  const declared = declarationOf(manifest);
  const busy = holderOf(runLockPath(directory)) !== null;
  const subjects: Subject[] = [];
  for (const { name, record } of experiments) {
    const state = record.state === 'running' && !busy ? 'interrupted' : record.state;
    const kept = keptMetrics(directory, name, declared);
    const metrics = kept ?? (await readAgain(context, engine, { name, record }));
    subjects.push({ name, state, params: record.params, metrics, alone: false });
  }
  return subjects;
}

/** Of an experiment that was killed, or of which other metrics were kept. None where the pipeline no longer takes its values. */
async function readAgain(context: Context, engine: Engine, { name, record }: Experiment) {
  const silent = { ...context, err: () => undefined };
  const configured = configureIn(silent, engine.layout.project, configurationOf(name, record));
  return configured === null ? [] : await keepTaskMetrics(engine, configured, name);
}

/** Sorted, and with the metrics that were asked for; null after saying which is not there. */
function arranged(
  context: Context,
  comparison: Comparison,
  { sort, desc, metrics: asked }: TableOptions,
): Comparison | null {
  let { metrics } = comparison;
  for (const name of asked ?? []) if (!found(context, name, metrics)) return null;
  if (asked !== undefined) metrics = asked.flatMap((name) => metrics.filter((metric) => fits(name, metric)));
  if (sort === undefined) return { ...comparison, metrics };
  const param = comparison.params.find(({ path, name }) => sort === path || sort === name);
  const metric =
    comparison.metrics.find((each) => each === sort) ?? comparison.metrics.find((each) => fits(sort, each));
  if (param === undefined && metric === undefined) {
    const columns = [...comparison.params.map(({ name }) => name), ...comparison.metrics];
    mistake(
      context,
      `there is no column \`${sort}\``,
      didYouMean(sort, columns) ?? `there are ${listed(columns)}`,
    );
    return null;
  }
  const value = (row: ComparedRow) =>
    metric !== undefined ? (row.metrics.get(metric)?.mean ?? NaN) : Number(row.params.get(param!.path));
  const sign = desc === true ? -1 : 1;
  const rows = comparison.rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    // What has no number stands below, whichever way.
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return sign * (left - right);
  });
  return { ...comparison, metrics, rows };
}

function found(context: Context, name: string, metrics: readonly string[]): boolean {
  if (metrics.some((metric) => fits(name, metric))) return true;
  mistake(
    context,
    `there is no metric \`${name}\``,
    didYouMean(name, metrics) ?? `there are ${listed(metrics)}`,
  );
  return false;
}

/** A name, one with axes behind it, or the beginning of one before a `*`. */
function fits(name: string, metric: string): boolean {
  if (name.endsWith('*')) return metric.startsWith(name.slice(0, -1));
  return metric === name || metric.startsWith(`${name}{`) || metric.endsWith(`.${name}`);
}

function pinned({ rows }: Comparison, name: string | undefined): ComparedRow | null {
  return rows.find((row) => name !== undefined && (row.name === name || row.members.includes(name))) ?? null;
}

function print(
  context: Context,
  comparison: Comparison,
  baseline: ComparedRow | null,
  { json, csv, markdown }: FormatOptions,
): void {
  if (json === true) {
    context.out(`${JSON.stringify(comparisonJson(comparison, baseline))}\n`);
    return;
  }
  const lines =
    csv === true
      ? comparisonCsv(comparison, baseline)
      : markdown === true
        ? comparisonMarkdown(comparison, baseline)
        : comparisonLines(comparison, baseline, context.columns);
  for (const line of lines) context.out(`${line}\n`);
}
