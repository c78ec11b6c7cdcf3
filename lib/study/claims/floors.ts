import { type Estimate, estimate } from '../statistics/estimate.ts';
import { type Interval, tInterval } from '../statistics/interval.ts';
import { meanOf } from '../statistics/unit.ts';
import { floorSamples, lateSamples, similarities } from './drift-claims.ts';
import { atTheEnd, type PairPlace, type Similarity, type VariantEvidence } from './evidence.ts';
import { definedUnits, type Sample } from './sample.ts';
import { nearestDistance, pairSamples, shareOfFall } from './temporal.ts';

export type FloorKind = PairPlace | 'floor' | 'lateFloor' | 'untrained';

/** A similarity that is there without late training, and how much of the fall it explains. */
export interface Floor {
  readonly kind: FloorKind;
  readonly seeds: number;
  readonly images: number;
  readonly value: number;
  /** Null for too few seeds. */
  readonly interval: Interval | null;
  /** (1 − floor) / (1 − last checkpoint), of the seeds that have both; null where nothing fell. */
  readonly share: { readonly value: number; readonly interval: Interval | null } | null;
}

/** How alike one method's maps stay to those at early stopping, and what else leaves them as little alike. */
export interface MethodFloors {
  readonly method: string;
  readonly similarity: Similarity;
  readonly last: { readonly estimate: Estimate; readonly interval: Interval | null } | null;
  /** Distance in epochs of the pairs of checkpoints; null where there are none. */
  readonly distance: number | null;
  readonly floors: readonly Floor[];
  /** False where all maps of a class are equal: more images of them say no more. */
  readonly dependsOnImage: boolean;
}

const places: readonly PairPlace[] = ['stop', 'late', 'before'];

/** Of every method of a variant, by one similarity. */
export function floorsOf(
  variant: VariantEvidence,
  similarity: Similarity,
  level: number,
): readonly MethodFloors[] {
  const methods = [...new Set(variant.runs.flatMap((run) => atTheEnd(run).map(({ method }) => method)))];
  const distance = nearestDistance(variant.runs);
  return methods.map((method) => {
    const last = lateSamples(variant, method, similarity);
    const samples: readonly (readonly [FloorKind, readonly Sample[]])[] = [
      ...places.map(
        (place) =>
          [
            place,
            distance === null ? [] : pairSamples(variant, place, distance, method, similarity),
          ] as const,
      ),
      ['floor', floorSamples(variant, 'floor', method, similarity)],
      ['lateFloor', floorSamples(variant, 'lateFloor', method, similarity)],
      [
        'untrained',
        variant.runs.map((run) => similarities('untrained', [run.seed], run.untrained, method, similarity)),
      ],
    ];
    const found = estimate(definedUnits(last), meanOf('last'));
    return {
      method,
      similarity,
      last: found && { estimate: found, interval: tInterval(found, level) },
      distance,
      floors: samples.flatMap(([kind, own]) => floorOf(kind, own, last, level)),
      dependsOnImage: variant.runs.every((run) =>
        atTheEnd(run).every((row) => row.method !== method || row.dependsOnImage),
      ),
    };
  });
}

function floorOf(
  kind: FloorKind,
  samples: readonly Sample[],
  last: readonly Sample[],
  level: number,
): readonly Floor[] {
  const found = estimate(definedUnits(samples), meanOf(kind));
  if (!found) return [];
  const share = estimate(definedUnits([...samples, ...last]), shareOfFall(kind, 'last'));
  return [
    {
      kind,
      seeds: found.seeds,
      images: found.images,
      value: found.value,
      interval: tInterval(found, level),
      share: share && { value: share.value, interval: tInterval(share, level) },
    },
  ];
}
