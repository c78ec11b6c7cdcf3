import { differenceOf, type Statistic } from '../statistics/unit.ts';
import { drifting, lateSamples, similarities } from './drift-claims.ts';
import {
  type EpochPair,
  type PairPlace,
  type RunEvidence,
  type Similarity,
  similarityLabels,
  type VariantEvidence,
} from './evidence.ts';
import type { Question, Sample } from './sample.ts';

/** A run's pair of checkpoints at a distance in epochs, at a place; the latest of several. */
function pairAt({ pairs, stop }: RunEvidence, place: PairPlace, distance: number): EpochPair | null {
  const there = pairs.filter(
    (pair) =>
      pair.place === place && pair.to - pair.from === distance && (place !== 'late' || pair.from > stop),
  );
  return there.at(-1) ?? null;
}

/** The least distance that every run has pairs at, after early stopping and late; null without one. */
export function nearestDistance(runs: readonly RunEvidence[]): number | null {
  const distances = runs.map(
    (run) =>
      new Set(
        run.pairs
          .filter(({ place }) => place === 'stop')
          .map(({ from, to }) => to - from)
          .filter((distance) => pairAt(run, 'late', distance) !== null),
      ),
  );
  const shared = [...(distances[0] ?? [])].filter((distance) => distances.every((own) => own.has(distance)));
  return shared.length > 0 ? Math.min(...shared) : null;
}

/** One method's similarities of a pair of checkpoints in each run, tagged by their place. */
export function pairSamples(
  { runs }: VariantEvidence,
  place: PairPlace,
  distance: number,
  method: string,
  similarity: Similarity,
): Sample[] {
  return runs.flatMap((run) => {
    const pair = pairAt(run, place, distance);
    return pair ? [similarities(place, [run.seed], pair.scores, method, similarity)] : [];
  });
}

/** What one mean lacks to 1 as a share of what another lacks: (1 − a) / (1 − b). */
export function shareOfFall(a: string, b: string): Statistic {
  return { tags: [a, b], of: ([of, fall]) => (fall! < 1 ? (1 - of!) / (1 - fall!) : null) };
}

const both: readonly Similarity[] = ['mssim', 'spearman'];

function ofDrifting(
  variant: VariantEvidence,
  place: PairPlace,
  asked: Pick<Question, 'rule' | 'statistic'>,
): readonly Question[] {
  const distance = nearestDistance(variant.runs);
  if (distance === null) return [];
  return drifting.flatMap((method) =>
    both.map((similarity) => ({
      ...asked,
      name: `${method}, ${similarityLabels[similarity]}`,
      samples: [
        ...pairSamples(variant, place, distance, method, similarity),
        ...lateSamples(variant, method, similarity),
      ],
    })),
  );
}

/** 9. The drift is larger than what neighbouring checkpoints differ by, late, where nothing stops. */
export function driftPassesJitter(variant: VariantEvidence): readonly Question[] {
  const rule = { direction: 'above', margin: 0 } as const;
  return ofDrifting(variant, 'late', { rule, statistic: differenceOf('late', 'last') });
}

/** 10. Most of the fall is there one step after early stopping. */
export function fallIsThereAtOnce(variant: VariantEvidence): readonly Question[] {
  const rule = { direction: 'above', margin: 0.5 } as const;
  return ofDrifting(variant, 'stop', { rule, statistic: shareOfFall('stop', 'last') });
}
