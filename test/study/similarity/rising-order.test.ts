import fc from 'fast-check';
import { expect, it } from 'vitest';
import { risingOrder } from '../../../lib/study/similarity/rising-order.ts';

function orderOf(...values: number[]): number[] {
  return [...risingOrder(Float64Array.from(values))];
}

it('goes from the most negative to the greatest', () => {
  expect(orderOf(3, -1, 1e-300, -Infinity, 0, 1e300, -2)).toEqual([3, 6, 1, 4, 2, 0, 5]);
});

it('keeps equal values in their order', () => {
  expect(orderOf(1, 0, 1, 0, 1)).toEqual([1, 3, 0, 2, 4]);
});

it('is empty for nothing', () => {
  expect(orderOf()).toEqual([]);
});

it('is what sorting by comparison gives', () => {
  const someTied = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, 1, -1, 0.1));
  fc.assert(
    fc.property(fc.array(someTied, { maxLength: 200 }), (given) => {
      const values = given.map((value) => value + 0); // −0 is 0 here
      const expected = values.map((_, place) => place).sort((a, b) => values[a]! - values[b]! || a - b);
      expect(orderOf(...values)).toEqual(expected);
    }),
  );
});
