import type { Digest } from '../digest.ts';
import type { Ask, DeskRules, End } from './ask.ts';
import { newName } from './batch-name.ts';
import { pack, type JobArray } from './batches.ts';
import type { Durations } from './durations.ts';
import type { Batches } from './known-batches.ts';
import type { World } from './world.ts';
import { Job, type Batch } from './job.ts';
import { needsOf } from './needs.ts';
import { writeBatch, type TaskLine } from './protocol.ts';
import type { Submitted } from './queue.ts';

/** Tasks of a kind that go alone, to find out how long one takes. */
const mostProbes = 16;
/** Milliseconds that a task is thought to take where nobody waits to find out. */
const unknown = 30_000;
/** Milliseconds after which what was not taken is offered again. */
const offerAgain = 30_000;

/** Who submits, as far as this file has to do with it. */
export interface Submitter {
  readonly world: World;
  readonly rules: DeskRules;
  readonly batches: Batches;
  readonly durations: Durations;
  readonly asks: ReadonlyMap<Digest, Ask>;
  readonly early: Map<Digest, Job>;
  waiting: Ask[];
  readonly mode: string;
  attach(ask: Ask, job: Job): void;
  end(ask: Ask, end: End): void;
}

interface Item {
  readonly ask: Ask;
  readonly needs: ReturnType<typeof needsOf>;
  readonly kind: string;
  readonly exclude: readonly string[];
  readonly bytes: number;
  readonly length: number;
}

/** Puts what waits into jobs of others that have it, or into jobs of its own. */
export async function submitAll(desk: Submitter): Promise<void> {
  const now = desk.world.now();
  const due = desk.waiting.filter(({ notBefore }) => notBefore <= now);
  if (due.length === 0) return;
  desk.waiting = desk.waiting.filter(({ notBefore }) => notBefore > now);
  // What a job comes to by itself needs no other.
  const ready = due.filter((ask) => ask.order.open === undefined || !inHand(desk, ask));
  const items = ready.map((ask): Item => ({
    ...{ ask, needs: needsOf(ask.order.wishes, ask.steps), kind: ask.order.kind },
    ...{ exclude: ask.exclude, bytes: ask.bytes, length: 1 + (ask.order.chain?.length ?? 0) },
  }));
  const expected = (kind: string) =>
    desk.durations.expected(kind, now) ?? (desk.mode === 'leaving' ? unknown : null);
  const room = (kind: string) => desk.durations.room(kind, mostProbes);
  const { arrays, held } = pack(items, expected, room, desk.rules);
  for (const { ask } of held) {
    ask.notBefore = now + 1000;
    desk.waiting.push(ask);
  }
  for (const array of arrays) {
    for (const [kind, asks] of byKind(array)) if (expected(kind) === null) desk.durations.probing(kind, asks);
    await submitOne(desk, array);
  }
}

async function submitOne(desk: Submitter, array: JobArray<Item>): Promise<void> {
  const { world, rules } = desk;
  const batch = await world.folders.exclusively(() => make(desk, array));
  if (batch === null) return;
  const { name, needs, jobs } = batch;
  const { exclude } = array;
  const submitted = await world.queue.submit({
    batch: name,
    count: jobs.length,
    needs,
    exclude,
    most: rules.most,
  });
  take(desk, batch, submitted);
}

