import type { Point } from '../score/axes.ts';
import type { EpochLog } from '../train/log.ts';

/** One image's scores by one method: of two checkpoints' maps, or of one's against another seed's. */
export interface Scored {
  readonly image: number;
  readonly class: string;
  readonly group: string;
  readonly method: string;
  /** Null where a map is constant. */
  readonly mssim: number | null;
  readonly spearman: number | null;
  readonly spearmanEq8: number | null;
}

export type Similarity = 'mssim' | 'spearman' | 'spearmanEq8';

export const similarityLabels: Readonly<Record<Similarity, string>> = {
  mssim: 'MSSIM',
  spearman: 'Spearman',
  spearmanEq8: 'Spearman by Eq. 8',
};

/** The same with what the net says of the image, and where its map looks. */
export interface CheckpointScore extends Scored {
  readonly entropy: number;
  readonly probability: number;
  /** 1 where the map's strongest pixel lies on the object, else 0; null where no mask is known. */
  readonly pointing: number | null;
  /** Share of the image that the object covers. */
  readonly covered: number | null;
}

export interface Checkpoint {
  readonly epoch: number;
  /** Of its maps against those at early stopping. */
  readonly scores: readonly CheckpointScore[];
}

/** Two checkpoints of one run, compared. */
export interface EpochPair {
  readonly from: number;
  /** Greater than `from`. */
  readonly to: number;
  readonly scores: readonly Scored[];
}

/** Maps of this run's images by another seed's net, against this run's own. */
export interface FloorScore extends Scored {
  readonly other: number;
}

/** All that is known of one training run. */
export interface RunEvidence {
  readonly seed: number;
  /** The epoch of early stopping. */
  readonly stop: number;
  readonly log: readonly EpochLog[];
  /** In order of epochs. */
  readonly checkpoints: readonly Checkpoint[];
  /** Pairs of checkpoints, early stopping among them, in order; may be empty. */
  readonly pairs: readonly EpochPair[];
  /** Against the other seeds' nets at early stopping, and at the last checkpoint. */
  readonly floor: readonly FloorScore[];
  readonly lateFloor: readonly FloorScore[];
  /** Maps of the early-stopping net with all weights untrained, against its own; may be empty. */
  readonly untrained: readonly Scored[];
}

/** Runs that differ in nothing but their seed. */
export interface VariantEvidence {
  /** By the axes that have several values: `shapes, augment=false`. */
  readonly name: string;
  /** The same without augmentation: variants of one setting can be compared for it. */
  readonly setting: string;
  /** Where it lies on all axes but the seed. */
  readonly point: Point;
  readonly runs: readonly RunEvidence[];
}

export interface Evidence {
  /** What all runs have in common: `shapes, resnet-8`; may be empty. */
  readonly common: string;
  readonly variants: readonly VariantEvidence[];
}

/** Scores at the last checkpoint, if it lies after early stopping. */
export function atTheEnd({ checkpoints, stop }: RunEvidence): readonly CheckpointScore[] {
  const last = checkpoints.at(-1);
  return last && last.epoch > stop ? last.scores : [];
}

export function hasLateCheckpoint(run: RunEvidence): boolean {
  return atTheEnd(run).length > 0;
}
