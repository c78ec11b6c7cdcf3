import { risingOrder } from './rising-order.ts';

/** A map's values, put in order. */
export interface Ranking {
  readonly values: Float64Array;
  /** Places of the values from least to greatest; equal ones in reading order. */
  readonly order: Uint32Array;
  /** Of each value, from 1 upwards; equal values share the average of the ranks they cover. */
  readonly ranks: Float64Array;
}

export function rank(values: Float64Array): Ranking {
  const order = risingOrder(values);
  const ranks = new Float64Array(values.length);
  for (let start = 0, end; start < order.length; start = end) {
    const value = values[order[start]!];
    end = start + 1;
    while (end < order.length && values[order[end]!] === value) end++;
    const shared = (start + 1 + end) / 2;
    for (let at = start; at < end; at++) ranks[order[at]!] = shared;
  }
  return { values, order, ranks };
}
