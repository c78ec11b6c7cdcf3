import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../json.ts';
import type { Toolchain } from '../code/check.ts';
import { newName } from './batch-name.ts';
import type { Needs } from './needs.ts';
import { parse, writeBatch, type BatchHead, type JobLine, type Question } from './protocol.ts';
import { isOver } from './queue.ts';
import type { World } from './world.ts';

/** What a machine of a site said: its name and features, and of each question the toolchain, null where it could not. */
export interface Probed {
  readonly machine: string;
  readonly toolchains: readonly (Toolchain | null)[];
}

/** Milliseconds: before it is said that a job is waited for; after which one that nobody knows never came there. */
const soon = 10_000;
const sure = 30_000;
const files = { least: 200, most: 3000 };
const states = { least: 5000, most: 60_000 };

export interface ProbeParts {
  readonly world: World;
  readonly head: Pick<BatchHead, 'site' | 'engine' | 'project'> & { readonly common: Json };
  readonly needs: Needs;
  readonly questions: readonly Question[];
  readonly signal: AbortSignal;
  readonly tell: (message: string) => void;
}

/** Has a job of its own say what the machine that it runs on is; a text says why that could not be. */
export async function probe(parts: ProbeParts): Promise<Probed | string | null> {
  const { world, head, needs, questions } = parts;
  const at = world.now();
  const batch = newName(at, () => world.chance());
  const { common, ...rest } = head;
  const whole = { pipe: 1 as const, ...rest, driver: world.me, at, jobs: 1, needs, common, questions };
  world.folders.create(batch, writeBatch(whole, []));
  const submitted = await world.queue.submit({ batch, count: 1, needs, exclude: [], most: null });
  const known = { batch, id: submitted.type === 'taken' ? submitted.id : null };
  const refused = submitted.type === 'refused' || submitted.type === 'later' ? submitted.message : null;
  const answer = refused ?? (await listen(known, parts, at));
  const done = answer !== null && typeof answer !== 'string';
  if (!done && refused === null) await world.queue.cancel([known.id ?? `name:${batch}`], false);
  // One that is still to begin finds nothing to do.
  if (done || world.folders.revoke(batch, 0, world.now()) || refused !== null) world.folders.remove(batch);
  return answer;
}

/** Null when it was told to stop. */
async function listen(
  { batch, id }: { readonly batch: string; readonly id: string | null },
  { world, head, signal, tell }: ProbeParts,
  at: number,
): Promise<Probed | string | null> {
  let [wait, ask, next, missed, told, over] = [files.least, states.least, 0, 0, false, Infinity];
  for (;;) {
    const answer = answerIn(batch, world);
    if (answer !== null) return answer;
    const now = world.now();
    if (signal.aborted) return null;
    if (now > over) return 'it ended without an answer';
    if (!told && now - at > soon) {
      told = true;
      tell(`waiting for a job that says what the machines of ${head.site} are like`);
    }
    if (now >= next) {
      const rows = await world.queue.states(new Map([[batch, id]]));
      next = now + ask;
      ask = Math.min(states.most, ask * 1.5);
      const row = rows?.find((each) => each.batch === batch);
      if (rows !== null) missed = row === undefined ? missed + 1 : 0;
      const gone = row === undefined ? missed > 1 && now - at > sure : isOver(row.state);
      if (gone) over = Math.min(over, now + files.most);
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    wait = Math.min(files.most, wait * 1.3);
  }
}

function answerIn(batch: string, { folders }: World): Probed | null {
  if ((folders.sizes(batch, [0]).get(0) ?? 0) === 0) return null;
  for (const line of folders.lines(batch, 0, 0).lines) {
    const said = parse(line) as JobLine | null;
    if (said?.t === 'probed') return said;
  }
  return null;
}
