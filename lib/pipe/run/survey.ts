import type { Digest } from '../digest.ts';
import { groupBy } from '../group.ts';
import type { Graph, Task } from '../graph/graph.ts';
import type { TaskParams } from '../graph/parameters.ts';
import type { Manifest, Stage } from '../manifest/manifest.ts';
import { encodeStageAction, stageAction, type StageAction, type StageFacts } from '../plan/action.ts';
import { planAll, type KnownOutputs, type PlanFacts, type PlannedTask } from '../plan/plan.ts';
import type { OutputDigests } from '../plan/record.ts';
import { ifPossible } from '../store/atomic.ts';
import type { Lock } from '../store/lock.ts';
import { Artifacts } from './artifacts.ts';
import type { Toolchain } from '../code/check.ts';
import type { StageCode } from '../code/code-cache.ts';
import type { Engine } from './engine.ts';
import { declaredDigests } from '../execute/environment.ts';
import { FileDigests } from '../files/file-digests.ts';
import { linkIssues } from '../files/link-issues.ts';
import type { InputIssue, StageIssue } from '../files/issue.ts';
import type { CodeNote, Selection } from './project.ts';
import { SourceFiles } from '../files/source-files.ts';

/** How the project stands at one moment, and what follows for every selected task. */
export interface Survey {
  readonly facts: PlanFacts;
  readonly plans: ReadonlyMap<number, PlannedTask>;
  readonly known: KnownOutputs;
  readonly bundles: ReadonlyMap<string, StageCode>;
  readonly digests: FileDigests;
  readonly sources: SourceFiles;
  readonly artifacts: Artifacts;
  readonly stageIssues: readonly StageIssue[];
  readonly inputIssues: readonly InputIssue[];
  readonly codeNotes: readonly CodeNote[];
}

export interface SurveyRequest {
  readonly manifest: Manifest;
  readonly graph: Graph;
  readonly lock: Lock;
  readonly selection: Selection;
  readonly force: Selection;
  /** Ends it early, by its reason or with what is known by then. */
  readonly signal: AbortSignal;
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
  });
  const tasks = graph.tasks.filter(({ index }) => selection.has(index));
  const inputIssues = expectInputs(tasks, sources);
  for (const task of tasks) if (lock.has(task.id)) artifacts.expect(task);
  await digests.hashExpected(engine.hashing, signal);
  const stages = await surveyStages(engine, tasks, { sources, digests, signal });
  const facts: PlanFacts = {
    graph,
    forced: ({ index }) => force.has(index),
    stage: ({ params }) => stages.actions.get(params)!,
    files: (source) => sources.files(source),
    record: ({ id }) => lock.get(id),
    lostOutput: (task, record) => artifacts.lost(task, record),
    stored: (task, fingerprint) => storedOutputs(engine, task, fingerprint),
    changedSources: (before, after) => engine.code.changedSources(before, after),
  };
  const known: KnownOutputs = new Array<null>(graph.tasks.length).fill(null);
  const plans = planAll(facts, (index) => selection.has(index), known);
  const { bundles, codeNotes } = stages;
  const toRun = tasks.filter(({ index }) => plans.get(index)!.plan.state !== 'fresh');
  const stageIssues = [...stages.stageIssues, ...linkIssues(engine.layout.project, toRun, digests)];
  return { facts, plans, known, bundles, digests, sources, artifacts, stageIssues, inputIssues, codeNotes };
}

/** Finds the files of every input, which announces them; what cannot be found is an issue, once per path. */
function expectInputs(tasks: readonly Task[], sources: SourceFiles): InputIssue[] {
  const issues = new Map<string, InputIssue>();
  for (const task of tasks) {
    for (const input of task.inputs) {
      for (const source of input.sources) {
        if (source.kind === 'output') continue;
        const expansion = sources.expand(source);
        if (expansion.type === 'files') continue;
        const { path, reason } = expansion;
        const key = [task.stage.name, input.name, path].join('\n');
        if (issues.has(key)) continue;
        issues.set(key, { stage: task.stage.name, task: task.id, input: input.name, path, reason });
      }
    }
  }
  return [...issues.values()];
}

