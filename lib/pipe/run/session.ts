import { realpathSync } from '../store/disk.ts';
import type { Graph } from '../graph/graph.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { ifPossible } from '../store/atomic.ts';
import { layoutIn } from '../store/layout.ts';
import { openLock } from '../store/lock.ts';
import type { ProcessIdentity } from '../store/process-identity.ts';
import { storeFailure } from './store-failure.ts';
import { conductRun, nothingDone, saveStats } from './conduct.ts';
import type { StatedCapacity } from '../execute/capacity.ts';
import { createEngine, type Engine } from './engine.ts';
import { examine } from './examine.ts';
import { runMany } from './many.ts';
import { whileHeld } from './hold.ts';
import { onlyLook } from './only-look.ts';
import type { Inspection, Project, ProjectOptions, RunOptions, RunSummary, Selection } from './project.ts';
import { survey } from './survey.ts';
import { capacityFor, unmet } from './unmet.ts';

/** Opens the project in a directory: what was built there, the store, and workers when they are needed. */
export function openProject(directory: string, options: ProjectOptions = {}): Project {
  const engine = openEngine(directory, options);
  const { project, cache } = engine.layout;
  return {
    directory: project,
    cache,
    inspect: (...asked) => inspect(engine, ...asked),
    examine: (manifest) => examine(engine, manifest),
    run: (manifest, graph, runOptions) => runProject(engine, manifest, graph, runOptions),
    runMany: (runs) => runMany(engine, runs),
    close: async () => {
      await Promise.all([engine.workers.close(), engine.python.close()]);
    },
    kill: () => {
      engine.workers.kill();
    },
  };
}

/** The same for commands that neither ask what is stale nor run it. */
export function openEngine(directory: string, options: ProjectOptions = {}): Engine {
  const project = realpathSync(directory);
  // A plain copy: each look at `process.env` itself asks the system, and every task takes many.
  const environment = { ...(options.environment ?? process.env) };
  const cache = options.cacheDirectory ?? environment['PIPE_CACHE_DIR'];
  return createEngine(layoutIn(project, cache), environment, options.workers);
}

async function inspect(
  engine: Engine,
  manifest: Manifest,
  graph: Graph,
  selection: Selection,
  stated: StatedCapacity = {},
): Promise<Inspection> {
  const lock = openLock(engine.layout.project, manifest.profile, manifest.experiment);
  const { signal } = new AbortController();
  const found = await survey(engine, { manifest, graph, lock, selection, force: new Set(), signal });
  ifPossible(() => {
    saveStats(engine);
  });
  const tasks = [...found.plans].map(([index, { plan }]) => ({ index, id: graph.tasks[index]!.id, plan }));
  const { codeNotes, inputIssues } = found;
  const stageIssues = [
    ...found.stageIssues,
    ...unmet(graph, found.plans, capacityFor(engine, manifest, stated), engine),
  ];
  return { tasks, codeNotes, stageIssues, inputIssues };
}

/** One run, from the wait for the project to its summary; what the disk refuses is part of the summary. */
async function runProject(
  engine: Engine,
  manifest: Manifest,
  graph: Graph,
  options: RunOptions,
): Promise<RunSummary> {
  const startedAt = Date.now();
  const { signal, listener } = options;
  const waiting = ({ pid, host }: ProcessIdentity) => {
    listener({ at: Date.now(), type: 'waiting', pid, host });
  };
  const none = () => nothingDone(engine.layout, startedAt);
  const request = { engine, manifest, graph, options, startedAt };
  const hold = { taken: false };
  try {
    const summary = await whileHeld(engine.layout.project, { signal, waiting }, () => {
      hold.taken = true;
      return conductRun(request);
    });
    return summary.type === 'stopped' ? { ...none(), stopped: true } : summary;
  } catch (error) {
    if (signal.aborted && error === signal.reason) return { ...none(), stopped: true };
    const unsaved = storeFailure(error, engine.layout.project);
    return hold.taken ? { ...none(), unsaved } : await onlyLook(request, unsaved);
  }
}
