import { expect, it } from 'vitest';
import { compareWithMask, coveredShare } from '../../../lib/study/score/ground-truth.ts';

// The object is the right column of a 2×2 image.
const mask = Uint8Array.of(0, 1, 0, 1);

function compare(values: number[], side = 2) {
  return compareWithMask({ height: side, width: side, values: Float64Array.from(values) }, mask, 2, 2);
}

it('the mass inside is the share of the positive values', () => {
  expect(compare([1, 2, 3, 4])).toEqual({ mass_inside: 0.6, pointing_game: true });
  expect(compare([4, 2, -3, -4])).toEqual({ mass_inside: 2 / 6, pointing_game: false });
});

it('of equally great pixels the first in reading order is pointed at', () => {
  expect(compare([0, 5, 5, 0])?.pointing_game).toBe(true);
  expect(compare([5, 5, 0, 0])?.pointing_game).toBe(false);
});

it('a map without a positive value points nowhere', () => {
  expect(compare([0, 0, 0, 0])).toBeNull();
  expect(compare([-1, -2, -1, -1])).toBeNull();
});

it('a smaller map is enlarged to the image', () => {
  expect(compare([3], 1)).toEqual({ mass_inside: 0.5, pointing_game: false });
});

it('a larger map is reduced to it', () => {
  const rightHalf = Array.from({ length: 16 }, (_, i) => (i % 4 > 1 ? 1 : 0));
  expect(compare(rightHalf, 4)).toEqual({ mass_inside: 1, pointing_game: true });
});

it('the covered share is what a map that knows nothing scores', () => {
  expect(coveredShare(mask)).toBe(0.5);
  expect(compare([1, 1, 1, 1])?.mass_inside).toBe(0.5);
});