interface StageSurvey {
  /** Tasks of one stage with the same parameters have one. */
  readonly actions: Map<TaskParams, { readonly action: StageAction; readonly text: string }>;
  readonly bundles: Map<string, StageCode>;
  readonly stageIssues: StageIssue[];
  readonly codeNotes: CodeNote[];
}

async function surveyStages(
  engine: Engine,
  tasks: readonly Task[],
  facts: { sources: SourceFiles; digests: FileDigests; signal: AbortSignal },
): Promise<StageSurvey> {
  const found: StageSurvey = { actions: new Map(), bundles: new Map(), stageIssues: [], codeNotes: [] };
  for (const [stage, ofStage] of groupBy(tasks, (task) => task.stage)) {
    const code = await stageCode(engine, stage, facts.digests, found);
    const env = declaredDigests(engine.environment, stage.env);
    for (const [params, group] of groupBy(ofStage, (task) => task.params)) {
      const known = await codeFacts(engine, stage, group, code, { ...facts, found });
      const action = stageAction(stage, params.values, { ...known, env });
      found.actions.set(params, { action, text: encodeStageAction(action) });
    }
  }
  ifPossible(() => {
    engine.code.save();
    engine.checks.save();
  });
  return found;
}

/** Null for a command, and for a module that cannot be bundled. */
async function stageCode(
  engine: Engine,
  stage: Stage,
  digests: FileDigests,
  found: StageSurvey,
): Promise<StageCode | null> {
  if (stage.work.kind === 'cmd') return null;
  const code = await engine.code.of(stage.work.module, digests);
  if (typeof code === 'string') {
    found.stageIssues.push({ stage: stage.name, path: ['use'], message: code });
    return null;
  }
  found.bundles.set(stage.name, code);
  for (const file of code.reworded) found.codeNotes.push({ stage: stage.name, file });
  return code;
}

const NO_CODE = { code: null, packages: {}, toolchain: {} };
const UNKNOWN = { code: null, packages: null, toolchain: null };

async function codeFacts(
  engine: Engine,
  stage: Stage,
  tasks: readonly Task[],
  code: StageCode | null,
  facts: { found: StageSurvey; sources: SourceFiles; signal: AbortSignal },
): Promise<Omit<StageFacts, 'env'>> {
  if (code === null) return stage.work.kind === 'cmd' ? NO_CODE : UNKNOWN;
  const { digest, packages } = code;
  return { code: digest, packages, toolchain: await stageToolchain(engine, stage, tasks, code, facts) };
}

/** What the stage names as deciding the bytes, once it agrees with its declaration. */
async function stageToolchain(
  engine: Engine,
  stage: Stage,
  tasks: readonly Task[],
  code: StageCode,
  { found, sources, signal }: { found: StageSurvey; sources: SourceFiles; signal: AbortSignal },
): Promise<Toolchain | null> {
  const tools = { workers: engine.workers, sources, environment: engine.environment, signal };
  const { issues, toolchain } = await engine.checks.check(stage, tasks, code, tools);
  // Tasks with other parameters may have the same to object to.
  const said = new Set(found.stageIssues.map((issue) => JSON.stringify(issue)));
  found.stageIssues.push(...issues.filter((issue) => !said.has(JSON.stringify(issue))));
  return toolchain;
}

/** What a known action gave, if every byte of it is in the store. */
function storedOutputs(engine: Engine, task: Task, fingerprint: Digest): OutputDigests | null {
  const outputs = engine.actions.find(fingerprint)?.outputs;
  if (outputs === undefined) return null;
  const whole = task.outputs.every((output) => {
    const digest = outputs[output.name];
    return digest !== undefined && engine.blobs.holds(output, digest);
  });
  return whole ? outputs : null;
}
