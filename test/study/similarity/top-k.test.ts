import { expect, it } from 'vitest';
import { rank } from '../../../lib/study/similarity/ranking.ts';
import { topIntersection } from '../../../lib/study/similarity/top-k.ts';

function share(a: readonly number[], b: readonly number[], part: number): number | null {
  return topIntersection(rank(Float64Array.from(a)), rank(Float64Array.from(b)), part);
}

it.each([
  ['half of four are two, of which they have one', [4, 3, 2, 1], [4, 1, 3, 2], 0.5, 1 / 2],
  ['of two apart they have none', [4, 3, 2, 1], [1, 2, 3, 4], 0.5, 0],
  ['a part of one pixel is one pixel', [1, 2, 3, 9], [4, 3, 2, 9], 0.01, 1],
  ['one and a half are rounded to two', [5, 4, 3, 2, 1], [4, 5, 1, 2, 3], 0.3, 1],
  ['of equal ones the first in reading order count', [0, 1, 1, 1], [0, 1, 0, 0], 0.25, 1],
  ['those that are greater count before equal ones', [1, 1, 1, 2], [1, 0, 0, 2], 0.5, 1],
  ['all of them are common to any two', [1, 2, 3], [3, 2, 1], 1, 1],
])('%s', (_, a, b, part, expected) => {
  expect(share(a, b, part)).toBe(expected);
  expect(share(b, a, part)).toBe(expected);
});

it('a constant map has no greatest pixels', () => {
  expect(share([2, 2, 2], [1, 2, 3], 0.3)).toBeNull();
  expect(share([1, 2, 3], [2, 2, 2], 0.3)).toBeNull();
  expect(share([0, 2, 0], [1, 2, 3], 0.3)).toBe(0);
});
