import type { Rule } from './verdict.ts';
import type { Run, Statistic } from '../statistics/bootstrap.ts';

/** One image's scores by one method at one checkpoint, or against another seed's map. */
export interface Scored {
  readonly image: number;
  readonly group: string;
  readonly method: string;
  readonly mssim: number | null;
  readonly spearman: number | null;
  readonly spearmanEq8: number | null;
  readonly entropy: number;
  readonly probability: number;
}

export interface Checkpoint {
  readonly epoch: number;
  readonly scores: readonly Scored[];
}

/** Test error and loss at the end of training less those at early stopping. */
export interface LateTraining {
  readonly error: number;
  readonly loss: number;
}

/** All that is known of one training run. */
export interface RunEvidence {
  readonly seed: number;
  readonly stop: number;
  /** Null where no test images were scored. */
  readonly late: LateTraining | null;
  /** In order of epochs. */
  readonly checkpoints: readonly Checkpoint[];
  /** Early-stopping maps of this run's images by the other seeds, against this run's own. */
  readonly floor: readonly Scored[];
}

/** One image's map of a net whose weights are all untrained, against its map of the trained net. */
export interface Untrained {
  readonly seed: number;
  readonly checkpoint: string;
  readonly method: string;
  readonly mssim: number | null;
  readonly spearman: number | null;
}

/** Runs that differ in nothing but their seed. */
export interface VariantEvidence {
  /** By the axes that have several values: `shapes, augment=false`. */
  readonly name: string;
  /** The same without augmentation: variants of one setting can be compared for it. */
  readonly setting: string;
  /** Null on a pipeline without that axis. */
  readonly augment: boolean | null;
  readonly runs: readonly RunEvidence[];
  /** Of the runs that the sanity checks looked at; may be empty. */
  readonly untrained: readonly Untrained[];
}

export interface Evidence {
  /** What all runs have in common: `shapes, resnet-8`; may be empty. */
  readonly common: string;
  readonly variants: readonly VariantEvidence[];
}

/** Computes the interval of a statistic, judges it by a rule, and notes it down. */
export type Find = <T>(statistic: string, rule: Rule, runs: readonly Run<T>[], value: Statistic<T>) => void;

/** Scores at the last checkpoint. */
export function atTheEnd({ checkpoints }: RunEvidence): readonly Scored[] {
  return checkpoints.at(-1)?.scores ?? [];
}

export type Similarity = 'mssim' | 'spearman' | 'spearmanEq8';

export const similarityLabels: Readonly<Record<Similarity, string>> = {
  mssim: 'MSSIM',
  spearman: 'Spearman',
  spearmanEq8: 'Spearman by Eq. 8',
};

/** A method's values of one similarity, undefined ones left out. */
export function similaritiesOf<S extends string>(
  scores: readonly ({ readonly method: string } & Readonly<Record<S, number | null>>)[],
  method: string,
  similarity: S,
): readonly number[] {
  return scores.flatMap((row) => {
    const value = row[similarity];
    return row.method === method && value !== null ? [value] : [];
  });
}
