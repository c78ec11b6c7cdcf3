import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import type { Graph } from '../graph/graph.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Outcome } from '../plan/outcome.ts';
import { tally } from '../plan/progress.ts';
import { ifPossible } from '../store/atomic.ts';
import { look } from '../store/file-stat.ts';
import { layoutIn, lockName, runLockPath, runsPath, type Layout } from '../store/layout.ts';
import { Lock } from '../store/lock.ts';
import { thisProcess, type ProcessIdentity } from '../store/process-identity.ts';
import { noteUser } from '../store/users.ts';
import { createEngine, type Engine } from './engine.ts';
import type { EventBody, RunEvent } from './event.ts';
import { examine } from './examine.ts';
import { storeFailure } from './attempt.ts';
import { waitForProject } from './hold.ts';
import { removeLeftovers } from './leftovers.ts';
import type { Inspection, Project, ProjectOptions, RunOptions, RunSummary, Selection } from './project.ts';
import { RunLog, runName } from './run-log.ts';
import { Run } from './schedule.ts';
import { keepStanding } from './standing.ts';
import { survey } from './survey.ts';
import { WorkDirectories } from './work-directory.ts';

/** Opens the project in a directory: what was built there, the store, and workers when they are needed. */
export function openProject(directory: string, options: ProjectOptions = {}): Project {
  const engine = openEngine(directory, options);
  const { project, cache } = engine.layout;
  return {
    directory: project,
    cache,
    inspect: (manifest, graph, selection) => inspect(engine, manifest, graph, selection),
    examine: (manifest) => examine(engine, manifest),
    run: (manifest, graph, runOptions) => run(engine, manifest, graph, runOptions),
    close: () => engine.workers.close(),
    kill: () => {
      engine.workers.kill();
    },
  };
}

/** The same for commands that neither ask what is stale nor run it. */
export function openEngine(directory: string, options: ProjectOptions = {}): Engine {
  const project = realpathSync(directory);
  const environment = options.environment ?? process.env;
  const cache = options.cacheDirectory ?? environment['PIPE_CACHE_DIR'];
  return createEngine(layoutIn(project, cache), environment);
}

function openLock(layout: Layout, manifest: Manifest): Lock {
  return new Lock(join(layout.project, lockName(manifest.profile)), manifest.profile);
}

async function inspect(
  engine: Engine,
  manifest: Manifest,
  graph: Graph,
  selection: Selection,
): Promise<Inspection> {
  const lock = openLock(engine.layout, manifest);
  const { signal } = new AbortController();
  const found = await survey(engine, { manifest, graph, lock, selection, force: new Set(), signal });
  ifPossible(() => {
    saveStats(engine);
  });
  const tasks = [...found.plans].map(([index, { plan }]) => ({ index, id: graph.tasks[index]!.id, plan }));
  const { codeNotes, stageIssues, inputIssues } = found;
  return { tasks, codeNotes, stageIssues, inputIssues };
}

type Finished = Extract<RunSummary, { type: 'finished' }>;

async function run(
  engine: Engine,
  manifest: Manifest,
  graph: Graph,
  options: RunOptions,
): Promise<RunSummary> {
  const startedAt = Date.now();
  try {
    return await runAlone(engine, manifest, graph, options, startedAt);
  } catch (error) {
    if (options.signal.aborted && error === options.signal.reason)
      return stoppedEarly(engine.layout, startedAt);
    const failure = storeFailure(error, engine.layout.project);
    return { ...nothingDone(engine.layout, startedAt), unsaved: failure };
  }
}

async function runAlone(
  engine: Engine,
  manifest: Manifest,
  graph: Graph,
  options: RunOptions,
  startedAt: number,
): Promise<RunSummary> {
  const lockFile = runLockPath(engine.layout.project);
  const { signal, listener } = options;
  const waiting = ({ pid, host }: ProcessIdentity) => {
    listener({ at: Date.now(), type: 'waiting', pid, host });
  };
  const hold = await waitForProject(lockFile, { signal, waiting });
  if (hold === 'stopped') return stoppedEarly(engine.layout, startedAt);
  if (hold.type === 'foreign') {
    const { host, pid } = hold.holder;
    return { type: 'locked', host, pid };
  }
  try {
    return await runHeld(engine, manifest, graph, options, startedAt);
  } finally {
    hold.release();
  }
}

