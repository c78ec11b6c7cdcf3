import { join } from 'node:path';
import { requestFor, type Toolchain } from '../code/check.ts';
import { digestOf, type Digest } from '../digest.ts';
import { machineText } from '../execute/environment.ts';
import type { Task } from '../graph/graph.ts';
import type { TaskParams } from '../graph/parameters.ts';
import { groupBy } from '../group.ts';
import { canonicalJson, type Json } from '../json.ts';
import { encodeStageAction, type StageAction } from '../plan/action.ts';
import { planAll, type KnownOutputs } from '../plan/plan.ts';
import type { Engine } from '../run/engine.ts';
import type { Survey } from '../run/survey.ts';
import { ifPossible } from '../store/atomic.ts';
import type { Layout } from '../store/layout.ts';
import { readSealed, writeSealed } from '../store/sealed.ts';
import type { Probed } from './probe.ts';
import type { Question } from './protocol.ts';

/** What machines of sites said they are, by what leads to them. */
export class KnownMachines {
  readonly #file: string;
  readonly #machines: Map<Digest, string>;

  constructor({ local }: Layout) {
    this.#file = join(local, 'site-machines.json');
    this.#machines = new Map((readSealed(this.#file) ?? []) as [Digest, string][]);
  }

  get(site: Digest): string | null {
    return this.#machines.get(site) ?? null;
  }

  /** Null forgets it: they turned out to be others. */
  set(site: Digest, machine: string | null): void {
    if (machine === null) this.#machines.delete(site);
    else this.#machines.set(site, machine);
    ifPossible(() => {
      writeSealed(this.#file, [...this.#machines]);
    });
  }
}

/** A site by what decides which machines its jobs come to. */
export function siteKey(name: string, declared: object): Digest {
  return digestOf(canonicalJson([name, declared] as unknown as Json));
}

/** Tasks of one stage with the same parameters, of which the stage names what decides their bytes. */
interface Group {
  readonly params: TaskParams;
  readonly action: StageAction;
  readonly tasks: readonly Task[];
}

/**
 * The same survey for machines of a site: what has to run is planned for the toolchain that its stage names there.
 * `ask` has a job say it, when it is not known yet; where that fails, all stays planned as here, and a job that finds
 * another toolchain refuses.
 */
export async function surveyedThere(
  survey: Survey,
  engine: Engine,
  site: { readonly key: Digest; readonly machines: KnownMachines },
  ask: (questions: readonly Question[], groups: readonly Task[]) => Promise<Probed | null>,
): Promise<Survey> {
  const groups = groupsOf(survey);
  if (groups.length === 0) return survey;
  const questions = groups.map((group) => questionOf(group, survey, engine));
  let machine = site.machines.get(site.key);
  const recalled = (): (Toolchain | null)[] =>
    questions.map((question) => engine.checks.recall(keyOf(question, machine ?? '')));
  const complete =
    machine === machineText() || (machine !== null && recalled().every((each) => each !== null));
  if (!complete) {
    const probed = await ask(
      questions,
      groups.map(({ tasks }) => tasks[0]!),
    );
    if (probed === null) return survey;
    machine = probed.machine;
    site.machines.set(site.key, machine);
    for (const [index, toolchain] of probed.toolchains.entries())
      if (toolchain !== null) engine.checks.keep(keyOf(questions[index]!, machine), toolchain);
  }
  if (machine === null || machine === machineText()) return survey;
  return replanned(survey, machine, groups, recalled());
}

function keyOf({ request, env }: Question, machine: string): Digest {
  return digestOf(canonicalJson({ there: machine, request, env } as unknown as Json));
}

function groupsOf({ facts, plans, bundles }: Survey): readonly Group[] {
  const open = facts.graph.tasks.filter(({ index }) => (plans.get(index)?.plan.state ?? 'fresh') !== 'fresh');
  return [...groupBy(open, (task) => task.params)].flatMap(([params, tasks]): Group[] => {
    const [{ stage }] = tasks as [Task];
    const { action } = facts.stage(tasks[0]!);
    const asked = stage.work.kind === 'use' && bundles.has(stage.name);
    return asked && Object.keys(action.toolchain ?? {}).length > 0 ? [{ params, action, tasks }] : [];
  });
}

function questionOf({ tasks }: Group, { bundles, sources }: Survey, { environment }: Engine): Question {
  const [{ stage }] = tasks as readonly [Task];
  const asked = requestFor(stage, tasks, bundles.get(stage.name)!, sources, environment);
  const { bundle, python, params, points, inputs, outputs } = asked;
  const request = { bundle, python, params, points, inputs, outputs };
  return { request, env: stage.env, passEnv: stage.passEnv };
}

function replanned(
  survey: Survey,
  machine: string,
  groups: readonly Group[],
  said: readonly (Toolchain | null)[],
): Survey {
  const there = new Map<TaskParams, { readonly action: StageAction; readonly text: string }>();
  for (const [index, { params, action }] of groups.entries()) {
    const toolchain = { ...action.toolchain, ...said[index] };
    const other: StageAction = { ...action, toolchain };
    const text = encodeStageAction(other);
    if (said[index] !== null && text !== encodeStageAction(action))
      there.set(params, { action: other, text });
  }
  const facts = { ...survey.facts, there: ({ params }: Task) => there.get(params) ?? null };
  const known: KnownOutputs = new Array<null>(facts.graph.tasks.length).fill(null);
  return { ...survey, facts, known, plans: planAll(facts, known), machine };
}
