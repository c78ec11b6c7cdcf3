import { describe, expect, it } from 'vitest';
import type { TensorValue } from '../../../lib/compute/program.ts';
import { ScoreSum } from '../../../lib/study/train/evaluate.ts';

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
      (i) => [0, 0][i]!,
      2,
    );
    sum.add(logits([[2, 1]]), () => 0, 1);
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
      () => 0,
      1,
    );
    expect(sum.mean()?.error).toBe(0);
  });

  it('stays finite for large logits', () => {
    const sum = new ScoreSum();
    sum.add(logits([[1000, -1000]]), () => 1, 1);
    expect(sum.mean()?.loss).toBe(2000);
  });

  it('is null where nothing was added', () => {
    expect(new ScoreSum().mean()).toBeNull();
  });
});
