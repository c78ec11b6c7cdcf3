import { describe, expect, test } from 'vitest';
import { capacityOf, devicesOf, visibleDevices } from '../../../lib/pipe/execute/capacity.ts';

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
