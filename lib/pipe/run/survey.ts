import type { StageCode } from '../code/code-cache.ts';
import type { Digest } from '../digest.ts';
import { FileDigests } from '../files/file-digests.ts';
import type { InputIssue, StageIssue } from '../files/issue.ts';
import { linkIssues } from '../files/link-issues.ts';
import { SourceFiles } from '../files/source-files.ts';
import type { Graph, Task, TaskOutput } from '../graph/graph.ts';
import { readsWithin } from '../graph/reads.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { usualPlace } from '../manifest/path.ts';
import type { ChangedSource } from '../plan/compare.ts';
import { planAll, type KnownOutputs, type Need, type PlanFacts, type PlannedTask } from '../plan/plan.ts';
import type { OutputDigests, TaskRecord } from '../plan/record.ts';
import type { Lock } from '../store/lock.ts';
import { Artifacts, INCOMING } from './artifacts.ts';
import { ASIDE } from './aside.ts';
import { Elsewhere } from './elsewhere.ts';
import type { Engine } from './engine.ts';
import { expectInputs } from './expect-inputs.ts';
import { placedAt } from './placed.ts';
import type { CodeNote, Selection } from './selection.ts';
import { surveyStages } from './survey-stages.ts';

/** How the project stands at one moment, and what follows for every selected task. */
export interface Survey {
  readonly facts: PlanFacts;
  readonly plans: Map<number, PlannedTask>;
  readonly known: KnownOutputs;
  readonly bundles: ReadonlyMap<string, StageCode>;
  readonly digests: FileDigests;
  readonly sources: SourceFiles;
  readonly artifacts: Artifacts;
  readonly stageIssues: readonly StageIssue[];
  readonly inputIssues: readonly InputIssue[];
  readonly codeNotes: readonly CodeNote[];
  readonly elsewhere: Elsewhere;
  readonly wanted: (task: Task, output: TaskOutput) => boolean;
  /** Whether an output goes once the tasks that read it are done. */
  readonly passing: (task: Task, output: TaskOutput) => boolean;
  /** The machine that it is for, where that is not this one. */
  readonly machine?: string;
}

export interface SurveyRequest {
  readonly manifest: Manifest;
  readonly graph: Graph;
  readonly lock: Lock;
  readonly selection: Selection;
  readonly force: Selection;
  /** Ends it early, by its reason or with what is known by then. */
  readonly signal: AbortSignal;
  /** Every output has to lie here for its task to be up to date, also one that was left at the remote cache. */
  readonly allHere?: boolean;
}

/** Reads everything that planning needs, plans, and changes nothing but caches of what was read. */
export async function survey(engine: Engine, request: SurveyRequest): Promise<Survey> {
  const { manifest, graph, lock, selection, force, signal } = request;
  const digests = new FileDigests(engine.layout.project, engine.files);
  const sources = new SourceFiles(engine.layout.project, manifest.artifacts, digests);
  const artifacts = new Artifacts(engine.layout.project, manifest.artifacts, {
    blobs: engine.blobs,
    stats: engine.files,
    digests,
    placed: placedAt(engine.layout, manifest.profile),
  });
  const tasks = graph.tasks.filter(({ index }) => selection.has(index));
  const elsewhere = new Elsewhere(engine.layout);
  const isRead = readsWithin(graph, selection);
  const all = request.allHere === true;
  const passing = (task: Task, { name, temp }: TaskOutput) => temp === true && isRead(task.index, name);
  const wanted = (task: Task, output: TaskOutput) =>
    !passing(task, output) && (all || isShown(task, output.name) || !isRead(task.index, output.name));
  const left = (task: Task, output: TaskOutput, digest: Digest) =>
    !wanted(task, output) && (passing(task, output) || elsewhere.has(digest));
  const here = (output: TaskOutput, digest: Digest) =>
    engine.blobs.holds(output, digest) || artifacts.holds(output, digest);
  const needed = new Map<number, Need>();
  const inputIssues = expectInputs(tasks, sources);
  // An experiment's outputs need lie in the store only.
  const aside = manifest.experiment !== null;
  for (const task of tasks) if (!aside && lock.has(task.id)) artifacts.expect(task);
  await digests.hashExpected(engine.hashing, signal);
  const stages = await surveyStages(engine, tasks, { sources, digests, signal });
  const facts: PlanFacts = {
    graph,
    selected: (index) => selection.has(index),
    forced: ({ index, stage }) => stage.always || force.has(index),
    stage: ({ params }) => stages.actions.get(params)!,
    files: (source) => sources.files(source),
    record: ({ id }) => lock.get(id),
    lostOutput: (task, record) =>
      aside ? lostInStore(engine, task, record, left) : artifacts.lost(task, record, left),
    stored: (task, fingerprint) =>
      storedOutputs(engine, task, fingerprint, (output) => !needed.has(task.index) && passing(task, output)),
    gone: (task, output, digest) => passing(task, output) && !here(output, digest),
    needed,
    member: (output, digest, file) => memberOf(engine, digests, { output, digest, file }),
    label: (path) => (aside ? usualPlace(manifest.profile) + path.slice(manifest.artifacts.length) : path),
    changedSources: (before, after) => changedSources(engine, before, after),
  };
  const known: KnownOutputs = new Array<null>(graph.tasks.length).fill(null);
  const plans = planAll(facts, known);
  const { bundles, codeNotes } = stages;
  const toRun = tasks.filter(({ index }) => plans.get(index)!.plan.state !== 'fresh');
  const stageIssues = [
    ...stages.stageIssues,
    ...ownPlaceIssues(manifest.artifacts, toRun),
    ...linkIssues(engine.layout.project, toRun, digests),
  ];
  const found = { facts, plans, known, bundles, digests, sources, artifacts, elsewhere, wanted, passing };
  return { ...found, stageIssues, inputIssues, codeNotes };
}

