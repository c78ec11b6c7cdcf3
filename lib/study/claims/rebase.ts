import { findEarlyStopping } from '../train/early-stopping.ts';
import type { Checkpoint, CheckpointScore, EpochPair, RunEvidence, VariantEvidence } from './evidence.ts';

/** How the epoch is found that maps are compared with: by which loss, after how many epochs without a lower one. */
export interface StoppingRule {
  readonly patience: number;
  /** Epochs whose mean loss stands for the one in their middle; 1: each its own. */
  readonly window: number;
}

/** Mean of the losses of up to `window` epochs around each. */
function smoothed(log: RunEvidence['log'], window: number) {
  const reach = Math.floor(window / 2);
  return log.map(({ epoch }, at) => {
    const near = log.slice(Math.max(0, at - reach), at + reach + 1);
    return { epoch, monitoredLoss: near.reduce((sum, row) => sum + row.monitoredLoss, 0) / near.length };
  });
}

/** The epoch at which a run would have stopped. */
export function stopBy({ log }: RunEvidence, { patience, window }: StoppingRule): number {
  return findEarlyStopping(smoothed(log, window), patience).epoch;
}

/**
 * A run's evidence as if early stopping had been at the checkpoint nearest to an epoch: its maps are what all others
 * are compared with. Null where that checkpoint was not compared with the last.
 */
function rebasedRun(run: RunEvidence, epoch: number): RunEvidence | null {
  const epochs = [...new Set(run.pairs.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  if (epochs.length === 0) return null;
  const stop = epochs.reduce((a, b) => (Math.abs(b - epoch) < Math.abs(a - epoch) ? b : a));
  if (stop === run.stop) return run;
  const checkpoints = run.checkpoints.flatMap((checkpoint): Checkpoint[] => {
    if (checkpoint.epoch === stop) return [checkpoint];
    const pair = pairOf(run.pairs, stop, checkpoint.epoch);
    return pair ? [{ epoch: checkpoint.epoch, scores: withSimilarities(checkpoint.scores, pair) }] : [];
  });
  const reachesTheEnd = checkpoints.at(-1)?.epoch === run.checkpoints.at(-1)?.epoch;
  return reachesTheEnd ? { ...run, stop, checkpoints } : null;
}

function pairOf(pairs: readonly EpochPair[], a: number, b: number): EpochPair | undefined {
  const [from, to] = [Math.min(a, b), Math.max(a, b)];
  return pairs.find((pair) => pair.from === from && pair.to === to);
}

function withSimilarities(scores: readonly CheckpointScore[], pair: EpochPair): readonly CheckpointScore[] {
  const key = (row: { readonly image: number; readonly method: string }) => `${row.image} ${row.method}`;
  const found = new Map(pair.scores.map((row) => [key(row), row]));
  return scores.flatMap((row) => {
    const other = found.get(key(row));
    return other
      ? [{ ...row, mssim: other.mssim, spearman: other.spearman, spearmanEq8: other.spearmanEq8 }]
      : [];
  });
}

/** All variants with another epoch to compare with; null where a run lacks what it takes. */
export function rebased(
  variants: readonly VariantEvidence[],
  epochOf: (run: RunEvidence) => number,
): readonly VariantEvidence[] | null {
  const changed = variants.map((variant) => {
    const runs = variant.runs.map((run) => rebasedRun(run, epochOf(run)));
    return runs.every((run) => run !== null) ? { ...variant, runs } : null;
  });
  return changed.every((variant) => variant !== null) ? changed : null;
}
