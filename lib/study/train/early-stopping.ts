import { z } from 'zod';

/** How the epoch is found whose weights are kept. */
export const stoppingRule = z.strictObject({
  /** Epochs without a lower loss after which training would have stopped. */
  patience: z.int().positive(),
  /** Epochs whose mean loss stands for the one in their middle; 1: each its own. */
  window: z
    .int()
    .positive()
    .refine((width) => width % 2 === 1, 'a window has a middle: 1, 3, 5…')
    .default(1),
  /** Share of the epochs before in an exponential mean, which is taken before any window; 0: none. */
  decay: z.number().min(0).lt(1).default(0),
});

export type StoppingRule = z.output<typeof stoppingRule>;

/** An epoch's loss that decides on early stopping. */
interface MonitoredEpoch {
  readonly epoch: number;
  readonly monitoredLoss: number;
}

export interface EarlyStopping {
  /** The epoch whose weights are kept. */
  readonly epoch: number;
  /** False: training ended before the loss had gone without improvement for the patience. */
  readonly triggered: boolean;
}

/**
 * The losses that a rule looks at. The lowest of many losses is low by luck as well; a mean over neighbours has
 * less of it. At the first epochs a window is as wide as there are epochs before; the last epochs, which are
 * not yet in the middle of one, are left out, so that no value changes when epochs are appended.
 */
export function smoothLosses<Row extends MonitoredEpoch>(
  log: readonly Row[],
  { window, decay }: Pick<StoppingRule, 'window' | 'decay'>,
): readonly Row[] {
  let mean: number | null = null;
  const followed = log.map((row) => {
    mean = mean === null ? row.monitoredLoss : decay * mean + (1 - decay) * row.monitoredLoss;
    return { ...row, monitoredLoss: mean };
  });
  const reach = (window - 1) / 2;
  const whole = followed.slice(0, Math.max(1, log.length - reach));
  return whole.map((row, at) => {
    const near = Math.min(at, reach);
    const around = followed.slice(at - near, at + near + 1);
    return {
      ...row,
      monitoredLoss: around.reduce((sum, other) => sum + other.monitoredLoss, 0) / around.length,
    };
  });
}

/**
 * The epoch of the lowest loss so far, when it has not improved for `patience` epochs; where that never
 * happens, the lowest there is. Epochs are in order. What comes after the stop makes no difference.
 */
export function findEarlyStopping(
  log: readonly MonitoredEpoch[],
  rule: number | StoppingRule,
): EarlyStopping {
  const { patience, ...smoothing } = typeof rule === 'number' ? stoppingRule.parse({ patience: rule }) : rule;
  let best: MonitoredEpoch | null = null;
  for (const row of smoothLosses(log, smoothing)) {
    if (best === null || row.monitoredLoss < best.monitoredLoss) best = row;
    else if (row.epoch - best.epoch >= patience) return { epoch: best.epoch, triggered: true };
  }
  if (best === null) throw new Error('there are no epochs to stop at');
  return { epoch: best.epoch, triggered: false };
}