async function runHeld(
  engine: Engine,
  manifest: Manifest,
  graph: Graph,
  options: RunOptions,
  startedAt: number,
): Promise<RunSummary> {
  const me = thisProcess();
  noteUser(engine.layout, me.host);
  const work = new WorkDirectories(engine.layout, me);
  work.sweep();
  const lock = openLock(engine.layout, manifest);
  const { selection, force, signal } = options;
  const found = await survey(engine, { manifest, graph, lock, selection, force, signal });
  if (signal.aborted) return stoppedEarly(engine.layout, startedAt);
  const { stageIssues, inputIssues } = found;
  if (stageIssues.length > 0 || inputIssues.length > 0) {
    return { type: 'refused', stageIssues, inputIssues };
  }
  found.artifacts.sweep();
  const name = runName(startedAt);
  const directory = join(runsPath(engine.layout), name);
  const log = new RunLog(directory);
  const emit = (body: EventBody) => {
    const event: RunEvent = { at: Date.now(), ...body };
    log.write(event);
    options.listener(event);
  };
  const fresh = [...found.plans.values()].filter(({ plan }) => plan.state === 'fresh').length;
  const { jobs } = options;
  emit({ type: 'run-started', run: name, profile: manifest.profile, tasks: selection.size, fresh, jobs });
  const running = new Run({ engine, graph, survey: found, lock, log, work, options, emit });
  try {
    await running.all();
  } finally {
    work.closeAll();
    found.artifacts.sweep();
  }
  const former = selection.size === graph.tasks.length ? lock.keepOnly(graph.byId) : [];
  const unsaved = save(engine, lock);
  ifPossible(() => {
    const { project } = engine.layout;
    removeLeftovers(former, { project, manifest, graph, artifacts: found.artifacts, blobs: engine.blobs });
  });
  const summary: Finished = {
    type: 'finished',
    run: name,
    log: relative(engine.layout.project, directory),
    ...tally(running.outcomes.values()),
    failures: failuresOf(running.outcomes, graph),
    unsaved,
    stopped: options.signal.aborted,
    ms: Date.now() - startedAt,
  };
  const { ran, restored, failed, skipped, ms } = summary;
  emit({ type: 'run-finished', ran, restored, fresh: summary.fresh, failed, skipped, ms });
  log.close();
  const { question } = options;
  const quiet =
    fresh === selection.size && unsaved === null && found.digests.settled && !found.sources.searched;
  if (quiet && question !== undefined) {
    const env = [...new Set(manifest.stages.flatMap((stage) => stage.env))];
    const { profile, artifacts } = manifest;
    const standing = { question, profile, artifacts, tasks: selection.size, env };
    ifPossible(() => {
      keepStanding(engine.layout, standing, found.digests.looks, engine.environment);
    });
  }
  return summary;
}

function nothingDone(layout: Layout, startedAt: number): Finished {
  return {
    type: 'finished',
    run: '',
    log: relative(layout.project, runsPath(layout)),
    ...tally([]),
    failures: [],
    unsaved: null,
    stopped: false,
    ms: Date.now() - startedAt,
  };
}

function stoppedEarly(layout: Layout, startedAt: number): Finished {
  return { ...nothingDone(layout, startedAt), stopped: true };
}

function failuresOf(outcomes: ReadonlyMap<number, Outcome>, graph: Graph): Finished['failures'] {
  return [...outcomes].flatMap(([index, outcome]) =>
    outcome.type === 'failed' ? [{ task: graph.tasks[index]!.id, failure: outcome }] : [],
  );
}

/** The lock first: the rest only saves time. */
function save(engine: Engine, lock: Lock): Finished['unsaved'] {
  try {
    lock.save();
    saveStats(engine);
    return null;
  } catch (error) {
    return storeFailure(error, engine.layout.project);
  }
}

export function saveStats(engine: Engine): void {
  const { project } = engine.layout;
  engine.files.save((name) => look(isAbsolute(name) ? name : join(project, name)) !== null);
  engine.blobStats.save((digest) => look(engine.blobs.path(digest as never)) !== null);
}
