import { describe, expect, test } from 'vitest';
import { Gate } from '../../../lib/pipe/execute/gate.ts';

/** Lets tasks ask in turn, and notes who is inside. */
function gate(threads: number, gpu = 1) {
  const bounds = new Gate({ threads, gpu });
  const inside: string[] = [];
  const leaving = new Map<string, () => void>();
  return {
    inside,
    ask: async (name: string, needs: { threads?: number; gpu?: number }) => {
      void bounds.enter({ threads: 1, gpu: 0, ...needs }).then((leave) => {
        inside.push(name);
        leaving.set(name, () => {
          inside.splice(inside.indexOf(name), 1);
          leave();
        });
      });
      await settled();
    },
    leave: async (name: string) => {
      leaving.get(name)!();
      await settled();
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate', () => {
  test('holds up narrow tasks behind a wide one, which would wait for ever otherwise', async () => {
    const { ask, leave, inside } = gate(2);
    await ask('a', {});
    await ask('b', {});
    await ask('wide', { threads: 2 });
    await ask('c', {});
    await leave('a');
    expect(inside).toEqual(['b']);
    await leave('b');
    expect(inside).toEqual(['wide']);
    await leave('wide');
    expect(inside).toEqual(['c']);
  });

  test('lets those that need no GPU pass one that waits for it', async () => {
    const { ask, leave, inside } = gate(3);
    await ask('a', { gpu: 1 });
    await ask('b', { gpu: 1 });
    await ask('c', {});
    expect(inside).toEqual(['a', 'c']);
    await leave('a');
    expect(inside).toEqual(['c', 'b']);
  });

  test('gives a task that asks for more than there is all there is', async () => {
    const { ask, inside } = gate(2);
    await ask('a', { threads: 8, gpu: 3 });
    await ask('b', {});
    expect(inside).toEqual(['a']);
  });

  test('gives room back once, however often a task leaves', async () => {
    const one = new Gate({ threads: 1, gpu: 0 });
    const leave = await one.enter({ threads: 1, gpu: 0 });
    leave();
    leave();
    await one.enter({ threads: 1, gpu: 0 });
    let second = false;
    void one.enter({ threads: 1, gpu: 0 }).then(() => {
      second = true;
    });
    await settled();
    expect(second).toBe(false);
  });
});
