import { z } from 'zod';
import type { Columns } from 'pipewright/arrow';
import type { MapsTable } from '../attribution/maps-file.ts';
import type { WeightsName } from '../train/kept-file.ts';
import type { OTHER_REFERENCES } from '../train/stops.ts';
import type { Point } from './axes.ts';
import type { ScoreParams } from './parameters.ts';
import { scoreMaps, withoutRows } from './score.ts';

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
  readonly stop: number;
  /** Those whose weights were kept, rising. */
  readonly kept: readonly number[];
}

export type EpochPair = readonly [epoch: number, later: number];

/**
 * Pairs of a run's epochs to compare: all of those that are explained anyway and early stopping; and, to tell
 * what training does from what every step does, pairs a few epochs apart: up to early stopping, from it, from
 * places some times as late, and up to the end. Of epochs that were kept.
 */
export function planPairs(
  { explained, stop, kept }: RunEpochs,
  { distances, multiples }: Pick<z.output<typeof pairsParams>, 'distances' | 'multiples'>,
): readonly EpochPair[] {
  const last = kept.at(-1) ?? stop;
  const there = new Set(kept);
  const pairs = new Map<string, EpochPair>();
  const add = (one: number, other: number): void => {
    const [epoch, later] = one < other ? [one, other] : [other, one];
    if (epoch !== later && there.has(epoch) && there.has(later))
      pairs.set(`${epoch} ${later}`, [epoch, later]);
  };
  const all = [...new Set([...explained, stop])];
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

/** A run's maps, and where in it lies what. */
export interface RunMaps {
  readonly stop: number;
  readonly last: number;
  readonly mapsOf: (epoch: number) => MapsTable;
}

/** Another reference than early stopping, or maps of it that are compared in another way. */
export interface OtherReference {
  /** A stopping rule's name, or `averaged`; or a name of `otherScores`. */
  readonly reference: string;
  readonly epoch: number;
  readonly weights: WeightsName;
  readonly maps: MapsTable;
  /** Where it is not the study's own: how a map becomes one value per pixel. */
  readonly score?: ScoreParams;
}

/** Other ways to make one value of a pixel's channels: with their sign, or without, and by their sum. */
export function otherScores({ reduction, signed }: ScoreParams): readonly OtherScore[] {
  return [
    [signed ? 'unsigned' : 'signed', { reduction, signed: !signed }],
    reduction === 'sum'
      ? ['greatest', { reduction: 'max-abs', signed }]
      : ['summed', { reduction: 'sum', signed }],
  ];
}

type OtherScore = readonly [name: (typeof OTHER_REFERENCES)[number], score: ScoreParams];

/**
 * Scores between maps of pairs of a run's epochs, the later one's against the earlier one's. Rows are as in the
 * scores: what they say of an image is the later epoch's.
 */
export function* scorePairs(
  pairs: readonly EpochPair[],
  { stop, last, mapsOf }: RunMaps,
  params: ScoreParams,
  point: Point,
): Generator<Columns> {
  for (const pair of pairs) {
    const [epoch, later] = pair;
    const place = placeOfPair(pair, stop, last);
    const at = { ...point, place, stop, epoch, other_epoch: later, distance: later - epoch };
    for (const { columns } of scoreMaps(mapsOf(later), mapsOf(epoch), params, at)) yield columns;
  }
}

/** Scores of the explained epochs against other references, or in other ways: rows as in the scores. */
export function* scoreAlternatives(
  references: readonly OtherReference[],
  explained: readonly number[],
  { mapsOf }: Pick<RunMaps, 'mapsOf'>,
  params: ScoreParams,
  point: Point,
): Generator<Columns> {
  let written = false;
  for (const { reference, epoch: referenceEpoch, weights, maps, score } of references)
    for (const epoch of explained) {
      const of = { reference, reference_epoch: referenceEpoch, reference_weights: weights };
      const scores = scoreMaps(mapsOf(epoch), maps, score ?? params, { ...point, epoch, ...of });
      for (const { columns } of scores) {
        yield columns;
        written = true;
      }
    }
  if (written) return;
  // A table without rows has its columns all the same.
  const [first] = explained.map((epoch) => ({ epoch, maps: mapsOf(epoch) }));
  if (!first) throw new Error('there is no explained epoch to compare with');
  const none = { reference: '', reference_epoch: 0, reference_weights: '' };
  const [scores] = scoreMaps(first.maps, first.maps, params, { ...point, epoch: first.epoch, ...none });
  if (scores) yield withoutRows(scores.columns);
}
