import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { ActionCache, goneOutputs, stayingOutputs } from '../../../lib/pipe/store/actions.ts';
import { actionPath, layoutOf } from '../../../lib/pipe/store/layout.ts';
import { writeAtomically } from '../../../lib/pipe/store/atomic.ts';
import { temporaryDirectory } from './temporary.ts';

const fingerprint = digestOf('action');
const result = { outputs: { model: digestOf('model') }, ms: 12 };

describe('the action cache', () => {
  test('gives back what an action gave', () => {
    const cache = new ActionCache(layoutOf(temporaryDirectory()));
    expect(cache.find(fingerprint)).toBeNull();
    cache.record(fingerprint, result, true);
    expect(cache.find(fingerprint)).toEqual(result);
    expect(cache.find(digestOf('another'))).toBeNull();
  });

  test('notes when an action was of use, where there is one', () => {
    const layout = layoutOf(temporaryDirectory());
    const cache = new ActionCache(layout);
    cache.touch(fingerprint);
    cache.record(fingerprint, result, false);
    const path = actionPath(layout, fingerprint);
    utimesSync(path, 1, 1);
    cache.touch(fingerprint);
    const { atimeMs, mtimeMs } = statSync(path);
    for (const at of [atimeMs, mtimeMs]) expect([1e12 < at, at < Date.now() + 1000]).toEqual([true, true]);
  });

  test('says of what was done elsewhere that it was, and keeps whole milliseconds', () => {
    const cache = new ActionCache(layoutOf(temporaryDirectory()));
    cache.record(fingerprint, { ...result, ms: 12.4, from: 'remote' }, false);
    expect(cache.find(fingerprint)).toStrictEqual({ ...result, from: 'remote' });
    cache.record(fingerprint, result, false);
    expect(cache.find(fingerprint)).toStrictEqual(result);
  });

  test('knows nothing of an entry that was damaged at any byte', () => {
    const layout = layoutOf(temporaryDirectory());
    const cache = new ActionCache(layout);
    cache.record(fingerprint, result, false);
    const path = actionPath(layout, fingerprint);
    const bytes = readFileSync(path);
    for (let index = 0; index < bytes.length - 1; index++) {
      const damaged = Buffer.from(bytes);
      damaged[index]! ^= 4;
      writeFileSync(path, damaged);
      expect(cache.find(fingerprint), `byte ${index}`).toBeNull();
      writeFileSync(path, bytes.subarray(0, index));
      expect(cache.find(fingerprint), `cut at ${index}`).toBeNull();
    }
  });

  test('tells outputs whose bytes were given up from those that stay', () => {
    const [a, b] = [digestOf('a'), digestOf('b')];
    const cache = new ActionCache(layoutOf(temporaryDirectory()));
    const given = { outputs: { a, b }, ms: 1, gone: ['b', 'none'] };
    cache.record(fingerprint, given, false);
    expect(cache.find(fingerprint)).toStrictEqual(given);
    expect([stayingOutputs(given), goneOutputs(given)]).toEqual([[a], [b]]);
    const whole = { outputs: { a, b }, ms: 1 };
    expect([stayingOutputs(whole), goneOutputs(whole)]).toEqual([[a, b], []]);
  });

  test('knows nothing of an entry one of whose outputs has no digest, though it is whole', () => {
    const layout = layoutOf(temporaryDirectory());
    const body = JSON.stringify({ outputs: { model: digestOf('model'), log: 'none' }, ms: 1 });
    const seal = digestOf(`${fingerprint}\n${body}`);
    writeAtomically(actionPath(layout, fingerprint), `${body}\n${seal}\n`, false);
    expect(new ActionCache(layout).find(fingerprint)).toBeNull();
  });

  test('knows nothing of an entry that lies under the name of another action', () => {
    const layout = layoutOf(temporaryDirectory());
    const cache = new ActionCache(layout);
    cache.record(fingerprint, result, false);
    const other = digestOf('another');
    writeAtomically(actionPath(layout, other), readFileSync(actionPath(layout, fingerprint)), false);
    expect(cache.find(other)).toBeNull();
  });
});
