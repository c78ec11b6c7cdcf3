import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findEarlyStopping, smoothLosses, stoppingRule } from '../../../lib/study/train/early-stopping.ts';
import { earlyStoppingParams } from '../../../lib/study/train/stops.ts';

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

  it('does so however the losses are smoothed', () => {
    const losses = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1 });
    const rules = fc.record({
      patience: fc.integer({ min: 1, max: 4 }),
      window: fc.constantFrom(1, 3, 7),
      decay: fc.constantFrom(0, 0.5, 0.9),
    });
    fc.assert(
      fc.property(losses, losses, rules, (before, after, rule) => {
        const first = findEarlyStopping(log(before), rule);
        fc.pre(first.triggered);
        expect(findEarlyStopping(log([...before, ...after]), rule)).toEqual(first);
      }),
    );
  });

  it('is not taken in by one lucky epoch where losses are smoothed', () => {
    const losses = [5, 4, 1.5, 3.5, 3, 2.5, 2, 2, 2, 2.5, 3, 3.5, 4];
    expect(findEarlyStopping(log(losses), stoppingRule.parse({ patience: 3 })).epoch).toBe(3);
    expect(findEarlyStopping(log(losses), stoppingRule.parse({ patience: 3, window: 3 })).epoch).toBe(8);
    expect(findEarlyStopping(log(losses), stoppingRule.parse({ patience: 3, decay: 0.5 })).epoch).toBe(9);
  });
});

describe('smoothLosses', () => {
  const smooth = (losses: readonly number[], rule: object): number[] =>
    smoothLosses(log(losses), stoppingRule.parse({ patience: 1, ...rule })).map((row) => row.monitoredLoss);

  it('takes the mean of a window about each epoch, narrower at the first, and none yet for the last', () => {
    expect(smooth([6, 3, 0, 3, 9, 9], { window: 5 })).toEqual([6, 3, 4.2, 4.8]);
    expect(smooth([6, 3, 0], { window: 1 })).toEqual([6, 3, 0]);
    expect(smooth([6], { window: 5 })).toEqual([6]);
  });

  it('takes an exponential mean that begins with the first loss', () => {
    expect(smooth([8, 0, 4], { decay: 0.5 })).toEqual([8, 4, 4]);
  });

  it('has windows with a middle', () => {
    expect(stoppingRule.safeParse({ patience: 1, window: 4 }).error?.issues[0]?.message).toBe(
      'a window has a middle: 1, 3, 5…',
    );
  });
});

describe('other stopping rules', () => {
  it.each(['early-stopping', 'averaged', 'signed'])('are not named %s, as a reference is anyway', (name) => {
    const said = earlyStoppingParams.safeParse({ patience: 5, others: { [name]: { patience: 3 } } });
    expect(said.error?.issues[0]).toMatchObject({
      path: ['others'],
      message: expect.stringContaining('must not be named as references') as string,
    });
    expect(earlyStoppingParams.safeParse({ patience: 5, others: { other: { patience: 3 } } }).success).toBe(
      true,
    );
  });
});
