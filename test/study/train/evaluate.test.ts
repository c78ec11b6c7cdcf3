import { describe, expect, it } from 'vitest';
import type { TensorValue } from '../../../lib/compute/program.ts';
import { ScoreSum } from '../../../lib/study/train/evaluate.ts';
import { noPredictions, NOT_SEEN } from '../../../lib/study/train/predictions.ts';

const logits = (rows: readonly (readonly number[])[]): TensorValue => ({
  dtype: 'float32',
  shape: [rows.length, rows[0]!.length],
  values: Float32Array.from(rows.flat()),
});

describe('ScoreSum', () => {
  it('is the mean cross entropy and the share of wrong answers', () => {
    const sum = new ScoreSum();
    sum.add(
      logits([
        [0, 0],
        [0, Math.log(3)],
      ]),
      [0, 1],
      [0, 0, 0],
      noPredictions(3),
    );
    sum.add(logits([[2, 1]]), [2], [0, 0, 0], noPredictions(3));
    const { loss, error } = sum.mean()!;
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(4) + Math.log(1 + Math.exp(-1))) / 3, 6);
    expect(error).toBeCloseTo(1 / 3, 12);
  });

  it('leaves out the rows that only fill a batch', () => {
    const sum = new ScoreSum();
    sum.add(
      logits([
        [5, 0],
        [0, 5],
      ]),
      [0],
      [0],
      noPredictions(1),
    );
    expect(sum.mean()?.error).toBe(0);
  });

  it('stays finite for large logits', () => {
    const sum = new ScoreSum();
    sum.add(logits([[1000, -1000]]), [0], [1], noPredictions(1));
    expect(sum.mean()?.loss).toBe(2000);
  });

  it('is null where nothing was added', () => {
    expect(new ScoreSum().mean()).toBeNull();
  });

  it('has for a margin how far the label is before the best of the others, or behind', () => {
    const into = noPredictions(3);
    const rows = [
      [3, 1, 2],
      [1, 3, 2.5],
      [1, 2, 7],
    ];
    new ScoreSum().add(logits(rows), [0, 1, 2], [0, 1, 0], into);
    expect([...into.margin]).toEqual([1, 0.5, -6]);
  });

  it('tells of each image what the net says, in its place', () => {
    const into = noPredictions(4);
    const sure = [Math.log(6), Math.log(3), Math.log(1)];
    const torn = [1000, 1000, -1000];
    new ScoreSum().add(logits([sure, torn]), [3, 1], [0, 1, 0, 1], into);
    const { probability, entropy, margin, predicted } = into;
    const nats = -(0.6 * Math.log(0.6) + 0.3 * Math.log(0.3) + 0.1 * Math.log(0.1));
    expect(probability[3]).toBeCloseTo(0.3, 6);
    expect(entropy[3]).toBeCloseTo(nats, 6);
    expect(margin[3]).toBeCloseTo(-Math.log(2), 6);
    expect([probability[1], entropy[1], margin[1]]).toEqual([0.5, Math.fround(Math.LN2), 0]);
    // Of equals, the first.
    expect([...predicted]).toEqual([NOT_SEEN, 0, NOT_SEEN, 0]);
    expect([probability[0], entropy[0], margin[2]]).toEqual([NaN, NaN, NaN]);
  });
});
