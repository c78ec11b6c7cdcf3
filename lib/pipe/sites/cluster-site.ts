import type { Digest } from '../digest.ts';
import { machineText, taskEnvironment } from '../execute/environment.ts';
import type { Task } from '../graph/graph.ts';
import type { Json } from '../json.ts';
import type { SiteDeclaration } from '../manifest/sites-grammar.ts';
import { inputsRestless, mostStarts, readyToStart, type Produced, type StalePlan } from '../run/attempt.ts';
import type { Site, SiteExecution, SiteParts } from '../run/site.ts';
import { tellOfCode } from '../run/task-code.ts';
import type { Survey } from '../run/survey.ts';
import { nameIn, warnOfReads } from '../run/undeclared-reads.ts';
import type { Order, OrderListener } from './ask.ts';
import { linkBefore, linksOf, segmentsAfter } from './chain.ts';
import type { Desk } from './desk.ts';
import { shippedStage, ticketOf } from './make-ticket.ts';
import type { Wishes } from './needs.ts';
import type { Answer } from './protocol.ts';
import type { Common, ShippedStage } from './ticket.ts';

/** Seconds that a job waits for files that it is to see. */
const nodesPatience = 60;

/** What is common to the tasks of a run, and what is to be told to whoever carries them out. */
export class Shipping {
  readonly #stages = new Map<string, ShippedStage>();
  readonly #variables: Record<string, string> = {};
  readonly #parts: SiteParts;

  constructor(parts: SiteParts) {
    this.#parts = parts;
  }

