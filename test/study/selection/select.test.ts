import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byMargin, byProbabilities, type Classified } from '../../../lib/study/selection/lists.ts';
import { selectImages } from '../../../lib/study/selection/select.ts';

/** Two classes; each image is its label and the probability of class 0. */
function classified(...images: readonly (readonly [label: number, p0: number])[]): Classified {
  const labels = images.map(([label]) => label);
  return {
    rating: byProbabilities(
      images.flatMap(([, p0]) => [p0, 1 - p0]),
      labels,
      2,
    ),
    labels,
    drawn: images.map(([label]) => label),
    index: images.map((_, i) => 100 + i),
    classes: ['cat', 'dog'],
  };
}

function described(input: Classified, clear: number, borderline: number): readonly string[] {
  return selectImages(input, { clear, borderline, mislabelled: false }).images.map(
    ({ row, group, rank, score, correct }) =>
      `${group}${rank} row ${row} ${correct ? 'right' : 'wrong'} ${score.toFixed(2)}`,
  );
}

describe('selection', () => {
  it('takes the surest right into A, the surest wrong into B, and the least sure of both into C', () => {
    const input = classified(
      ...[0.99, 0.6, 0.9, 0.7, 0.8, 0.1, 0.45, 0.3, 0.2].map((p): [number, number] => [0, p]),
    );
    expect(described(input, 2, 1)).toEqual([
      'A1 row 0 right 0.99',
      'A2 row 2 right 0.90',
      'B1 row 5 wrong 0.80',
      'B2 row 8 wrong 0.60',
      'C1 row 1 right 0.60',
      'C2 row 6 wrong 0.10',
    ]);
  });

  it('keeps classes apart', () => {
    expect(described(classified([0, 0.9], [1, 0.2], [1, 0.7]), 1, 0)).toEqual([
      'A1 row 0 right 0.90',
      'A1 row 1 right 0.80',
      'B1 row 2 wrong 0.40',
    ]);
  });

  it('orders images of equal score by index', () => {
    const input = { ...classified([0, 0.9], [0, 0.9], [0, 0.9]), index: [30, 10, 20] };
    expect(described(input, 2, 1)).toEqual([
      'A1 row 1 right 0.90',
      'A2 row 2 right 0.90',
      'C1 row 0 right 0.90',
    ]);
  });

  it('serves the clear group first when a list is short, and says what is missing', () => {
    const selection = selectImages(classified([0, 0.9], [0, 0.8], [0, 0.7], [1, 0.1]), {
      clear: 2,
      borderline: 2,
      mislabelled: false,
    });
    expect(selection.images.map(({ group, row }) => `${group}${row}`)).toEqual(['A0', 'A1', 'C2', 'A3']);
    expect(selection.warnings).toEqual([
      'class cat: group B has 0 of 2 images',
      'class cat: group C has 1 of 4 images',
      'class dog: group A has 1 of 2 images',
      'class dog: group B has 0 of 2 images',
      'class dog: group C has 0 of 4 images',
    ]);
  });

  it('predicts the first of equally probable classes', () => {
    expect(described(classified([0, 0.5], [1, 0.5]), 1, 0)).toEqual([
      'A1 row 0 right 0.50',
      'B1 row 1 wrong 0.00',
    ]);
  });

  it('rates a labelled class of probability exactly 0', () => {
    expect(described(classified([0, 0]), 1, 0)).toEqual(['B1 row 0 wrong 1.00']);
  });

  it('leaves out images whose label is not what was drawn, unless asked for them', () => {
    // Of the second a net says with good reason that it is no cat; the fourth it has right by bad luck.
    const input = {
      ...classified([0, 0.4], [0, 0.01], [0, 0.9], [0, 0.99]),
      drawn: [0, 1, 0, 1],
    };
    const picked = (mislabelled: boolean): string[] =>
      selectImages(input, { clear: 1, borderline: 1, mislabelled }).images.map(
        ({ group, row }) => `${group}${row}`,
      );
    expect(picked(false)).toEqual(['A2', 'B0']);
    expect(picked(true)).toEqual(['A3', 'B1', 'C2', 'C0']);
  });

  it('rates by the margin of logits as by probabilities', () => {
    const logits = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -20, max: 20, noNaN: true })));
    fc.assert(
      fc.property(logits, fc.nat(2), (given, label) => {
        const greatest = Math.max(...given);
        const sum = given.reduce((total, logit) => total + Math.exp(logit - greatest), 0);
        const softmax = given.map((logit) => Math.exp(logit - greatest) / sum);
        const others = given.filter((_, c) => c !== label);
        const margin = [given[label]! - Math.max(...others)];
        const predicted = [softmax.indexOf(Math.max(...softmax))];
        const { score, ...rest } = byProbabilities(softmax, [label], 3)(0);
        const said = byMargin({ probability: [softmax[label]!], margin, predicted }, [label])(0);
        expect(said).toEqual({ score: expect.closeTo(score, 9) as number, ...rest });
      }),
    );
  });

  it('never puts an image into two groups, and ranks count up from 1', () => {
    const images = fc.array(fc.tuple(fc.nat(1), fc.double({ min: 0, max: 1, noNaN: true })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(images, fc.nat(6), fc.nat(4), (input, clear, borderline) => {
        const { images: chosen } = selectImages(classified(...input), {
          clear,
          borderline,
          mislabelled: false,
        });
        expect(new Set(chosen.map(({ row }) => row)).size).toBe(chosen.length);
        chosen.forEach(({ rank, group }, i) => {
          const before = chosen[i - 1];
          expect(rank).toBe(rank > 1 && before?.group === group ? before.rank + 1 : 1);
        });
      }),
    );
  });
});
