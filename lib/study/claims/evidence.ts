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
  /** The same at the size that the maps of all methods share. */
  readonly mssimCommon: number | null;
  readonly spearmanCommon: number | null;
  readonly spearmanEq8Common: number | null;
  /** False for a method whose maps of one class are all equal. */
  readonly dependsOnImage: boolean;
}

export type Similarity =
  'mssim' | 'spearman' | 'spearmanEq8' | 'mssimCommon' | 'spearmanCommon' | 'spearmanEq8Common';

export const similarityLabels: Readonly<Record<Similarity, string>> = {
  mssim: 'MSSIM',
  spearman: 'Spearman',
  spearmanEq8: 'Spearman by Eq. 8',
  mssimCommon: 'MSSIM at one size',
  spearmanCommon: 'Spearman at one size',
  spearmanEq8Common: 'Spearman by Eq. 8 at one size',
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

/**
 * Where two checkpoints lie that are compared: the later one is early stopping, the earlier one is, the earlier one
 * lies some multiple as late, or the later one is the last.
 */
export type PairPlace = 'before' | 'stop' | 'after' | 'late';

/** Two checkpoints of one run, compared. */
export interface EpochPair {
  readonly place: PairPlace;
  readonly from: number;
  /** Greater than `from`. */
  readonly to: number;
  readonly scores: readonly Scored[];
}

/** Maps of this run's images by another seed's net, against this run's own, or against that net's earlier ones. */
export interface FloorScore extends Scored {
  readonly other: number;
}

/** How the outputs for one image swing over all epochs after early stopping. */
export interface Swing {
  readonly image: number;
  readonly class: string;
  readonly group: string;
  /** The seed whose net put the image into its group: the run's own, or another. */
  readonly chooser: number;
  /** Deviations about a straight line over the logarithm of the epoch; null for too few epochs. */
  readonly probability: number | null;
  readonly entropy: number | null;
  readonly margin: number | null;
  /** Of the logit margin, as a share of the epochs. */
  readonly turns: number | null;
}

/** Scores as they would be with another reference than early stopping, or by another rule. */
export interface Alternative {
  /** Its name: a stopping rule, or `averaged`; `signed`, `unsigned`, `summed`, `greatest`: early stopping, scored so. */
  readonly reference: string;
  readonly epoch: number;
  readonly checkpoints: readonly Checkpoint[];
}

/** All that is known of one training run. */
export interface RunEvidence {
  readonly seed: number;
  /** The epoch of early stopping. */
  readonly stop: number;
  readonly log: readonly EpochLog[];
  /** In order of epochs. */
  readonly checkpoints: readonly Checkpoint[];
  /** May be empty, like all that follow. */
  readonly pairs: readonly EpochPair[];
  /** Against the other seeds' nets at early stopping, and at the last checkpoint. */
  readonly floor: readonly FloorScore[];
  readonly lateFloor: readonly FloorScore[];
  /** Another seed's late maps of this run's images, against its own at early stopping. */
  readonly crossed: readonly FloorScore[];
  readonly swings: readonly Swing[];
  readonly alternatives: readonly Alternative[];
  /** Maps of the early-stopping net with all weights untrained, against its own. */
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
