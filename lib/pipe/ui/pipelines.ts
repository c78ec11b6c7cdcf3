import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { axisFiles } from '../files/axis-files.ts';
import type { InputIssue, StageIssue } from '../files/issue.ts';
import type { Graph } from '../graph/graph.ts';
import { orderedAxesOf, runsOf, stageGraph, stagesOf } from '../graph/stages.ts';
import { filesRead } from '../manifest/files-read.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { stageLanes } from '../report/dag.ts';
import { ActionCache } from '../store/actions.ts';
import { lockName, MANIFEST_FILE, type Layout } from '../store/layout.ts';
import { openLock, type Lock } from '../store/lock.ts';
import type { PipelineView, StageView } from './protocol.ts';

/** Which configuration is looked at. */
export interface Asked {
  readonly profile: string;
  readonly set: readonly string[];
  /** The name of an experiment, instead of the project itself. */
  readonly experiment: string | null;
}

export type Loaded =
  | {
      readonly ok: true;
      readonly manifest: Manifest;
      readonly graph: Graph;
      readonly issues: (stages: readonly StageIssue[], inputs: readonly InputIssue[]) => string;
    }
  | { readonly ok: false; readonly problem: string };

/** How `pipeline.yaml` is read, and what is wrong with it told; given by whoever starts the server. */
export interface Reading {
  load(asked: Asked): Loaded;
  profiles(): readonly string[];
}

const NO_GRAPH: Graph = { tasks: [], byId: new Map(), absent: [] };
const NOTHING_READ = { paramsFile: null, included: [], globs: [] };
/** Configurations that are kept: a few are looked at in turn, and a large one takes its place in memory. */
const KEPT = 4;
/** Tasks of a stage whose recorded time is looked up. */
const SAMPLED = 20;

/** Pipelines as they lie, by configuration, read again when their file was written. */
export class Pipelines {
  readonly layout: Layout;
  readonly #reading: Reading;
  readonly #loaded = new Map<string, { readonly stamp: string; readonly loaded: Loaded }>();
  readonly #views = new Map<
    string,
    { readonly loaded: Loaded; readonly lock: Lock; readonly view: PipelineView }
  >();
  #profiles: { readonly stamp: string; readonly names: readonly string[] } | null = null;
  readonly #locks = new Map<string, { readonly stamp: string; readonly lock: Lock }>();
  /** Beside the file itself: those with its parameters and those it includes, and patterns whose files are values of axes. */
  #read: Pick<Manifest, 'paramsFile' | 'included' | 'globs'> = NOTHING_READ;

  constructor(layout: Layout, reading: Reading) {
    this.layout = layout;
    this.#reading = reading;
  }

  /** Differs when a file that says what there is was written. */
  stamp(): string {
    return `${this.#pipelineStamp()} ${stampOf(this.layout.project, ['pipe.lock'])}`;
  }

  #pipelineStamp(): string {
    const { globs } = this.#read;
    const { project } = this.layout;
    const found = globs.map((pattern) => axisFiles(project, pattern).join('\0'));
    return [stampOf(project, [MANIFEST_FILE, ...filesRead(this.#read)]), ...found].join('\n');
  }

  load(asked: Asked): Loaded {
    const key = keyOf(asked);
    const stamp = this.#pipelineStamp();
    const known = this.#loaded.get(key);
    if (known?.stamp === stamp) return known.loaded;
    const loaded = this.#reading.load(asked);
    if (loaded.ok) this.#read = loaded.manifest;
    if (this.#loaded.size >= KEPT) this.#loaded.delete(this.#loaded.keys().next().value!);
    this.#loaded.set(key, { stamp, loaded });
    return loaded;
  }

  graph(asked: Asked): Graph {
    const loaded = this.load(asked);
    return loaded.ok ? loaded.graph : NO_GRAPH;
  }

  lock({ profile, experiment }: Pick<Asked, 'profile' | 'experiment'>): Lock {
    const name = lockName(profile, experiment);
    const stamp = stampOf(this.layout.project, [name]);
    const known = this.#locks.get(name);
    if (known?.stamp === stamp) return known.lock;
    const lock = openLock(this.layout.project, profile, experiment);
    this.#locks.set(name, { stamp, lock });
    return lock;
  }

  view(asked: Asked): PipelineView {
    const [loaded, lock] = [this.load(asked), this.lock(asked)];
    const key = keyOf(asked);
    const known = this.#views.get(key);
    if (known?.loaded === loaded && known.lock === lock) return known.view;
    const head = { project: basename(this.layout.project), ...asked, profiles: this.#profilesNow() };
    const view = loaded.ok
      ? {
          ...head,
          tasks: loaded.graph.tasks.length,
          stages: this.#stages(loaded.graph, lock),
          problem: null,
        }
      : { ...head, tasks: 0, stages: [], problem: loaded.problem };
    if (this.#views.size >= KEPT) this.#views.delete(this.#views.keys().next().value!);
    this.#views.set(key, { loaded, lock, view });
    return view;
  }

  #profilesNow(): readonly string[] {
    const stamp = this.#pipelineStamp();
    if (this.#profiles?.stamp !== stamp)
      this.#profiles = { stamp, names: ['default', ...this.#reading.profiles()] };
    return this.#profiles.names;
  }

  #stages(graph: Graph, lock: Lock): StageView[] {
    const lanes = stageLanes(stageGraph(graph), true);
    const actions = new ActionCache(this.layout);
    const found = stagesOf(graph);
    const stages = new Map(found.map(({ stage }) => [stage.name, stage]));
    return found.map((of, row) => {
      const { stage, tasks } = of;
      const axes = orderedAxesOf(of, stages);
      const ids = tasks.map(({ id }) => id);
      return {
        name: stage.name,
        title: stage.title,
        lane: lanes[row]!,
        axes: axes.map((axis) => ({ ...axis, scan: stage.scan?.name === axis.name })),
        base: tasks[0]!.index,
        count: tasks.length,
        runs: runsOf(of, axes),
        threads: stage.resources.threads,
        recorded: meanTime(ids, lock, actions),
      };
    });
  }
}

/** Of tasks spread over a stage, as its last tasks may take longer than its first. */
function meanTime(ids: readonly string[], lock: Lock, actions: ActionCache): number | null {
  const step = Math.max(1, Math.floor(ids.length / SAMPLED));
  const times = ids
    .filter((_, index) => index % step === 0)
    .flatMap((id) => {
      const record = lock.get(id);
      return record === null ? [] : (actions.find(record.fingerprint)?.ms ?? []);
    });
  return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0) / times.length;
}

export function keyOf({ profile, set, experiment }: Asked): string {
  return JSON.stringify([profile, set, experiment]);
}

/** Differs when one of these files was written. */
export function stampOf(directory: string, names: readonly string[]): string {
  return names
    .map((name) => {
      const stat = statSync(join(directory, name), { throwIfNoEntry: false });
      return stat === undefined ? '-' : `${stat.mtimeMs}/${stat.size}`;
    })
    .join(' ');
}
