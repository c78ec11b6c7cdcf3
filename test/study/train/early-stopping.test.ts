import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findEarlyStopping } from '../../../lib/study/train/early-stopping.ts';

const log = (losses: readonly number[]): { epoch: number; monitoredLoss: number }[] =>
  losses.map((monitoredLoss, i) => ({ epoch: i + 1, monitoredLoss }));

describe('findEarlyStopping', () => {
  it.each([
    { losses: [3, 2, 1, 1.5, 1.4, 0.5], patience: 2, epoch: 3, triggered: true },
    { losses: [3, 2, 1, 1.5, 0.9, 0.8], patience: 2, epoch: 6, triggered: false },
    { losses: [1, 2], patience: 1, epoch: 1, triggered: true },
    { losses: [1], patience: 1, epoch: 1, triggered: false },
    // Equal is no improvement.
    { losses: [2, 1, 1, 1], patience: 2, epoch: 2, triggered: true },
  ])('stops at $epoch of $losses with patience $patience', ({ losses, patience, epoch, triggered }) => {
    expect(findEarlyStopping(log(losses), patience)).toEqual({ epoch, triggered });
  });

  it('gives the same answer whatever is appended once it has triggered', () => {
    const losses = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(losses, losses, fc.integer({ min: 1, max: 4 }), (before, after, patience) => {
        const first = findEarlyStopping(log(before), patience);
        fc.pre(first.triggered);
        expect(findEarlyStopping(log([...before, ...after]), patience)).toEqual(first);
      }),
    );
  });
});
