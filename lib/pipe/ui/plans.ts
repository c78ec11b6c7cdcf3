import type { Graph } from '../graph/graph.ts';
import type { TaskPlan } from '../plan/plan.ts';
import { planKind, planReasons, verdictOf } from '../report/verdict.ts';
import { openProject } from '../run/session.ts';
import { keyOf, type Asked, type Loaded, type Pipelines } from './pipelines.ts';
import { stateCode, type PlanGroup, type PlanView } from './protocol.ts';

interface Plan {
  readonly stamp: string;
  readonly graph: Graph;
  readonly plans: ReadonlyMap<number, TaskPlan>;
  readonly view: PlanView;
}

/** What a run would do with each task, as `pipe status` says it. */
export class Plans {
  readonly #pipelines: Pipelines;
  readonly #known = new Map<string, Plan>();
  /** One after the other: each reads the whole project. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(pipelines: Pipelines) {
    this.#pipelines = pipelines;
  }

  /** `again`: code and inputs are looked at anew, though no file that is followed was written. */
  view(asked: Asked, again: boolean): Promise<PlanView> {
    const next = this.#last.then(async () => {
      const loaded = this.#pipelines.load(asked);
      if (!loaded.ok) return { states: '', groups: [], issues: loaded.problem };
      const stamp = this.#pipelines.stamp();
      const known = this.#known.get(keyOf(asked));
      if (!again && known?.stamp === stamp && known.graph === loaded.graph) return known.view;
      const plan = await this.#inspect(loaded, stamp);
      if (this.#known.size >= 3) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(keyOf(asked), plan);
      return plan.view;
    });
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Why a task would run, as it was seen last; null where nobody looked. */
  reasons(asked: Asked, index: number): readonly string[] | null {
    const known = this.#known.get(keyOf(asked));
    const plan = known?.plans.get(index);
    return plan === undefined ? null : planReasons(plan, known!.graph);
  }

  async #inspect({ manifest, graph, issues }: Extract<Loaded, { ok: true }>, stamp: string): Promise<Plan> {
    const project = openProject(this.#pipelines.layout.project);
    try {
      const all = new Set(graph.tasks.keys());
      const { tasks, stageIssues, inputIssues } = await project.inspect(manifest, graph, all);
      const states = new Uint8Array(graph.tasks.length);
      const groups = new Map<string, PlanGroup>();
      for (const { index, plan } of tasks) {
        const state = verdictOf(plan);
        states[index] = stateCode(state);
        if (state === 'up to date') continue;
        const stage = graph.tasks[index]!.stage.name;
        const text = planKind(plan, graph);
        const key = `${stage}\0${state}\0${text}`;
        groups.set(key, { stage, state, text, count: (groups.get(key)?.count ?? 0) + 1 });
      }
      const view = {
        states: Buffer.from(states).toString('base64'),
        groups: [...groups.values()],
        issues: issues(stageIssues, inputIssues),
      };
      return { stamp, graph, plans: new Map(tasks.map(({ index, plan }) => [index, plan])), view };
    } finally {
      await project.close();
    }
  }
}
