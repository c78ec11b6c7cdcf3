import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Capacity } from '../../../lib/pipe/execute/capacity.ts';
import { Devices } from '../../../lib/pipe/execute/devices.ts';
import { Gate, type Place } from '../../../lib/pipe/execute/gate.ts';
import type { Resources } from '../../../lib/pipe/manifest/manifest.ts';

const nothing: Resources = { threads: 1, gpu: 0, gpus: 0, memory: 0, own: {} };

/** Lets tasks ask in turn, and notes who is inside. */
function gate(threads: number, capacity: Partial<Capacity> = {}) {
  const bounds = new Gate({ threads, devices: [], memory: 8, own: {}, ...capacity });
  const places = new Map<string, Place>();
  return {
    get inside() {
      return [...places.keys()];
    },
    devices: (name: string) => places.get(name)?.devices,
    ask: async (name: string, needs: Partial<Resources>) => {
      void bounds.enter({ ...nothing, ...needs }).then((place) => places.set(name, place));
      await settled();
    },
    leave: async (name: string) => {
      const place = places.get(name)!;
      places.delete(name);
      place.leave();
      await settled();
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate', () => {
  test('holds up narrow tasks behind a wide one, which would wait for ever otherwise', async () => {
    const it = gate(2);
    await it.ask('a', {});
    await it.ask('b', {});
    await it.ask('wide', { threads: 2 });
    await it.ask('c', {});
    await it.leave('a');
    expect(it.inside).toEqual(['b']);
    await it.leave('b');
    expect(it.inside).toEqual(['wide']);
    await it.leave('wide');
    expect(it.inside).toEqual(['c']);
  });

  test('gives a task no GPU by name where nobody knows of one, and counts what it holds of it all the same', async () => {
    const it = gate(3);
    await it.ask('a', { gpu: 0.6 });
    await it.ask('b', { gpu: 0.6 });
    expect([it.inside, it.devices('a')]).toEqual([['a'], []]);
    await it.leave('a');
    expect([it.inside, it.devices('b')]).toEqual([['b'], []]);
    // What was given back is there for a whole share.
    await it.leave('b');
    await it.ask('c', { gpu: 1 });
    expect(it.inside).toEqual(['c']);
  });

  test('has room again for all of it after many shares came and went', async () => {
    const it = gate(20, { devices: ['0'] });
    for (let round = 0; round < 3; round++) {
      for (const name of 'abcdefghij') await it.ask(name, { gpu: 0.1 });
      expect(it.inside).toHaveLength(10);
      for (const name of 'abcdefghij') await it.leave(name);
    }
    await it.ask('whole', { gpus: 1 });
    expect([it.inside, it.devices('whole')]).toEqual([['whole'], ['0']]);
  });

  test('gives no whole GPU of which somebody holds a share, nor a share of one that is somebody’s', async () => {
    const it = gate(9, { devices: ['0', '1'] });
    await it.ask('share', { gpu: 0.5 });
    await it.ask('whole', { gpus: 1 });
    expect([it.devices('share'), it.devices('whole')]).toEqual([['0'], ['1']]);
    await it.ask('other', { gpu: 0.6 });
    expect(it.inside).toEqual(['share', 'whole']);
    await it.leave('share');
    expect(it.devices('other')).toEqual(['0']);
  });

  test('lets those that need no GPU pass one that waits for it', async () => {
    const it = gate(3);
    await it.ask('a', { gpu: 1 });
    await it.ask('b', { gpu: 1 });
    await it.ask('c', {});
    expect(it.inside).toEqual(['a', 'c']);
    await it.leave('a');
    expect(it.inside).toEqual(['c', 'b']);
  });

  test('gives a task that asks for more threads than there are, or more of a GPU, all of them', async () => {
    const it = gate(2);
    await it.ask('a', { threads: 8, gpu: 3 });
    await it.ask('b', {});
    expect(it.inside).toEqual(['a']);
  });

  test('gives room back once, however often a task leaves', async () => {
    const one = new Gate({ threads: 1, devices: [], memory: 0, own: {} });
    const place = await one.enter(nothing);
    place.leave();
    place.leave();
    await one.enter(nothing);
    let second = false;
    void one.enter(nothing).then(() => {
      second = true;
    });
    await settled();
    expect(second).toBe(false);
  });

  test('gives each of four tasks one of two GPUs, and both to those that need two', async () => {
    const it = gate(8, { devices: ['3', '5'] });
    for (const name of ['a', 'b', 'c', 'd']) await it.ask(name, { gpus: 1 });
    await it.ask('both', { gpus: 2 });
    expect([it.inside, it.devices('a'), it.devices('b')]).toEqual([['a', 'b'], ['3'], ['5']]);
    await it.leave('b');
    expect([it.inside, it.devices('c')]).toEqual([['a', 'c'], ['5']]);
    await it.leave('c');
    await it.leave('a');
    expect([it.inside, it.devices('d')]).toEqual([['d'], ['5']]);
    await it.leave('d');
    expect([it.inside, it.devices('both')]).toEqual([['both'], ['3', '5']]);
  });

  test('lets no task that needs one GPU pass one that waits for two', async () => {
    const it = gate(8, { devices: ['0', '1'] });
    await it.ask('a', { gpus: 1 });
    await it.ask('both', { gpus: 2 });
    await it.ask('share', { gpu: 0.5 });
    await it.ask('b', { gpus: 1 });
    await it.ask('none', {});
    expect(it.inside).toEqual(['a', 'none']);
    await it.leave('a');
    expect(it.inside).toEqual(['none', 'both']);
  });

  test('puts a share on the GPU of which the least is held, ten tenths on one', async () => {
    const it = gate(99, { devices: ['0', '1'] });
    for (const name of 'abcdefghij') {
      await it.ask(`${name}1`, { gpu: 0.1 });
      await it.ask(`${name}2`, { gpu: 0.1 });
    }
    expect(it.inside).toHaveLength(20);
    expect([it.devices('a1'), it.devices('a2'), it.devices('j1')]).toEqual([['0'], ['1'], ['0']]);
    await it.ask('more', { gpu: 0.1 });
    expect(it.inside).not.toContain('more');
  });

  test('counts memory, and resources of the file, as far as there is of them', async () => {
    const it = gate(9, { memory: 8, own: { licence: 2 } });
    await it.ask('a', { memory: 6, own: { licence: 1 } });
    await it.ask('b', { memory: 4 });
    await it.ask('small', { memory: 2 });
    await it.ask('c', { own: { licence: 1 } });
    await it.ask('d', { own: { licence: 1 } });
    expect(it.inside).toEqual(['a', 'c']);
    await it.leave('a');
    expect(it.inside).toEqual(['c', 'b', 'small', 'd']);
  });

  test('takes it for a bug when a task asks for more than there ever is', async () => {
    const it = new Gate({ threads: 1, devices: ['0'], memory: 8, own: {} });
    await expect(it.enter({ ...nothing, gpus: 2 })).rejects.toThrow('a task waits for 2 of gpus');
  });
});

test('a GPU that nobody has asked for room on is not given out', () => {
  const devices = new Devices(['0']);
  const taken = devices.take({ gpu: 0.6, gpus: 0 });
  expect([devices.fit({ gpu: 0.5, gpus: 0 }), devices.fit({ gpu: 0.4, gpus: 0 })]).toEqual([false, true]);
  for (const asked of [
    { gpu: 0.5, gpus: 0 },
    { gpu: 0, gpus: 1 },
  ])
    expect(() => devices.take(asked)).toThrow('there is no room on a GPU');
  taken.giveBack();
  expect(devices.take({ gpu: 0, gpus: 1 }).names).toEqual(['0']);
  expect(devices.take({ gpu: 0, gpus: 0 }).names).toEqual([]);
});

test('whatever tasks ask for, never more is held than there is, all get in, and no GPU is given twice', async () => {
  const capacity: Capacity = { threads: 4, devices: ['0', '1', '2'], memory: 10, own: { licence: 2 } };
  const asked = fc.record({
    threads: fc.integer({ min: 1, max: 6 }),
    kind: fc.constantFrom(...(['none', 'share', 'whole'] as const)),
    share: fc.constantFrom(0.25, 0.5, 1),
    whole: fc.integer({ min: 1, max: 3 }),
    memory: fc.integer({ min: 0, max: 10 }),
    own: fc.record({ licence: fc.integer({ min: 0, max: 2 }) }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(asked, { maxLength: 20 }),
      fc.infiniteStream(fc.nat()),
      async (tasks, picks) => {
        const it = new Gate(capacity);
        const inside: { readonly place: Place; readonly needs: Resources }[] = [];
        let entered = 0;
        for (const { kind, share, whole, ...rest } of tasks) {
          const needs = { ...rest, gpu: kind === 'share' ? share : 0, gpus: kind === 'whole' ? whole : 0 };
          void it.enter(needs).then((place) => {
            entered += 1;
            inside.push({ place, needs });
          });
        }
        for (await settled(); inside.length > 0; await settled()) {
          const sum = (of: (one: (typeof inside)[number]) => number) =>
            inside.reduce((all, one) => all + of(one), 0);
          expect(sum(({ place }) => place.threads)).toBeLessThanOrEqual(4);
          expect(sum(({ needs }) => needs.memory)).toBeLessThanOrEqual(10);
          expect(sum(({ needs }) => needs.own['licence']!)).toBeLessThanOrEqual(2);
          for (const device of capacity.devices) {
            const on = inside.filter(({ place }) => place.devices.includes(device));
            expect(
              on.reduce((all, { needs }) => all + (needs.gpus > 0 ? 1 : needs.gpu), 0),
            ).toBeLessThanOrEqual(1);
          }
          const [gone] = inside.splice(picks.next().value! % inside.length, 1);
          gone!.place.leave();
        }
        expect(entered).toBe(tasks.length);
      },
    ),
  );
});
