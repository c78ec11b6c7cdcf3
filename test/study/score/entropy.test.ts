import { expect, it } from 'vitest';
import { entropy } from '../../../lib/study/score/entropy.ts';

it.each([
  ['is 0 where one class is certain', [0, 1, 0], 0],
  ['is ln n where all classes are equal', [0.25, 0.25, 0.25, 0.25], Math.log(4)],
  ['takes the natural logarithm', [0.5, 0.5], Math.LN2],
  ['adds nothing for a probability of 0', [0.5, 0, 0.5], Math.LN2],
  ['of three classes', [0.7, 0.2, 0.1], 0.8018185525433373],
])('entropy %s', (_title, probabilities, expected) => {
  expect(entropy(probabilities)).toBeCloseTo(expected, 12);
});

it('entropy of certainty is 0, not −0', () => {
  expect(Object.is(entropy([1, 0]), 0)).toBe(true);
});
