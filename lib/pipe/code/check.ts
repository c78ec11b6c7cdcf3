import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import type { Task } from '../graph/graph.ts';
import { givenUnder, type TaskParams } from '../graph/parameters.ts';
import { canonicalJson, type Json, type Point, type Scalar } from '../json.ts';
import type { Stage } from '../manifest/manifest.ts';
import type { Layout } from '../store/layout.ts';
import { ifPossible } from '../store/atomic.ts';
import { readSealed, writeSealed } from '../store/sealed.ts';
import type { StageCode } from './code-cache.ts';
import { declaredDigests, machineText, taskEnvironment, type Variables } from '../execute/environment.ts';
import { loadFailure } from './load-failure.ts';
import type { StageIssue } from '../files/issue.ts';
import type { CheckRequest, DeclaredInput, ModuleQuestions } from '../execute/protocol.ts';
import type { SourceFiles } from '../files/source-files.ts';

export type Toolchain = Readonly<Record<string, string>>;

export interface StageCheck {
  readonly issues: readonly StageIssue[];
  /** Null when there are issues: it could not be asked. */
  readonly toolchain: Toolchain | null;
}

/** Remembers which declarations a stage's code agreed with, and the toolchain it named then. */
export class CheckCache {
  readonly #file: string;
  readonly #project: string;
  readonly #passed: Map<string, Toolchain>;
  #changed = false;

  constructor(layout: Layout) {
    this.#file = join(layout.local, 'checks.json');
    this.#project = layout.project;
    this.#passed = new Map((readSealed(this.#file) ?? []) as [string, Toolchain][]);
  }

  /** `tasks`: those of the stage that have the same parameters. */
  async check(
    stage: Stage,
    tasks: readonly Task[],
    code: StageCode,
    { workers, sources, environment, signal }: CheckTools,
  ): Promise<StageCheck> {
    const { params } = tasks[0]!;
    const request = requestFor(stage, tasks, code, sources, environment);
    // Another PATH (npx has one of its own) is no other question: no task's result may hang on it.
    // Of Python its meaning asks, not where and how it is written.
    const asked = {
      ...request,
      python: code.python === null ? null : [code.digest, code.python.version],
      env: declaredDigests(environment, stage.env),
      machine: machineText(),
    };
    const key = digestOf(canonicalJson(asked as unknown as Json));
    const passed = this.#passed.get(key);
    if (passed !== undefined) return { issues: [], toolchain: passed };
    const answer = await workers.check(request, signal);
    if (answer.type === 'failed') {
      const issue = { stage: stage.name, path: ['use'], message: loadFailure(this.#project, answer) };
      return { issues: [issue], toolchain: null };
    }
    const { issues, toolchain } = answer.result;
    if (toolchain !== null) this.#remember(key, toolchain);
    const placed = issues.map(({ path, message: worded }) => {
      const message = worded.replace('Invalid input: ', '');
      const given = path[0] === 'params' ? givenUnder(params, path.slice(1)) : undefined;
      const said =
        path[0] === 'params' && path.length > 1 ? parameterText(params, path, given, message) : message;
      return { stage: stage.name, path: placeOf(stage, path), ...(given && { given }), message: said };
    });
    return { issues: placed, toolchain };
  }

  /** What was said on another machine, by a key that names it. */
  recall(key: string): Toolchain | null {
    return this.#passed.get(key) ?? null;
  }

  keep(key: string, toolchain: Toolchain): void {
    this.#remember(key, toolchain);
    this.save();
  }

  save(): void {
    if (!this.#changed) return;
    const latest = [...this.#passed].slice(-remembered);
    ifPossible(() => {
      writeSealed(this.#file, latest);
      this.#changed = false;
    });
  }

  #remember(key: string, toolchain: Toolchain): void {
    this.#passed.set(key, toolchain);
    this.#changed = true;
  }
}

/** What the schema says of a parameter, with its name: the place may be that of many. */
function parameterText(
  { values }: TaskParams,
  [, first, ...rest]: StageIssue['path'],
  given: StageIssue['path'] | undefined,
  message: string,
): string {
  if (!Object.hasOwn(values, String(first)))
    return `the module takes a parameter \`${String(first)}\`, which is not listed here`;
  return `parameter \`${(given ?? [first!, ...rest]).join('.')}\`: ${message}`;
}

/** Where in the stage's declaration a value of an axis stands; an axis that comes with an input stands elsewhere. */
function placeOf({ scan, matrix }: Stage, path: StageIssue['path']): StageIssue['path'] {
  const [root, name, value] = path;
  if (root !== 'axes') return path;
  const indexIn = (values: readonly Scalar[]) => values.findIndex((each) => String(each) === value);
  if (scan !== null && scan.name === name) return ['scan', 'values', indexIn(scan.values)];
  const axis = matrix.find((each) => each.name === name);
  return axis === undefined ? path : ['matrix', axis.name, indexIn(axis.values)];
}

export interface CheckTools {
  readonly workers: ModuleQuestions;
  readonly sources: SourceFiles;
  readonly environment: Variables;
  readonly signal: AbortSignal;
}

/** Enough for every stage under a good many profiles. */
const remembered = 500;

export function requestFor(
  stage: Stage,
  tasks: readonly Task[],
  code: StageCode,
  sources: SourceFiles,
  environment: Variables,
): CheckRequest {
  const points = new Map<string, Point>(tasks.map(({ point }) => [canonicalJson(point), point]));
  return {
    bundle: code.bundle,
    python: code.python,
    params: tasks[0]!.params.values,
    points: [...points.values()],
    inputs: stage.inputs.map(({ name }, position) => declaredInput(name, position, tasks, sources)),
    outputs: stage.outputs.map(({ name }) => name),
    env: taskEnvironment(environment, stage),
  };
}

function declaredInput(
  name: string,
  position: number,
  tasks: readonly Task[],
  sources: SourceFiles,
): DeclaredInput {
  let [least, most, many] = [Infinity, 0, false];
  for (const task of tasks) {
    let count = 0;
    for (const source of task.inputs[position]?.sources ?? []) {
      if (source.kind === 'output') {
        count += 1;
        continue;
      }
      const expansion = sources.expand(source);
      // What is missing is reported as such; here it counts as the one file it was meant to be.
      count += expansion.type === 'files' ? expansion.files.length : 1;
      many ||= source.kind === 'glob';
    }
    least = Math.min(least, count);
    most = Math.max(most, count);
  }
  return { name, least: least === Infinity ? 0 : least, most, many };
}
