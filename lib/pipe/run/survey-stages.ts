import type { Toolchain } from '../code/check.ts';
import type { StageCode } from '../code/code-cache.ts';
import type { CodeProblem } from '../code/code-files.ts';
import { declaredDigests } from '../execute/environment.ts';
import type { FileDigests } from '../files/file-digests.ts';
import type { StageIssue } from '../files/issue.ts';
import type { SourceFiles } from '../files/source-files.ts';
import type { Task } from '../graph/graph.ts';
import type { TaskParams } from '../graph/parameters.ts';
import { groupBy } from '../group.ts';
import type { Stage } from '../manifest/manifest.ts';
import { encodeStageAction, stageAction, type StageAction, type StageFacts } from '../plan/action.ts';
import type { Engine } from './engine.ts';
import type { CodeNote } from './selection.ts';

export interface StageSurvey {
  /** Tasks of one stage with the same parameters have one. */
  readonly actions: Map<TaskParams, { readonly action: StageAction; readonly text: string }>;
  readonly bundles: Map<string, StageCode>;
  readonly stageIssues: StageIssue[];
  readonly codeNotes: CodeNote[];
}

/** What of a task's action is its stage's: code, packages and toolchain, variables; and what is wrong with them. */
export async function surveyStages(
  engine: Engine,
  tasks: readonly Task[],
  facts: { sources: SourceFiles; digests: FileDigests; signal: AbortSignal },
): Promise<StageSurvey> {
  const found: StageSurvey = { actions: new Map(), bundles: new Map(), stageIssues: [], codeNotes: [] };
  for (const [stage, ofStage] of groupBy(tasks, (task) => task.stage)) {
    const code = await stageCode(engine, stage, facts, found);
    const env = declaredDigests(engine.environment, stage.env);
    for (const [params, group] of groupBy(ofStage, (task) => task.params)) {
      const known = await codeFacts(engine, stage, group, code, { ...facts, found });
      const action = stageAction(stage, params.values, { ...known, env });
      found.actions.set(params, { action, text: encodeStageAction(action) });
    }
  }
  engine.code.save();
  engine.python.save();
  engine.checks.save();
  return found;
}

/** Null for a command of which nothing is followed, and for code that has a mistake. */
async function stageCode(
  engine: Engine,
  stage: Stage,
  { digests, sources }: { digests: FileDigests; sources: SourceFiles },
  found: StageSurvey,
): Promise<StageCode | null> {
  let code: StageCode | CodeProblem;
  if (stage.code !== null) code = await engine.python.of(stage, stage.code, { digests, sources });
  else if (stage.work.kind === 'cmd') return null;
  else {
    const bundled = await engine.code.of(stage.work.module, digests);
    code = typeof bundled === 'string' ? { path: ['use'], message: bundled } : bundled;
  }
  if ('message' in code) {
    found.stageIssues.push({ stage: stage.name, ...code });
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
  if (code === null) return stage.code === null && stage.work.kind === 'cmd' ? NO_CODE : UNKNOWN;
  const { digest, packages, python, files } = code;
  const interpreter = python === null ? {} : { python: python.version };
  if (stage.work.kind === 'cmd')
    return { code: files.length === 0 ? null : digest, packages, toolchain: interpreter };
  const named = await stageToolchain(engine, stage, tasks, code, facts);
  return { code: digest, packages, toolchain: named && { ...interpreter, ...named } };
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