/** Writes the folder: from then on all drivers see that these are in hand. Null when others have all of them. */
function make(desk: Submitter, { jobs, needs }: JobArray<Item>): Batch | null {
  const { world, rules, batches } = desk;
  batches.refresh();
  const now = world.now();
  const own = jobs.map((job) => job.filter(({ ask }) => !inHand(desk, ask))).filter((job) => job.length > 0);
  if (own.length === 0) return null;
  const batch: Batch = {
    ...{ name: newName(world.now(), () => world.chance()), id: null, own: true, needs, submittedAt: now },
    ...{ jobs: [], cancelled: false },
  };
  const lines: TaskLine[] = [];
  for (const [element, items] of own.entries()) {
    const tasks = items.map(({ ask: { order } }): TaskLine => {
      const { fingerprint, task, kind, ticket, chain } = order;
      const expected = desk.durations.expected(kind, now);
      return { element, fingerprint, task, expected, ticket, ...(chain && { chain: chain.links() }) };
    });
    for (const line of tasks) lines.push(line);
    batch.jobs.push(new Job(batch, element, tasks.map(withoutTicket), now));
  }
  const kinds = new Set(own.flatMap((items) => items.map(({ kind }) => kind)));
  const head = {
    ...{ pipe: 1 as const, site: rules.site, driver: world.me, project: rules.project, at: now },
    ...{ jobs: own.length, needs, common: rules.common(kinds) },
    ...(rules.engine !== undefined && { engine: rules.engine }),
  };
  world.folders.create(batch.name, writeBatch(head, lines));
  batches.add(batch);
  batches.promise(batch.name, lines);
  for (const [element, items] of own.entries()) for (const { ask } of items) ask.job = batch.jobs[element]!;
  return batch;
}

/** Others may have it by now: in a job, or done. What comes after it in a chain is theirs, too. */
function inHand(desk: Submitter, ask: Ask): boolean {
  const { fingerprint, open, anew } = ask.order;
  if (anew !== true && desk.world.committed(fingerprint)) {
    desk.end(ask, { type: 'committed' });
    return true;
  }
  if (anew !== true && desk.batches.isMade(fingerprint)) {
    // Its result is there, and is about to be seen.
    ask.notBefore = desk.world.now() + 500;
    desk.waiting.push(ask);
    return true;
  }
  const early = desk.early.get(fingerprint);
  desk.early.delete(fingerprint);
  const job = early ?? desk.batches.jobFor(fingerprint, open ?? null);
  if (job === null) return false;
  desk.attach(ask, job);
  return true;
}

function take(desk: Submitter, batch: Batch, submitted: Submitted): void {
  const { world, rules } = desk;
  const asks = () => [...desk.asks.values()].filter(({ job }) => job?.batch === batch);
  switch (submitted.type) {
    case 'taken':
      batch.id = submitted.id;
      world.folders.append(batch.name, `${JSON.stringify({ job: submitted.id })}\n`);
      for (const ask of asks()) ask.listener.queued(ask.job!.name);
      break;
    case 'unsure':
      // It is looked for by its name, and taken back if it is not there.
      rules.tell(`${rules.site} did not say whether it took a job (${submitted.message}); it is looked for`);
      break;
    case 'refused':
    case 'later': {
      const mine = asks();
      giveUp(desk, batch);
      for (const ask of mine) {
        desk.durations.over(ask);
        if (submitted.type === 'refused') {
          const { site } = rules;
          const { message } = submitted;
          const answer = { type: 'failed', log: null, reason: 'job-refused', site, message } as const;
          desk.end(ask, { type: 'answered', answer });
        } else {
          ask.job = null;
          ask.notBefore = world.now() + offerAgain;
          desk.waiting.push(ask);
        }
      }
    }
  }
}

/** No job of it will ever be: its folder goes. */
function giveUp(desk: Submitter, batch: Batch): void {
  for (const job of batch.jobs) [job.concluded, job.ended] = [true, true];
  desk.batches.tidy(batch);
}

/** What stays in memory of a line that is written. */
function withoutTicket({ chain, ...line }: TaskLine): TaskLine {
  const links = chain?.map((link) => ({ ...link, ticket: null }));
  return { ...line, ticket: null, ...(links && { chain: links }) };
}

function byKind({ jobs }: JobArray<Item>): Map<string, Ask[]> {
  const kinds = new Map<string, Ask[]>();
  for (const { kind, ask } of jobs.flat()) {
    const asks = kinds.get(kind);
    if (asks === undefined) kinds.set(kind, [ask]);
    else asks.push(ask);
  }
  return kinds;
}