  /** A kind: a stage, of tasks that have the same parameters. */
  kindOf(task: Task): string {
    const { survey, engine } = this.#parts;
    const kind = task.stage.name;
    if (!this.#stages.has(kind)) {
      this.#stages.set(kind, shippedStage(task, survey, engine.environment));
      Object.assign(this.#variables, taskEnvironment(engine.environment, task.stage));
    }
    return kind;
  }

  common(kinds: ReadonlySet<string>): Json {
    const { engine, strict, survey } = this.#parts;
    const stages = Object.fromEntries([...kinds].map((kind) => [kind, this.#stages.get(kind)!]));
    const common: Common = {
      ...{ layout: engine.layout, env: this.#variables, machine: survey.machine ?? machineText(), strict },
      ...{ patience: nodesPatience, stages },
    };
    return common as unknown as Json;
  }

  /** How long tasks of a stage took, as the entries of those in the lock say. */
  historyOf(kind: string): number | null {
    const { survey, engine } = this.#parts;
    const times: number[] = [];
    for (const task of survey.facts.graph.tasks) {
      if (task.stage.name !== kind || times.length >= 20) continue;
      const record = survey.facts.record(task);
      const ms = record === null ? undefined : engine.actions.find(record.fingerprint)?.ms;
      if (ms !== undefined) times.push(ms);
    }
    return times.length === 0 ? null : times.reduce((sum, ms) => sum + ms, 0) / times.length;
  }
}

/** Has tasks carried out by jobs of a cluster that sees the same files. */
export class ClusterSite implements Site {
  readonly name: string;
  readonly #declared: SiteDeclaration;
  readonly #desk: Desk;
  readonly #shipping: Shipping;
  readonly #forget: () => void;

  constructor(name: string, declared: SiteDeclaration, desk: Desk, shipping: Shipping, forget: () => void) {
    this.#forget = forget;
    this.name = name;
    this.#declared = declared;
    this.#desk = desk;
    this.#shipping = shipping;
  }

  async carryOut(
    task: Task,
    plan: StalePlan,
    execution: SiteExecution,
  ): Promise<Produced | { readonly type: 'left' }> {
    const beside = execution.beside.enter(task.id);
    try {
      for (let start = 1; ; start++) {
        const ready = await readyToStart(task, start === 1 ? plan : null, execution);
        if ('type' in ready) return ready;
        const { action, fingerprint } = ready.plan;
        tellOfCode(task, execution);
        const order: Order = {
          ...{ fingerprint, task: task.id, kind: this.#shipping.kindOf(task), wishes: this.#wishes(task) },
          ticket: ticketOf(task, execution.survey) as unknown as Json,
          ...(isAnew(task, fingerprint, execution) && { anew: true as const }),
          ...inChain(task, execution.survey),
        };
        const end = await this.#desk.carryOut(order, listenerFor(task, execution));
        if (end.type === 'left') return { type: 'left' };
        const answer = end.type === 'answered' ? end.answer : null;
        if (answer?.type === 'failed') return answer;
        // Whatever was known of its machines does not hold: the next run asks again.
        if (answer?.type === 'other-toolchain') this.#forget();
        if (answer?.type === 'other-toolchain')
          return { ...answer, type: 'failed', log: null, reason: 'other-toolchain', nodes: [this.name] };
        if (answer?.type !== 'moved') {
          const { outputs, ms } = this.#done(task, answer, fingerprint, execution);
          return { type: 'done', action, fingerprint, outputs, ms };
        }
        if (start === mostStarts) return inputsRestless(task, answer.paths, beside.others, execution);
        execution.listener.warning(`${answer.paths[0] ?? 'an input'} is another one there; it starts over`);
      }
    } finally {
      beside.leave();
    }
  }

  drain(): void {
    this.#desk.drain();
  }

  async close(): Promise<void> {
    await this.#desk.close();
  }

  #wishes({ stage: { resources } }: Task): Wishes {
    const { threads, gpu, gpus, attempts } = resources;
    const { memory, time } = this.#declared;
    const list = (own: readonly number[] | undefined, usual: number | undefined) =>
      own !== undefined && own.length > 0 ? own : usual === undefined ? [] : [usual];
    return {
      ...{ threads, gpus: Math.max(gpus, Math.ceil(gpu)) },
      ...{ memory: list(attempts?.memory, memory), time: list(attempts?.time, time) },
    };
  }

  /** What the entry says: what a job says of blobs only saves that they are read again. */
  #done(
    task: Task,
    answer: Extract<Answer, { type: 'done' }> | null,
    fingerprint: StalePlan['fingerprint'],
    execution: SiteExecution,
  ) {
    const { engine } = execution;
    for (const [digest, size, mtime, ctime, inode, at] of answer?.blobs ?? []) {
      const stamp = {
        ...{ size: BigInt(size), mtime: BigInt(mtime) },
        ...{ ctime: BigInt(ctime), inode: BigInt(inode) },
      };
      engine.blobs.takeOver(digest, stamp, at);
    }
    const undeclared = (answer?.undeclared ?? []).map((path) => nameIn(engine.layout.project, path));
    if (undeclared.length > 0) warnOfReads(task, undeclared, execution);
    return engine.actions.find(fingerprint)!;
  }
}

/** Whether what the store has of it does not do: it is to run all the same, or its bytes are gone. */
function isAnew(task: Task, fingerprint: Digest, { engine, survey: { facts } }: SiteExecution): boolean {
  if (facts.forced(task)) return true;
  return engine.actions.find(fingerprint) !== null && facts.stored(task, fingerprint) === null;
}

/** What it follows, and what its job goes on with. */
function inChain(task: Task, survey: Survey): Pick<Order, 'open' | 'chain'> {
  if (task.stage.scan === null) return {};
  const link = linkBefore(task, survey);
  const segments = segmentsAfter(task, survey);
  return {
    ...(link !== null && { open: link }),
    ...(segments.length > 0 && {
      chain: { length: segments.length, links: () => linksOf(task, segments, survey) },
    }),
  };
}

function listenerFor(task: Task, { listener, queued, started, emit }: SiteExecution): OrderListener {
  return {
    ...listener,
    queued,
    started: (_, node) => {
      started(node);
    },
    lost: (job, state) => {
      emit({ type: 'job-lost', task: task.id, job, state });
    },
  };
}
