import { expect, it } from 'vitest';
import { alteredPictures, areaUnder } from '../../../lib/study/score/deletion.ts';

// Four pixels of one channel; the map names them in the order 2, 0, 3, 1.
const picture = { height: 2, width: 2, channels: 1, values: Float32Array.of(1, 2, 3, 4) };
const map = { height: 2, width: 2, values: Float64Array.of(0.5, 0.1, 0.9, 0.3) };

function rows(values: Float32Array, size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, i) => [
    ...values.subarray(i * size, (i + 1) * size),
  ]);
}

it('takes the greatest pixels away, then shows them alone', () => {
  expect(rows(alteredPictures(picture, map, 2), 4)).toEqual([
    [1, 2, 3, 4],
    [0, 2, 0, 4],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [1, 0, 3, 0],
    [1, 2, 3, 4],
  ]);
});

it('takes equal pixels in reading order, all channels at once', () => {
  const twoChannels = { height: 1, width: 2, channels: 2, values: Float32Array.of(1, 2, 3, 4) };
  const level = { height: 1, width: 2, values: Float64Array.of(7, 7) };
  expect(rows(alteredPictures(twoChannels, level, 2), 4)[1]).toEqual([0, 0, 3, 4]);
});

it.each([
  [[1, 1, 1], 1],
  [[1, 0], 0.5],
  [[1, 0.5, 0], 0.5],
  [[1, 0, 0, 0, 0], 0.125],
])('the area under %o is %d', (curve, area) => {
  expect(areaUnder(curve)).toBeCloseTo(area, 12);
});
