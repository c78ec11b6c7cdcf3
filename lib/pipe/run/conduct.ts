import { isAbsolute, join, relative } from 'node:path';
import { interpreterVariables } from '../code/python-interpreter.ts';
import { Gate } from '../execute/gate.ts';
import type { Graph } from '../graph/graph.ts';
import { filesRead } from '../manifest/files-read.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Outcome } from '../plan/outcome.ts';
import { tally } from '../plan/progress.ts';
import { ifPossible } from '../store/atomic.ts';
import { look } from '../store/file-stat.ts';
import { runsPath, type Layout } from '../store/layout.ts';
import { openLock, type Lock } from '../store/lock.ts';
import { thisProcess } from '../store/process-identity.ts';
import { noteUser } from '../store/users.ts';
import type { Moved } from './aside.ts';
import { storeFailure } from './store-failure.ts';
import type { Engine } from './engine.ts';
import type { EventBody, RunEvent } from './event.ts';
import { fillStore } from './fill-store.ts';
import { removeLeftovers } from './leftovers.ts';
import { anyAstray, placedNow, readPlaced, writePlaced } from './placed.ts';
import type { RunOptions, RunSummary } from './project.ts';
import { forecast, runStarted } from './forecast.ts';
import { keepLock, keepParams } from './kept-lock.ts';
import { RunLog, runName } from './run-log.ts';
import { openSide } from './remote-side.ts';
import type { Shared } from './schedule-parts.ts';
import { Schedule } from './schedule.ts';
import { keepStanding } from './standing.ts';
import { freeTemps } from './store-temps.ts';
import { survey, type Survey } from './survey.ts';
import { capacityFor, unmet } from './unmet.ts';
import { WorkDirectories } from './work-directory.ts';

export interface RunRequest {
  readonly engine: Engine;
  readonly manifest: Manifest;
  readonly graph: Graph;
  readonly options: RunOptions;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** What it has together with runs that go on beside it. */
  readonly shared?: Shared | undefined;
}

type Finished = Extract<RunSummary, { type: 'finished' }>;

/** One run of a project that this process holds: survey, schedule, lock. */
export async function conductRun(request: RunRequest): Promise<RunSummary> {
  const { engine, manifest, graph, options, startedAt, shared } = request;
  const me = thisProcess();
  noteUser(engine.layout, me.host);
  const work = shared?.work ?? new WorkDirectories(engine.layout, me);
  if (shared === undefined) work.sweep();
  const lock = openLock(engine.layout.project, manifest.profile, manifest.experiment);
  const { selection, force, signal, remote: settings = null } = options;
  const allHere = settings?.download === 'all' || (manifest.experiment !== null && options.places === true);
  const here = await inTurn(shared, () =>
    survey(engine, { manifest, graph, lock, selection, force, signal, allHere }),
  );
  if (signal.aborted) return { ...nothingDone(engine.layout, startedAt), stopped: true };
  const { inputIssues } = here;
  const stated = { ...options.capacity, jobs: options.jobs };
  const gate = shared?.gate ?? new Gate(capacityFor(engine, manifest, stated));
  // What a site has, its engine says.
  const lacking = options.site == null ? unmet(graph, here.plans, gate.capacity, engine) : [];
  const stageIssues = [...here.stageIssues, ...lacking];
  if (stageIssues.length > 0 || inputIssues.length > 0) {
    return { type: 'refused', stageIssues, inputIssues };
  }
  here.artifacts.sweep();
  const aside = manifest.experiment !== null;
  if (!aside) fillStore(engine, graph, here, me.host);
  const run = runName(startedAt);
  const directory = join(runsPath(engine.layout), run);
  const log = new RunLog(directory);
  const emit = (body: EventBody) => {
    const event: RunEvent = { at: Date.now(), ...body };
    log.write(event);
    options.listener(event);
  };
  here.artifacts.onMoved = (moved) => {
    emit(movedWarning(moved, graph));
  };
  const strict = options.strict === true;
  const anyOpen = [...here.plans.values()].some(({ plan }) => plan.state !== 'fresh');
  const elsewhere = anyOpen ? (options.site ?? null) : null;
  const found = (await elsewhere?.surveyed({ engine, manifest, survey: here, strict, signal, emit })) ?? here;
  const started = await runStarted(run, request, found.plans);
  const { fresh } = started;
  emit(started);
  const side = { engine, graph, lock, places: !aside, ...found };
  const remote =
    fresh === selection.size
      ? null
      : await openSide(settings, side, signal, emit, options.site?.apart === true);
  const open = fresh === selection.size ? null : (options.site ?? null);
  const site = (await open?.open({ engine, manifest, survey: found, strict, signal, emit })) ?? null;
  const parts = { engine, graph, survey: found, lock, log, work, options, emit, gate, remote, site };
  const schedule = new Schedule({ ...parts, places: !aside, shared, root: manifest.artifacts });
  try {
    await schedule.finishAll();
    if (aside && options.places === true) await placeAll(request, found);
  } catch (error) {
    await remote?.settle(AbortSignal.abort());
    throw error;
  } finally {
    await site?.close();
    if (shared === undefined) await work.closeAll();
    found.artifacts.sweep();
  }
  found.elsewhere.save();
  const unsaved = saveResults(request, found, lock, [...schedule.outcomes.values()]);
  keepLock(directory, lock);
  keepParams(directory, manifest.params);
  const use = await remote?.settle(signal);
  if (shared === undefined && unsaved === null)
    freeTemps(schedule.givenUp, { engine, manifest, graph, lock });
  const summary: Finished = {
    type: 'finished',
    run,
    log: relative(engine.layout.project, directory),
    ...tally(schedule.outcomes.values()),
    failures: failuresOf(schedule.outcomes, graph),
    unsaved,
    stopped: signal.aborted,
    ms: Date.now() - startedAt,
  };
  const { ran, restored, failed, skipped, stopped, ms } = summary;
  const told = { ran, restored, fresh: summary.fresh, failed, skipped, stopped };
  emit({ type: 'run-finished', ...told, ...(use && { remote: use }), ms });
  log.close();
  if (fresh === selection.size && unsaved === null) noteStanding(request, found);
  return summary;
}

