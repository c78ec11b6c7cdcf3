import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keepLock, keptLock } from '../../../lib/pipe/run/kept-lock.ts';
import { lockFrom } from '../../../lib/pipe/store/lock.ts';
import { KeptLocks } from '../../../lib/pipe/ui/kept-locks.ts';

const digest = `sha256:${'0'.repeat(64)}` as const;

test('the lock of a run is unpacked once, and again only when it was written', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-kept-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const [one, two, three] = ['1', '2', '3'].map((name) => join(directory, name));
  const read: string[] = [];
  const locks = new KeptLocks((run) => {
    read.push(run);
    return keptLock(run);
  });
  for (const run of [one, two, three]) mkdirSync(run!);
  expect(locks.of(one!)).toBeNull();
  const lock = lockFrom('');
  lock.set('a', { fingerprint: digest, outputs: {}, action: '[]' });
  keepLock(one!, lock);
  expect(locks.of(one!)?.ids()).toEqual(['a']);
  expect(locks.of(one!)).toBe(locks.of(one!));
  expect(read).toEqual([one, one]);
  lock.set('b', { fingerprint: digest, outputs: {}, action: '[]' });
  keepLock(one!, lock);
  expect(locks.of(one!)?.ids()).toEqual(['a', 'b']);
  // Few are kept: those that were looked at last.
  for (const run of [two, three]) locks.of(run!);
  locks.of(one!);
  expect(read).toEqual([one, one, one, two, three, one]);
});
