import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf, type Digest } from '../../../lib/pipe/digest.ts';
import { planSweep, type StoredAction, type SweepRequest } from '../../../lib/pipe/plan/sweep.ts';

/** Of an action with an entry of ten bytes, last used at a time, that takes these blobs. */
function action(name: string, usedAt: number, blobs: readonly string[]): StoredAction {
  return { fingerprint: digestOf(name), size: 10, usedAt, ms: 1, blobs: blobs.map(digestOf) };
}

function blob(name: string, size = 100) {
  return { digest: digestOf(name), size };
}

const actions = [
  action('new', 30, ['c', 'shared']),
  action('old', 10, ['a', 'shared']),
  action('middle', 20, ['b']),
];
const blobs = ['a', 'b', 'c', 'shared'].map((name) => blob(name));

const names = new Map(
  ['new', 'old', 'middle', 'a', 'b', 'c', 'shared', 'loose'].map((name) => [digestOf(name), name]),
);

function swept(request: Partial<SweepRequest>): [string, string] {
  const plan = planSweep({ actions, blobs, needed: new Set(), maxSize: null, before: null, ...request });
  const list = (digests: readonly Digest[]) => digests.map((digest) => names.get(digest)).join(' ');
  return [
    list(plan.actions.map(({ fingerprint }) => fingerprint)),
    list(plan.blobs.map(({ digest }) => digest)),
  ];
}

describe('a sweep', () => {
  test.each<[string, Partial<SweepRequest>, string, string]>([
    ['without bounds drops all that is not needed', {}, 'old middle new', 'a b c shared'],
    [
      'keeps what is needed, and the blobs of it',
      { needed: new Set(['old', 'a', 'shared'].map(digestOf)) },
      'middle new',
      'b c',
    ],
    ['keeps a blob that another action holds', { before: 15 }, 'old', 'a'],
    ['drops only what was last of use before', { before: 25 }, 'old middle', 'a b'],
    ['drops nothing that was of use at that very time', { before: 10 }, '', ''],
    ['drops the longest unused until the size is reached', { maxSize: 320 }, 'old', 'a'],
    ['drops one more for one byte less', { maxSize: 319 }, 'old middle', 'a b'],
    ['drops nothing when there is room', { maxSize: 430 }, '', ''],
    ['stops at whichever bound comes first', { maxSize: 0, before: 15 }, 'old', 'a'],
    [
      'drops a blob that belongs to nothing, bounds or not',
      { blobs: [...blobs, blob('loose')], before: 0, maxSize: 1e9 },
      '',
      'loose',
    ],
  ])('%s', (_, request, droppedActions, droppedBlobs) => {
    expect(swept(request)).toEqual([droppedActions, droppedBlobs]);
  });

  test('says what is left and needed, in bytes', () => {
    const needed = new Set(['old', 'a', 'shared'].map(digestOf));
    const { left } = planSweep({ actions, blobs, needed, maxSize: null, before: null });
    expect(left).toBe(210);
    expect(planSweep({ actions, blobs, needed, maxSize: 1e9, before: null })).toMatchObject({
      left: 430,
      needed: 210,
    });
  });

  test('leaves every action that stays with all its blobs, and no blob without one', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const some = fc.uniqueArray(name, { minLength: 1, maxLength: 3 });
    const list = fc.array(fc.record({ usedAt: fc.nat(9), blobs: some, needed: fc.boolean() }), {
      maxLength: 8,
    });
    const bound = fc.option(fc.nat(900));
    fc.assert(
      fc.property(list, bound, fc.option(fc.nat(10)), (drawn, maxSize, before) => {
        const actions = drawn.map(({ usedAt, blobs }, index) => action(String(index), usedAt, blobs));
        const kept = drawn.flatMap(({ needed }, index) => (needed ? [actions[index]!] : []));
        const needed = new Set(kept.flatMap(({ fingerprint, blobs }) => [fingerprint, ...blobs]));
        const blobs = ['a', 'b', 'c', 'd', 'e'].map((name) => blob(name));
        const plan = planSweep({ actions, blobs, needed, maxSize, before });
        const gone = new Set(plan.blobs.map(({ digest }) => digest));
        const staying = actions.filter((each) => !plan.actions.includes(each));
        expect(staying).toEqual(expect.arrayContaining(kept));
        const held = new Set(staying.flatMap((each) => each.blobs));
        expect(blobs.filter(({ digest }) => !gone.has(digest)).map(({ digest }) => digest)).toEqual(
          blobs.map(({ digest }) => digest).filter((digest) => held.has(digest)),
        );
        expect(plan.left).toBe(staying.length * 10 + held.size * 100);
      }),
    );
  });
});
