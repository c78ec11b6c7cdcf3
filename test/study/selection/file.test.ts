import { expect, it } from 'vitest';
import { firstOfEachClass } from '../../../lib/study/selection/file.ts';
import { tinyImages } from '../train/tiny.ts';

const images = tinyImages(8, 'selection');
// Classes 0, 1, 2 in turn.
const group = ['A', 'A', 'B', 'A', 'A', 'B', 'B', 'A'];
const rank = [2, 1, 1, 1, 2, 2, 1, 3];

it.each([
  ['none', 0, []],
  ['the first of every class and group', 1, [1, 2, 3, 6]],
  ['the second as well where there is one', 2, [0, 1, 2, 3, 4, 5, 6]],
  ['all where there are no more', 9, [0, 1, 2, 3, 4, 5, 6, 7]],
])('takes %s', (_title, count, rows) => {
  expect(firstOfEachClass({ images, group, rank }, count)).toEqual(rows);
});
