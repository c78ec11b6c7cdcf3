import fc from 'fast-check';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Mailbox } from '../../../lib/pipe/remote/mailbox.ts';
import { linesName, newKey, sealed, unsealed } from '../../../lib/pipe/sites/mail.ts';
import { Mirror } from '../../../lib/pipe/sites/mirror.ts';
import { Outbox } from '../../../lib/pipe/sites/outbox.ts';
import { claimElement } from '../../../lib/pipe/sites/real-folders.ts';
import type { JobLine } from '../../../lib/pipe/sites/protocol.ts';
import { temporaryDirectory } from '../store/temporary.ts';
import { randomFrom } from './fake/clock.ts';

test('a message is read with its key under its name, and with no other', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const [key, other] = [newKey(), newKey()];
      const bytes = sealed(text, key, 'a');
      expect(unsealed(bytes, key, 'a')).toBe(text);
      expect([unsealed(bytes, other, 'a'), unsealed(bytes, key, 'b')]).toEqual([null, null]);
      bytes[bytes.length - 1]! ^= 1;
      expect(unsealed(bytes, key, 'a')).toBeNull();
    }),
  );
});

test('no two messages have one name', () => {
  const [key, other] = [newKey(), newKey()];
  const names = [linesName(key, 1, 11), linesName(key, 11, 1), linesName(key, 1, 1), linesName(other, 1, 11)];
  expect(new Set(names).size).toBe(4);
  expect(names.every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
});

/** A cache that answers after a while, the one sooner and the other later, and fails at times. */
class SlowBox {
  readonly messages = new Map<string, Buffer>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  async put(name: string, bytes: Uint8Array): Promise<boolean> {
    await sleep(this.#random() * 12);
    if (this.#random() < 0.1) return false;
    this.messages.set(name, Buffer.from(bytes));
    await sleep(this.#random() * 12);
    return true;
  }

  async get(name: string): Promise<Buffer | 'none' | null> {
    await sleep(this.#random() * 12);
    const found = this.messages.get(name) ?? 'none';
    await sleep(this.#random() * 12);
    return this.#random() < 0.1 ? null : found;
  }
}

function mirrorOf(
  box: SlowBox,
  knows: (fingerprint: string) => boolean = () => true,
  root = temporaryDirectory(),
) {
  mkdirSync(join(root, 'batch'), { recursive: true });
  const mirror = new Mirror({
    mailbox: box as unknown as Mailbox,
    folderOf: (batch) => join(root, batch),
    knows: (fingerprint) => Promise.resolve(knows(fingerprint)),
    markRevoked: (batch, element) =>
      void claimElement(join(root, batch), element, `${JSON.stringify({ t: 'revoked', at: 0 })}\n`),
  });
  const lines = (): JobLine[] =>
    readFileSync(join(root, 'batch/0.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JobLine);
  return { mirror, lines };
}

async function known<T>(ask: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
}

test('a job that begins while its driver takes it back does not run, or its driver knows that it does', async () => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed);
  const ends = await Promise.all(
    seeds.map(async (seed) => {
      const random = randomFrom(seed);
      const box = new SlowBox(random);
      const key = newKey();
      const { mirror, lines } = mirrorOf(box);
      const outbox = new Outbox(box as unknown as Mailbox, key, 0);
      const begins = sleep(random() * 200).then(() =>
        known(() => outbox.begin({ t: 'begun', job: '1', node: 'n', at: 0 })),
      );
      while (!mirror.revoke('batch', 0, key)) {
        await sleep(20);
        const begun = box.messages.has(linesName(key, 0, 0));
        if (begun) break;
      }
      const runs = await begins;
      const now = Date.now();
      while (!mirror.settled('batch', 0, now)) await sleep(20);
      const revoked = mirror.revoke('batch', 0, key);
      mirror.close();
      // Never both; where neither, the job has said that it does not run.
      expect(runs && revoked).toBe(false);
      if (revoked) expect(lines()).toEqual([{ t: 'revoked', at: 0 }]);
      return runs;
    }),
  );
  // Both came about.
  expect(new Set(ends).size).toBe(2);
});

test('a second start of a job that has begun does nothing', async () => {
  const box = new SlowBox(randomFrom(7));
  const key = newKey();
  const begin = (): Promise<boolean> =>
    known(() =>
      new Outbox(box as unknown as Mailbox, key, 0).begin({ t: 'begun', job: '1', node: 'n', at: 0 }),
    );
  expect([await begin(), await begin()]).toEqual([true, false]);
});

test('what a job says comes whole and in order, however often the cache fails, and once where two drivers listen', async () => {
  const box = new SlowBox(randomFrom(3));
  const key = newKey();
  const root = temporaryDirectory();
  const drivers = [mirrorOf(box, undefined, root), mirrorOf(box, undefined, root)];
  const outbox = new Outbox(box as unknown as Mailbox, key, 0, (text) => text.replaceAll('/there', '/here'));
  const said: JobLine[] = [{ t: 'begun', job: '1', node: 'n', at: 0 }];
  expect(await known(() => outbox.begin(said[0]!))).toBe(true);
  for (let n = 0; n < 5; n++) {
    const line: JobLine = { t: 'warning', f: 'sha256:a', text: `${n} of /there` };
    outbox.say(line);
    said.push({ ...line, text: `${n} of /here` });
    for (const { mirror } of drivers) mirror.watch('batch', 0, key);
    await sleep(30);
  }
  await outbox.close(60_000);
  const ended = Date.now();
  for (const { mirror } of drivers) while (!mirror.settled('batch', 0, ended)) await sleep(20);
  for (const { mirror } of drivers) mirror.close();
  expect(drivers[0]!.lines().filter(({ t }) => t !== 'mail')).toEqual(said);
});

test('a result counts as seen when the cache has its entry, not when a job says so', async () => {
  const box = new SlowBox(randomFrom(5));
  const key = newKey();
  const { mirror } = mirrorOf(box, (fingerprint) => fingerprint === 'sha256:a');
  const outbox = new Outbox(box as unknown as Mailbox, key, 0);
  await known(() => outbox.begin({ t: 'begun', job: '1', node: 'n', at: 0 }));
  const done = { type: 'done', outputs: {}, ms: 1, undeclared: [], blobs: [] } as const;
  for (const f of ['sha256:a', 'sha256:b'] as never[]) outbox.say({ t: 'answer', f, answer: done });
  await outbox.close(60_000);
  mirror.watch('batch', 0, key);
  while (!mirror.settled('batch', 0, 1)) await sleep(20);
  mirror.close();
  expect([...mirror.committed]).toEqual(['sha256:a']);
});

test('what a job says that somebody waits for does not wait, though a message is under way', async () => {
  vi.useFakeTimers();
  try {
    const taken: (() => void)[] = [];
    const put = (): Promise<boolean> =>
      new Promise((resolve) =>
        taken.push(() => {
          resolve(true);
        }),
      );
    const outbox = new Outbox({ put } as unknown as Mailbox, newKey(), 0);
    // Progress alone waits for the more the longer the job has run.
    await vi.advanceTimersByTimeAsync(3_600_000);
    outbox.say({ t: 'alive', at: 0 });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(taken).toHaveLength(1);
    outbox.say({ t: 'begun', job: '1', node: 'n', at: 0 });
    taken[0]!();
    await vi.advanceTimersByTimeAsync(100);
    expect(taken).toHaveLength(2);
    taken[1]!();
    outbox.say({ t: 'alive', at: 1 });
    await vi.advanceTimersByTimeAsync(100);
    expect(taken).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});
