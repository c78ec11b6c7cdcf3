import { describe, expect, it } from 'vitest';
import { draws } from '../../../lib/study/random.ts';
import { courseOf, swingsOf } from '../../../lib/study/score/swings.ts';

const epochs = Array.from({ length: 400 }, (_, i) => i + 1);
const from = draws({ seed: 1, purpose: 'swings' });
const noise = epochs.map(() => from.normal());

describe('swings', () => {
  it('of a curve that rises throughout are none, though it bends', () => {
    const saturating = epochs.map((epoch) => 5 * (1 - Math.exp(-epoch / 40)));
    const { turningPoints, jitter, deviation } = swingsOf(epochs, saturating);
    expect(turningPoints).toBe(0);
    expect(jitter).toBeLessThan(0.05);
    // A straight line does not follow the bend.
    expect(deviation).toBeGreaterThan(0.2);
  });

  it('of noise are its deviation, on whatever smooth curve it lies', () => {
    const bent = noise.map((value, i) => 5 * (1 - Math.exp(-epochs[i]! / 40)) + 0.3 * value);
    const { turningPoints, jitter } = swingsOf(epochs, bent);
    expect(jitter).toBeCloseTo(0.3, 1);
    expect(Math.abs(turningPoints - (2 / 3) * 398)).toBeLessThan(25);
  });

  it('turn at peaks and valleys, also flat ones, and not on steps', () => {
    expect(swingsOf([1, 2, 3, 4, 5, 6], [0, 1, 1, 0, 1, 2]).turningPoints).toBe(2);
    expect(swingsOf([1, 2, 3, 4], [0, 1, 1, 2]).turningPoints).toBe(0);
    expect(swingsOf([1, 2, 3, 4], [1, 1, 1, 1]).turningPoints).toBe(0);
  });

  it('are not known of too few epochs', () => {
    expect(swingsOf([7], [1])).toEqual({ turningPoints: 0, deviation: null, jitter: null });
    expect(swingsOf([7, 8], [1, 2])).toEqual({ turningPoints: 0, deviation: null, jitter: Math.SQRT1_2 });
  });
});

describe('the course of an image', () => {
  it('counts what was forgotten, and says when it was first learned', () => {
    const right = [false, true, true, false, true, false];
    expect(courseOf([1, 2, 3, 4, 5, 6], right, [0, 1, 1, 0, 1, 0])).toEqual({
      forgotten: 2,
      firstLearned: 2,
      right: 0.5,
      meanProbability: 0.5,
      probabilitySpread: 0.5,
    });
  });

  it('of one that is never right has nothing to forget', () => {
    const { forgotten, firstLearned, right } = courseOf([1, 2], [false, false], [0.1, 0.2]);
    expect([forgotten, firstLearned, right]).toEqual([0, null, 0]);
  });
});
