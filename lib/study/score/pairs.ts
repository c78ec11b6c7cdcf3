import { z } from 'zod';
import type { Columns } from 'pipewright/arrow';
import type { MapsTable } from '../attribution/maps-file.ts';
import type { WeightsName } from '../train/kept-file.ts';
import type { Point } from './axes.ts';
import type { ScoreParams } from './parameters.ts';
import { scoreMaps } from './score.ts';

/** `pairs` in `pipeline.yaml`. */
export const pairsParams = z.strictObject({
  /** Images of each class and group. */
  images: z.int().positive().default(1),
  /** Epochs between two whose maps are compared, about early stopping and the other places. */
  distances: z.array(z.int().positive()).default([1, 2, 4, 8, 16]),
  /** The places: so many times as late as early stopping. The end is one of itself. */
  multiples: z.array(z.number().gt(1)).default([2, 4, 8, 16, 32, 64]),
});

/** What pairs of a run's epochs are made of. */
export interface RunEpochs {
  /** Those that are explained anyway. */
  readonly explained: readonly number[];
  /** Of each stopping rule, the reference's first. */
  readonly stops: readonly number[];
  /** Those whose weights were kept, rising. */
  readonly kept: readonly number[];
}

export type EpochPair = readonly [epoch: number, later: number];

/**
 * Pairs of a run's epochs to compare: all of those that are explained anyway and of the stopping epochs; and, to
 * tell what training does from what every step does, pairs a few epochs apart: up to early stopping, from it,
 * from places some times as late, and up to the end. Of epochs that were kept.
 */
export function planPairs(
  { explained, stops, kept }: RunEpochs,
  { distances, multiples }: Pick<z.output<typeof pairsParams>, 'distances' | 'multiples'>,
): readonly EpochPair[] {
  const [stop = 1] = stops;
  const last = kept.at(-1) ?? stop;
  const there = new Set(kept);
  const pairs = new Map<string, EpochPair>();
  const add = (one: number, other: number): void => {
    const [epoch, later] = one < other ? [one, other] : [other, one];
    if (epoch !== later && there.has(epoch) && there.has(later))
      pairs.set(`${epoch} ${later}`, [epoch, later]);
  };
  const all = [...new Set([...explained, ...stops])];
  for (const one of all) for (const other of all) add(one, other);
  for (const distance of distances) {
    add(stop - distance, stop);
    add(last - distance, last);
    for (const multiple of [1, ...multiples]) {
      const place = Math.round(stop * multiple);
      add(place, place + distance);
    }
  }
  return [...pairs.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/** Where in a run a pair lies. */
export function placeOfPair([epoch, later]: EpochPair, stop: number, last: number): string {
  if (epoch === stop) return 'stop';
  if (later === stop) return 'before';
  if (later === last) return 'late';
  return epoch > stop ? 'after' : 'early';
}

/** What is compared: the earlier epoch's maps against the later one's. */
export interface PairOptions {
  readonly pairs: readonly EpochPair[];
  readonly stop: number;
  readonly last: number;
  readonly weights: WeightsName;
  readonly mapsOf: (epoch: number) => MapsTable;
  /** Of the averaged weights at early stopping; null where they are none, or what is compared anyway. */
  readonly averaged: MapsTable | null;
}

/**
 * Scores between maps of pairs of a run's epochs. Rows are as in the scores: what they say of an image is the
 * later epoch's. With `averaged`, also each epoch's of the pairs against that.
 */
export function* scorePairs(options: PairOptions, params: ScoreParams, point: Point): Generator<Columns> {
  const { pairs, stop, last, weights, mapsOf, averaged } = options;
  const place = (epoch: number, later: number, name: string, ofEpoch: WeightsName): Point => ({
    ...point,
    place: name,
    stop,
    epoch,
    other_epoch: later,
    distance: later - epoch,
    epoch_weights: ofEpoch,
  });
  for (const pair of pairs) {
    const [epoch, later] = pair;
    const at = place(epoch, later, placeOfPair(pair, stop, last), weights);
    for (const { columns } of scoreMaps(mapsOf(later), mapsOf(epoch), params, at)) yield columns;
  }
  if (averaged === null) return;
  for (const later of [...new Set(pairs.flat())].sort((a, b) => a - b)) {
    const at = place(stop, later, 'averaged', 'averaged');
    for (const { columns } of scoreMaps(mapsOf(later), averaged, params, at)) yield columns;
  }
}
