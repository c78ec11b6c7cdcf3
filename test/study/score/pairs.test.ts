import { describe, expect, it } from 'vitest';
import { otherScores, placeOfPair, planPairs } from '../../../lib/study/score/pairs.ts';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

describe('the pairs of a run', () => {
  it('are all of the explained epochs and the stop', () => {
    const run = { explained: [2, 6], stop: 4, kept: upTo(12) };
    expect(planPairs(run, { distances: [], multiples: [] })).toEqual([
      [2, 4],
      [2, 6],
      [4, 6],
    ]);
  });

  it('are at every distance before, from and after the stop, and before the end', () => {
    const run = { explained: [], stop: 10, kept: upTo(40) };
    expect(planPairs(run, { distances: [1, 4], multiples: [2, 3.5, 9] })).toEqual([
      [6, 10],
      [9, 10],
      [10, 11],
      [10, 14],
      [20, 21],
      [20, 24],
      [35, 36],
      [35, 39],
      [36, 40],
      [39, 40],
    ]);
  });

  it('are of epochs that were kept, and lie within training', () => {
    const run = { explained: [1, 3], stop: 2, kept: [1, 2, 4] };
    expect(planPairs(run, { distances: [1, 2, 50], multiples: [2] })).toEqual([
      [1, 2],
      [2, 4],
    ]);
  });

  it.each([
    [[10, 40], 'stop'],
    [[3, 10], 'before'],
    [[12, 40], 'late'],
    [[12, 20], 'after'],
    [[3, 20], 'early'],
  ] as const)('%j lies %s', (pair, place) => {
    expect(placeOfPair(pair, 10, 40)).toBe(place);
  });
});

describe('other ways to score', () => {
  it('turn the sign and the sum, one at a time', () => {
    expect(otherScores({ reduction: 'max-abs', signed: false })).toEqual([
      ['signed', { reduction: 'max-abs', signed: true }],
      ['summed', { reduction: 'sum', signed: false }],
    ]);
    expect(otherScores({ reduction: 'sum', signed: true })).toEqual([
      ['unsigned', { reduction: 'sum', signed: false }],
      ['greatest', { reduction: 'max-abs', signed: true }],
    ]);
  });
});
