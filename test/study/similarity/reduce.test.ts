import { expect, it } from 'vitest';
import { type Reduction, reduceChannels } from '../../../lib/study/similarity/reduce.ts';

const pixels = Float32Array.of(1, -3, 2, 0.5, 0.25, -0.5);

it.each<[Reduction, boolean, number[]]>([
  ['max-abs', false, [3, 0.5]],
  ['max-abs', true, [-3, 0.5]],
  ['sum', false, [0, 0.25]],
  ['sum', true, [0, 0.25]],
  ['mean', true, [0, 0.25 / 3]],
  ['sum-abs', true, [6, 1.25]],
])('%s, signed %s', (reduction, signed, expected) => {
  const { height, width, values } = reduceChannels(pixels, [1, 2, 3], reduction, signed);
  expect([height, width]).toEqual([1, 2]);
  expect([...values]).toEqual(expected);
});

it('a sum below zero keeps its sign only where asked', () => {
  const map = Float32Array.of(1, -3);
  expect(reduceChannels(map, [1, 1, 2], 'sum', true).values[0]).toBe(-2);
  expect(reduceChannels(map, [1, 1, 2], 'sum', false).values[0]).toBe(2);
});
