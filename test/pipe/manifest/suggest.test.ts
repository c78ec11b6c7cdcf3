import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearest } from '../../../lib/pipe/manifest/suggest.ts';

const word = fc.stringMatching(/^[a-c]{0,6}$/);

describe('the distance between two words', () => {
  test.each([
    ['train', 'train', 0],
    ['train', 'trian', 1],
    ['train', 'trin', 1],
    ['train', 'trains', 1],
    ['train', 'brain', 1],
    ['', 'abc', 3],
    ['abc', 'cab', 2],
  ])('%s and %s are %i edits apart', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });

  test('is symmetric, zero for equal words only, and at most the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const edits = editDistance(a, b);
        expect(edits).toBe(editDistance(b, a));
        expect(edits === 0).toBe(a === b);
        expect(edits).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

test.each([
  ['scor', ['data', 'score', 'plot'], 'score'],
  ['Score', ['score'], 'score'],
  ['lr', ['learningRate'], undefined],
  ['x', ['a', 'b'], undefined],
])('%s among %j suggests %s', (typed, known, suggestion) => {
  expect(nearest(typed, known)).toBe(suggestion);
});
