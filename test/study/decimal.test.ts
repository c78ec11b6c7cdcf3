import { expect, test } from 'vitest';
import { decimal } from '../../lib/study/decimal.ts';

test.each([
  [-0.0004, 3, '0.000'],
  [-0.4, 0, '0'],
  [-0.0006, 3, '−0.001'],
  [-12.5, 1, '−12.5'],
  [0.25, 2, '0.25'],
])('%d with %i digits is %s', (value, digits, text) => {
  expect(decimal(value, digits)).toBe(text);
});
