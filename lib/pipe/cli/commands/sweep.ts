import { rm } from 'node:fs/promises';
import type { RemoteSettings } from '../../remote/settings.ts';
import { jsonReporter } from '../../report/json.ts';
import { count } from '../../report/quantity.ts';
import { sweepReporter, type SweepReporter } from '../../report/sweep.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import type { OneRun, RunSummary } from '../../run/project.ts';
import { openProject } from '../../run/session.ts';
import { experimentArtifacts, readExperiment } from '../../store/experiments.ts';
import { statedCapacity, type Stated } from '../capacity.ts';
import { configureIn, type Configured } from '../configuration.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { beginExperiment, endExperiment } from '../experiment-run.ts';
import { nameFits, sameSet } from '../experiments.ts';
import { combinations, drawn, pointOf, readGrid, type Point } from '../grid.ts';
import { interruption } from '../interrupt.ts';
import { findProject } from '../locate.ts';
import type { CapacityOptions, ConfigurationOptions } from '../options.ts';
import { printIssues, refuseHeld } from '../refusal.ts';
import { chosenRemote, type RemoteOptions } from '../remote.ts';
import { chosen } from '../selection.ts';
import { version } from '../version.ts';
import { revisionOf } from '../revision.ts';

export interface SweepOptions extends Omit<ConfigurationOptions, 'as'>, CapacityOptions, RemoteOptions {
  readonly grid: readonly string[];
  readonly random?: number;
  readonly seed: number;
  readonly name?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Experiments of a sweep, beyond which a slip in a grid is likelier than so much time. */
const MOST = 10_000;

/** `pipe sweep`: an experiment for every combination of values. */
export async function sweep(
  context: Context,
  patterns: readonly string[],
  options: SweepOptions,
): Promise<number> {
  const directory = findProject(context);
  if (directory === null) return EXIT.mistake;
  const points = pointsOf(context, directory, options);
  if (points === null || !allLoad(context, directory, points, patterns, options)) return EXIT.mistake;
  if (options.dryRun === true) {
    for (const { name, set } of points) context.out(`${name}  ${set.join(' ')}\n`);
    context.out(`${count(points.length, 'experiment')}\n`);
    return EXIT.ok;
  }
  const first = configurationAt(context, directory, points[0]!, options);
  const stated = first && statedCapacity(context, first.manifest, options);
  if (stated === null) return EXIT.mistake;
  const choice = chosenRemote(context, directory, first!.manifest.remote, options);
  if (!choice.ok) return EXIT.mistake;
  const means = { ...stated, declared: first!.manifest.resources, remote: choice.remote };
  return await runAll(context, directory, points, patterns, means, options);
}

function pointsOf(context: Context, directory: string, options: SweepOptions): readonly Point[] | null {
  const { grid: texts, random, seed, name = '' } = options;
  if (texts.length === 0) {
    mistake(context, 'a sweep needs `--grid`', 'pipe sweep --grid learningRate=0.1,0.05 --grid seed=0..4');
    return null;
  }
  const base = configureIn(context, directory, options);
  if (base === null) return null;
  const grid = readGrid(texts, base.manifest.params, random !== undefined);
  if (!grid.ok) {
    mistake(context, grid.message, grid.hint);
    return null;
  }
  const size = grid.keys.reduce(
    (all, { values }) => all * (typeof values === 'function' ? 1 : values.length),
    1,
  );
  if ((random ?? size) > MOST) {
    mistake(context, `these are ${size} experiments`, `\`--random N\` draws some; the most are ${MOST}`);
    return null;
  }
  const values = random === undefined ? combinations(grid.keys) : drawn(grid.keys, random, seed);
  const points = values.map((each) => pointOf(grid.keys, each, name));
  const all = points.map((point) => ({ ...point, set: [...options.set, ...point.set] }));
  return all.every((point) => isFree(context, directory, point)) ? all : null;
}

/** Whether an experiment of this name is not there, or just this one. */
function isFree(context: Context, directory: string, { name, set }: Point): boolean {
  if (!nameFits(context, directory, name)) return false;
  const record = readExperiment(directory, name);
  if (record === null || sameSet(record.set, set)) return true;
  const hint = 'give the sweep a `--name`, or take that one away: pipe experiment remove';
  mistake(context, `there is an experiment \`${name}\`, with ${record.set.join(' and ')}`, hint);
  return false;
}

function configurationAt(
  context: Context,
  directory: string,
  { name, set }: Point,
  { profile }: SweepOptions,
): Configured | null {
  return configureIn(context, directory, { ...(profile !== undefined && { profile }), set, as: name });
}

/** False after saying which values the pipeline cannot have: before anything runs. */
function allLoad(
  context: Context,
  directory: string,
  points: readonly Point[],
  patterns: readonly string[],
  options: SweepOptions,
): boolean {
  const said = new Set<string>();
  const once = {
    ...context,
    err: (text: string) => {
      if (!said.has(text)) context.err(text);
      said.add(text);
    },
  };
  return points.every((point) => {
    const configured = configurationAt(once, directory, point, options);
    return configured !== null && chosen(once, configured, patterns, {}) !== null;
  });
}

interface Means extends Stated {
  readonly declared: Manifest['resources'];
  readonly remote: RemoteSettings | null;
}

async function runAll(
  context: Context,
  directory: string,
  points: readonly Point[],
  patterns: readonly string[],
  { jobs, capacity, declared, remote: settings }: Means,
  options: SweepOptions,
): Promise<number> {
  const silent = { ...context, err: () => undefined };
  const project = openProject(directory);
  const interrupted = interruption(context, () => {
    project.kill();
  });
  const { signal } = interrupted;
  const reporter = reporterOf(context, points.length, options);
  const revision = await revisionOf(directory);
  let failed = 0;
  let remote = settings;
  const run = (point: Point) => (): OneRun => {
    const configured = configurationAt(silent, directory, point, options)!;
    const { manifest, graph } = configured;
    const { selection, force } = chosen(silent, configured, patterns, {})!;
    const record = beginExperiment(configured, { revision, laysOut: false });
    return {
      manifest,
      graph,
      options: {
        selection,
        force,
        jobs,
        keepGoing: true,
        signal,
        remote,
        origin: Promise.resolve({ set: point.set, experiment: point.name, engine: version(), revision }),
        listener: (event) => {
          reporter.event(point.name, event);
          // What one gave up, those that begin later do not wait for.
          if (event.type === 'remote-trouble' && event.stopped) remote = without(remote, event.doing);
        },
      },
      ended: async (summary) => {
        await endExperiment(configured, record, summary);
        // What commands read was laid there; the store has it.
        if (!record.laidOut)
          await rm(experimentArtifacts(directory, point.name), { recursive: true, force: true });
        if (isBad(summary)) failed += 1;
        if (summary.type === 'refused')
          printIssues(context, configured, summary.stageIssues, summary.inputIssues);
        reporter.ended(point.name, summary);
      },
    };
  };
  const waiting = ({ pid, host }: { pid: number; host: string }) => {
    reporter.event('', { at: Date.now(), type: 'waiting', pid, host });
  };
  try {
    const result = await project.runMany({
      jobs,
      capacity,
      declared,
      signal,
      waiting,
      runs: points.map(run),
    });
    if (result.type === 'locked') return refuseHeld(context, result);
    reporter.close(signal.aborted);
    return interrupted.status() ?? (failed > 0 ? EXIT.failed : EXIT.ok);
  } finally {
    await project.close();
    interrupted.dispose();
  }
}

function without(remote: RemoteSettings | null, doing: 'read' | 'write'): RemoteSettings | null {
  return remote === null || doing === 'read' ? null : { ...remote, write: false };
}

function isBad(summary: RunSummary): boolean {
  if (summary.type !== 'finished') return true;
  return summary.failed > 0 || summary.unsaved !== null;
}

function reporterOf(context: Context, total: number, { json }: SweepOptions): SweepReporter {
  const { out, style, live, columns = 80 } = context;
  if (json !== true) return sweepReporter(out, style, { total, live, columns });
  return {
    event: (experiment, event) => {
      jsonReporter((text) => {
        out(text.replace(/^\{/, `{"experiment":${JSON.stringify(experiment)},`));
      }).event(event);
    },
    ended: () => undefined,
    close: () => undefined,
  };
}
