import { expect, it } from 'vitest';
import { firstOfEachGroup } from '../../../lib/study/selection/file.ts';

const group = ['A', 'A', 'B', 'A', 'A', 'B'];
const rank = [1, 2, 1, 1, 2, 2];

it.each([
  ['none', 0, []],
  ['the first of a class', 1, [0, 2]],
  ['the first of every class before the second of any', 2, [0, 2, 3, 5]],
  ['all where there are no more', 9, [0, 1, 2, 3, 4, 5]],
])('of each group, takes %s', (_title, count, rows) => {
  expect(firstOfEachGroup({ group, rank }, count)).toEqual(rows);
});
