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
 * The epoch of the lowest loss so far, when it has not improved for `patience` epochs; where that never
 * happens, the lowest there is. Epochs are in order. What comes after the stop makes no difference.
 */
export function findEarlyStopping(log: readonly MonitoredEpoch[], patience: number): EarlyStopping {
  let best: MonitoredEpoch | null = null;
  for (const row of log) {
    if (best === null || row.monitoredLoss < best.monitoredLoss) best = row;
    else if (row.epoch - best.epoch >= patience) return { epoch: best.epoch, triggered: true };
  }
  if (best === null) throw new Error('there are no epochs to stop at');
  return { epoch: best.epoch, triggered: false };
}