/** Whether people look at an output: what it is asked for is not only what a task makes of it. */
function isShown({ stage }: Task, name: string): boolean {
  return [...stage.metrics, ...stage.plots].some(({ output }) => output === name);
}

/** What differs between two codes, of whatever language. */
export function changedSources(
  { code, python }: Engine,
  before: Digest,
  after: Digest,
): readonly ChangedSource[] {
  const followed = python.changedSources(before, after);
  return followed ?? code.changedSources(before, after).map((path) => ({ path, parts: [] }));
}

/** Outputs that would lie where copies are on their way, which is cleared after each run, or what made room for others. */
function ownPlaceIssues(artifacts: string, tasks: Iterable<Task>): StageIssue[] {
  const issues = new Map<string, StageIssue>();
  for (const { stage, outputs } of tasks) {
    for (const { name, path } of outputs) {
      const own = [INCOMING, ASIDE].find((each) => `${path}/`.startsWith(`${artifacts}/${each}/`));
      if (own === undefined) continue;
      const message = `${artifacts}/${own} is a directory of pipe's own; give the output another path`;
      issues.set(`${stage.name} ${name}`, { stage: stage.name, path: ['outputs', name], message });
    }
  }
  return [...issues.values()];
}

/** As the store has the directory, or else `artifacts/`. */
function memberOf(
  { blobs }: Engine,
  digests: FileDigests,
  { output, digest, file }: { readonly output: TaskOutput; readonly digest: Digest; readonly file: string },
): Digest | null {
  const placed = () => (digests.treeDigest(output.path) === digest ? digests.tree(output.path) : null);
  const tree = blobs.tree(digest) ?? placed() ?? [];
  return tree.find(({ path }) => path === file)?.digest ?? null;
}

function lostInStore(
  { blobs }: Engine,
  task: Task,
  record: TaskRecord,
  left: (task: Task, output: TaskOutput, digest: Digest) => boolean,
): string | null {
  const lost = task.outputs.find((output) => {
    const digest = record.outputs[output.name];
    return digest === undefined || !(blobs.holds(output, digest) || left(task, output, digest));
  });
  return lost?.path ?? null;
}

/** What a known action gave, if every byte of it is in the store, but for what may be gone. */
function storedOutputs(
  engine: Engine,
  task: Task,
  fingerprint: Digest,
  mayBeGone: (output: TaskOutput) => boolean,
): OutputDigests | null {
  const outputs = engine.actions.find(fingerprint)?.outputs;
  if (outputs === undefined) return null;
  const whole = task.outputs.every((output) => {
    const digest = outputs[output.name];
    return digest !== undefined && (engine.blobs.holds(output, digest) || mayBeGone(output));
  });
  return whole ? outputs : null;
}
