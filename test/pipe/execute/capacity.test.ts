import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import {
  capacityOf,
  devicesOf,
  isScarce,
  lacks,
  visibleDevices,
} from '../../../lib/pipe/execute/capacity.ts';

describe('the GPUs there are', () => {
  test.each([
    [undefined, null],
    ['0,1', ['0', '1']],
    [' GPU-1a , MIG-2b', ['GPU-1a', 'MIG-2b']],
    ['', []],
    ['-1', []],
    ['2,-1,0', ['2']],
    ['NoDevFiles', []],
  ])('of CUDA_VISIBLE_DEVICES=%j: %j', (value, names) => {
    expect(visibleDevices({ CUDA_VISIBLE_DEVICES: value })).toEqual(names);
  });

  test.each([
    [undefined, null, 2, ['0', '1']],
    [undefined, null, 0, []],
    [3, null, 0, ['0', '1', '2']],
    [0, null, 2, []],
    [1, ['5', '7'], 8, ['5']],
    [undefined, ['5', '7'], 8, ['5', '7']],
    [4, ['5', '7'], 8, ['5', '7']],
  ])('with --gpus %j, of which %j are visible and %j are there: %j', (stated, visible, count, names) => {
    expect(devicesOf(stated, visible, () => count)).toEqual(names);
  });
});

test('memory is what there is, resources are what the file says, and whoever runs it has the last word', () => {
  const env = { CUDA_VISIBLE_DEVICES: '' };
  expect(capacityOf({}, { licence: 2 }, env)).toMatchObject({ devices: [], own: { licence: 2 } });
  expect(capacityOf({}, {}, env).memory).toBeGreaterThan(0);
  expect(capacityOf({ jobs: 3, memory: 5, own: { licence: 4 } }, { licence: 2, seats: 1 }, env)).toEqual({
    threads: 3,
    devices: [],
    memory: 5,
    own: { licence: 4, seats: 1 },
  });
});

describe('what nobody says is what the machine has:', () => {
  /** With these names in `/dev`, or without one. */
  function withDevices(names: readonly string[] | null): readonly string[] {
    const listed = vi.spyOn(fs, 'readdirSync').mockImplementation((path) => {
      expect(path).toBe('/dev');
      if (names === null) throw Object.assign(new Error('none'), { code: 'ENOENT' });
      return names as unknown as ReturnType<typeof fs.readdirSync>;
    });
    syncBuiltinESMExports();
    try {
      return capacityOf({}, {}, {}).devices;
    } finally {
      listed.mockRestore();
      syncBuiltinESMExports();
    }
  }

  test('a GPU for each file of its driver', () => {
    const others = ['nvidia', 'nvidiactl', 'nvidia-uvm', 'nvidia0p', 'xnvidia1', 'null'];
    expect(withDevices(['nvidia0', ...others, 'nvidia1', 'nvidia12'])).toEqual(['0', '1', '2']);
    expect(withDevices(others)).toEqual([]);
    expect(withDevices(null)).toEqual([]);
  });

  test('all processors, and the memory, or less where a container is held to less', () => {
    expect(capacityOf({}, {}, {}).threads).toBe(availableParallelism());
    const held = vi.spyOn(process, 'constrainedMemory');
    try {
      for (const [bytes, memory] of [
        [0, totalmem()],
        [1e6, 1e6],
        [2 ** 63, totalmem()],
      ] as const) {
        held.mockReturnValue(bytes);
        expect(capacityOf({}, {}, {}).memory).toBe(memory);
      }
    } finally {
      held.mockRestore();
    }
  });
});

const asks = { threads: 1, gpu: 0, gpus: 0, memory: 0, own: {} };

test('a task that asks for more than there ever is, is told of each; as much as there is will do', () => {
  const capacity = { threads: 2, devices: ['0', '1'], memory: 100, own: { licence: 1 } };
  expect(lacks({ ...asks, threads: 8, gpu: 1, gpus: 2, memory: 100, own: { licence: 1 } }, capacity)).toEqual(
    [],
  );
  expect(lacks({ ...asks, gpus: 3, memory: 101, own: { licence: 2, seats: 1 } }, capacity)).toEqual([
    { resource: 'gpus', asked: 3, has: 2 },
    { resource: 'memory', asked: 101, has: 100 },
    { resource: 'licence', asked: 2, has: 1 },
    { resource: 'seats', asked: 1, has: 0 },
  ]);
});

test('what a task may have to wait for besides threads is a GPU, a share of one, memory or a resource of the file', () => {
  expect(isScarce({ resources: { ...asks, threads: 8, own: { licence: 0 } } })).toBe(false);
  for (const more of [{ gpu: 0.1 }, { gpus: 1 }, { memory: 1 }, { own: { free: 0, licence: 1 } }])
    expect(isScarce({ resources: { ...asks, ...more } })).toBe(true);
});
