import { expect, it } from 'vitest';
import { alteredPictures, areaUnder, picturesOf } from '../../../lib/study/score/deletion.ts';

// Four pixels of one channel; the map names them in the order 2, 0, 3, 1.
const picture = { height: 2, width: 2, channels: 1, values: Float32Array.of(1, 2, 3, 4) };
const map = { height: 2, width: 2, values: Float64Array.of(0.5, 0.1, 0.9, 0.3) };

/** Of each array, its pictures. */
function pictures(...given: Parameters<typeof alteredPictures>): number[][][] {
  const size = given[0].values.length;
  return [...alteredPictures(...given)].map((values) =>
    Array.from({ length: values.length / size }, (_, i) => [...values.subarray(i * size, (i + 1) * size)]),
  );
}

const altered = [
  [1, 2, 3, 4],
  [0, 2, 0, 4],
  [0, 0, 0, 0],
  [0, 0, 0, 0],
  [1, 0, 3, 0],
  [1, 2, 3, 4],
];

it('takes the greatest pixels away, then shows them alone', () => {
  expect(picturesOf({ steps: 2 })).toBe(6);
  expect(pictures(picture, map, 2, 6)).toEqual([altered]);
});

it('gives them so many at a time, the last ones with black for those that are missing', () => {
  const black = [0, 0, 0, 0];
  expect(pictures(picture, map, 2, 4)).toEqual([altered.slice(0, 4), [...altered.slice(4), black, black]]);
  expect(pictures(picture, map, 2, 8)).toEqual([[...altered, black, black]]);
  expect(pictures(picture, map, 2, 2)).toEqual([altered.slice(0, 2), altered.slice(2, 4), altered.slice(4)]);
});

it('takes equal pixels in reading order, all channels at once', () => {
  const twoChannels = { height: 1, width: 2, channels: 2, values: Float32Array.of(1, 2, 3, 4) };
  const level = { height: 1, width: 2, values: Float64Array.of(7, 7) };
  expect(pictures(twoChannels, level, 2, 6)[0]![1]).toEqual([0, 0, 3, 4]);
});

it.each([
  [[1, 1, 1], 1],
  [[1, 0], 0.5],
  [[1, 0.5, 0], 0.5],
  [[1, 0, 0, 0, 0], 0.125],
])('the area under %o is %d', (curve, area) => {
  expect(areaUnder(curve)).toBeCloseTo(area, 12);
});
