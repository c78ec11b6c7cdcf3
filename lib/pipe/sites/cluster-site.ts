import type { Digest } from '../digest.ts';
import { machineText, namedEnvironment, taskEnvironment } from '../execute/environment.ts';
import type { Task } from '../graph/graph.ts';
import type { Json } from '../json.ts';
import type { SiteDeclaration } from '../manifest/sites-grammar.ts';
import type { Failure } from '../plan/outcome.ts';
import { inputsRestless, mostStarts, readyToStart, type Produced, type StalePlan } from '../run/attempt.ts';
import type { Site, SiteExecution, SiteParts } from '../run/site.ts';
import { tellOfCode } from '../run/task-code.ts';
import type { Survey } from '../run/survey.ts';
import { nameIn, warnOfReads } from '../run/undeclared-reads.ts';
import type { Apart, Sent } from './apart.ts';
import type { Order, OrderListener } from './ask.ts';
import { linkBefore, linksOf, segmentsAfter } from './chain.ts';
import type { Desk } from './desk.ts';
import { shippedStage, ticketOf } from './make-ticket.ts';
import type { Wishes } from './needs.ts';
import type { Parcels } from './parcels.ts';
import type { Answer, Link } from './protocol.ts';
import type { Common, ShippedStage } from './ticket.ts';

/** Seconds that a job waits for files that it is to see. */
const nodesPatience = 60;

/** What is common to the tasks of a run, and what is to be told to whoever carries them out. */
export class Shipping {
  readonly #stages = new Map<string, ShippedStage>();
  readonly #variables: Record<string, string> = {};
  readonly #parts: SiteParts;
  readonly #apart: ShippedApart | null;
  readonly #named = new Set<string>(['LANG', 'TZ']);

  constructor(parts: SiteParts, apart: ShippedApart | null = null) {
    this.#parts = parts;
    this.#apart = apart;
  }