function movedWarning({ output, files, to }: Moved, graph: Graph): EventBody {
  const task = graph.tasks.find(({ outputs }) => outputs.some(({ path }) => path === output))?.id ?? output;
  const more = files.length === 1 ? '' : ` and ${files.length - 1} more`;
  const message = `${output}/${files[0]!}${more}, which no task made, moved to ${to}: ${output} is replaced whole`;
  return { type: 'task-warning', task, message };
}

/** One survey at a time: what they learn of files and code they keep in common. */
async function inTurn<T>(shared: Shared | undefined, work: () => Promise<T>): Promise<T> {
  if (shared === undefined) return await work();
  const result = shared.surveyed.then(work);
  shared.surveyed = result.catch(() => undefined);
  return await result;
}

/** Lays all outputs of an experiment that are known and stay into its directory. */
async function placeAll(
  { graph, options }: RunRequest,
  { artifacts, known, passing }: Survey,
): Promise<void> {
  for (const index of options.selection) {
    if (options.signal.aborted) return;
    const outputs = known[index] ?? null;
    const task = graph.tasks[index]!;
    if (outputs !== null) await artifacts.place(task, outputs, (output) => passing(task, output));
  }
}

/** Writes the lock and, as it is then known what is no longer made, tidies `artifacts/`. */
function saveResults(
  { engine, manifest, graph, options }: RunRequest,
  { artifacts }: Survey,
  lock: Lock,
  outcomes: readonly Outcome[],
): Finished['unsaved'] {
  const { project } = engine.layout;
  const former = options.selection.size === graph.tasks.length ? lock.keepOnly(graph.byId) : [];
  const unsaved = save(engine, lock);
  if (manifest.experiment !== null) return unsaved;
  ifPossible(() => {
    const placed = readPlaced(engine.layout, manifest.profile);
    const idle = outcomes.every(({ type }) => type === 'fresh');
    if (idle && former.length === 0 && placed !== null && !anyAstray(placed, graph)) return;
    const now = placedNow(graph, lock);
    const there = new Set(now.map(({ path }) => path));
    const others = (placed ?? []).filter(({ path }) => !there.has(path));
    // Of a task that could not be finished, the last good outputs stay, wherever they lay.
    const ended = outcomes.every(({ type }) => type !== 'failed' && type !== 'skipped');
    const whole = ended && options.selection.size === graph.tasks.length;
    const place = { project, manifest, graph, artifacts, blobs: engine.blobs };
    removeLeftovers(former, whole ? others : [], place);
    // Last, so that a run that is killed meanwhile leaves the rest to the next.
    writePlaced(engine.layout, manifest.profile, whole ? now : [...now, ...others]);
  });
  return unsaved;
}

/** So that the same question need not be looked into while everything stands as it does. */
function noteStanding(
  { engine, manifest, graph, options: { question, selection } }: RunRequest,
  { digests, sources, plans }: Survey,
): void {
  const searched = sources.searched || manifest.globs.length > 0;
  if (question === undefined || !digests.settled || searched) return;
  const python = manifest.stages.some(({ code }) => code !== null) ? interpreterVariables : [];
  const env = [...new Set([...python, ...manifest.stages.flatMap((stage) => stage.env)])];
  const { profile, artifacts } = manifest;
  const stages = forecast(graph, plans).map(({ stage, tasks }) => [stage, tasks] as const);
  const standing = {
    question,
    files: filesRead(manifest),
    profile,
    artifacts,
    tasks: selection.size,
    stages,
    env,
  };
  ifPossible(() => {
    keepStanding(engine.layout, standing, digests.looks, engine.environment);
  });
}

export function nothingDone(layout: Layout, startedAt: number): Finished {
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
