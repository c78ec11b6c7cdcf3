import { oscillation } from '../statistics/oscillation.ts';

/** How a curve moves from epoch to epoch. */
export interface Swings {
  /** Epochs at which it turns from rising to falling or back; of n values of mere noise, about ⅔ (n − 2). */
  readonly turningPoints: number;
  /** About a straight line over the logarithm of the epoch; null for fewer than three epochs. */
  readonly deviation: number | null;
  /**
   * From one epoch to the next: √(Σ (y' − y)² / 2(n − 1)), the deviation of noise about any smooth curve (von
   * Neumann et al. 1941, *The mean square successive difference*). A curve that only saturates has next to none.
   */
  readonly jitter: number | null;
}

/** Of values at rising epochs. */
export function swingsOf(epochs: readonly number[], values: readonly number[]): Swings {
  const n = values.length;
  let squares = 0;
  let turningPoints = 0;
  let direction = 0;
  for (let i = 1; i < n; i++) {
    const step = values[i]! - values[i - 1]!;
    squares += step ** 2;
    // A level stretch is part of the rise or fall before it.
    if (step === 0) continue;
    if (direction !== 0 && Math.sign(step) !== direction) turningPoints++;
    direction = Math.sign(step);
  }
  return {
    turningPoints,
    deviation: oscillation(epochs.map(Math.log), values),
    jitter: n < 2 ? null : Math.sqrt(squares / (2 * (n - 1))),
  };
}

/** What becomes of one image as a net is trained, over all epochs. */
export interface Course {
  /** Times it was right in one epoch and wrong in the next (Toneva et al. 2019, *forgetting events*). */
  readonly forgotten: number;
  /** The first epoch in which it was right; null: never. */
  readonly firstLearned: number | null;
  /** Share of the epochs in which it was right. */
  readonly right: number;
  /** Mean and standard deviation of p_c (Swayamdipta et al. 2020: *confidence* and *variability*). */
  readonly meanProbability: number;
  readonly probabilitySpread: number;
}

export function courseOf(
  epochs: readonly number[],
  right: readonly boolean[],
  probabilities: readonly number[],
): Course {
  const n = epochs.length;
  const mean = probabilities.reduce((sum, p) => sum + p, 0) / n;
  const first = right.indexOf(true);
  return {
    forgotten: right.filter((now, i) => !now && i > 0 && right[i - 1]!).length,
    firstLearned: first < 0 ? null : epochs[first]!,
    right: right.filter(Boolean).length / n,
    meanProbability: mean,
    probabilitySpread: Math.sqrt(probabilities.reduce((sum, p) => sum + (p - mean) ** 2, 0) / n),
  };
}