  /** A kind: a stage, of tasks that have the same parameters. */
  kindOf(task: Task): string {
    const { survey, engine } = this.#parts;
    const kind = task.stage.name;
    if (!this.#stages.has(kind)) {
      const shipped = shippedStage(task, survey, engine.environment);
      const sources = survey.bundles.get(kind)?.files ?? [];
      const sent = this.#apart?.parcels.programOf(shipped, sources);
      this.#stages.set(kind, { ...shipped, ...(sent && { sent }) });
      // What only says where a machine keeps things is no word of this one.
      const variables = this.#apart === null ? taskEnvironment : namedEnvironment;
      Object.assign(this.#variables, variables(engine.environment, task.stage));
      for (const name of [...task.stage.env, ...task.stage.passEnv]) this.#named.add(name);
    }
    return kind;
  }

  stageOf(kind: string): ShippedStage {
    return this.#stages.get(kind)!;
  }

  common(kinds: ReadonlySet<string>): Json {
    const { engine, strict, survey } = this.#parts;
    const stages = Object.fromEntries([...kinds].map((kind) => [kind, this.#stages.get(kind)!]));
    const common: Common = {
      ...{ layout: engine.layout, env: this.#variables, machine: survey.machine ?? machineText(), strict },
      ...{ patience: nodesPatience, stages },
      ...(this.#apart && { apart: { version: this.#apart.version, named: [...this.#named] } }),
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

/** What of a site hangs on how it is reached. */
export interface ClusterParts {
  /** Null where it sees the files of this machine. */
  readonly apart: Apart | null;
  /** Its machines are not what was thought. */
  readonly forget: () => void;
  readonly close: () => void;
}

/** Of jobs that share no files with this machine. */
export interface ShippedApart {
  readonly parcels: Parcels;
  readonly version: string;
}

/** Has tasks carried out by jobs of a cluster that sees the same files, or the same remote cache. */
export class ClusterSite implements Site {
  readonly name: string;
  readonly #declared: SiteDeclaration;
  readonly #desk: Desk;
  readonly #shipping: Shipping;
  readonly #parts: ClusterParts;

  constructor(name: string, declared: SiteDeclaration, desk: Desk, shipping: Shipping, parts: ClusterParts) {
    this.#parts = parts;
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
        const kind = this.#shipping.kindOf(task);
        const segments = task.stage.scan === null ? [] : segmentsAfter(task, execution.survey);
        const sent = await this.#send(kind, [task, ...segments], execution);
        if (sent === null) return this.#unsent(execution);
        const files = sent.get(task);
        const order: Order = {
          ...{ fingerprint, task: task.id, kind, wishes: this.#wishes(task) },
          ticket: {
            ...ticketOf(task, execution.survey),
            ...(files && { sent: { files, action } }),
          } as unknown as Json,
          ...(isAnew(task, fingerprint, execution) && { anew: true as const }),
          ...inChain(task, segments, sent, execution.survey),
        };
        const end = await this.#desk.carryOut(order, listenerFor(task, execution));
        if (end.type === 'left') return { type: 'left' };
        const answer = end.type === 'answered' ? end.answer : null;
        if (answer?.type === 'failed') return answer;
        // Whatever was known of its machines does not hold: the next run asks again.
        if (answer?.type === 'other-toolchain') this.#parts.forget();
        if (answer?.type === 'other-toolchain')
          return { ...answer, type: 'failed', log: null, reason: 'other-toolchain', nodes: [this.name] };
        if (answer?.type !== 'moved') {
          const made = await this.#done(task, answer, fingerprint, execution);
          return 'reason' in made ? made : { type: 'done', action, fingerprint, ...made };
        }
        if (start === mostStarts) return inputsRestless(task, answer.paths, beside.others, execution);
        this.#parts.apart?.gone(sent, this.#shipping.stageOf(kind));
        const what = this.#parts.apart === null ? 'is another one there' : 'is not to be had there';
        execution.listener.warning(`${answer.paths[0] ?? 'an input'} ${what}; it starts over`);
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
    this.#parts.close();
  }

  async #send(kind: string, tasks: readonly Task[], { survey, signal }: SiteExecution): Promise<Sent | null> {
    const { apart } = this.#parts;
    if (apart === null) return new Map();
    return await apart.send(kind, this.#shipping.stageOf(kind), tasks, survey, signal);
  }

  #unsent({ signal }: SiteExecution): Failure | { readonly type: 'left' } {
    if (signal.aborted) return { type: 'left' };
    const message = `${this.#parts.apart!.address} did not take what it reads`;
    return { type: 'failed', log: null, reason: 'job-refused', site: this.name, message };
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
  async #done(
    task: Task,
    answer: Extract<Answer, { type: 'done' }> | null,
    fingerprint: StalePlan['fingerprint'],
    execution: SiteExecution,
  ): Promise<Pick<Extract<Produced, { type: 'done' }>, 'outputs' | 'ms' | 'placed'> | Failure> {
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
    const { apart } = this.#parts;
    if (apart === null) {
      const { outputs, ms } = engine.actions.find(fingerprint)!;
      return { outputs, ms };
    }
    const outputs = await apart.receive(task, fingerprint, answer?.outputs ?? null, execution);
    const lost = { job: this.name, state: 'RESULT_UNSEEN', times: 1, tail: [] };
    if (outputs === null) return { type: 'failed', log: null, reason: 'job-lost', ...lost };
    return { outputs, placed: true, ...(answer && { ms: answer.ms }) };
  }
}

/** Whether what the store has of it does not do: it is to run all the same, or its bytes are gone. */
function isAnew(task: Task, fingerprint: Digest, { engine, survey: { facts } }: SiteExecution): boolean {
  if (facts.forced(task)) return true;
  return engine.actions.find(fingerprint) !== null && facts.stored(task, fingerprint) === null;
}

/** What it follows, and what its job goes on with. */
function inChain(
  task: Task,
  segments: readonly Task[],
  sent: Sent,
  survey: Survey,
): Pick<Order, 'open' | 'chain'> {
  if (task.stage.scan === null) return {};
  const link = linkBefore(task, survey);
  const links = () =>
    linksOf(task, segments, survey).map((each, index): Link => {
      const files = sent.get(segments[index]!);
      if (files === undefined) return each;
      return {
        ...each,
        ticket: { ...(each.ticket as object), sent: { files, action: '' } } as unknown as Json,
      };
    });
  return {
    ...(link !== null && { open: link }),
    ...(segments.length > 0 && { chain: { length: segments.length, links } }),
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
