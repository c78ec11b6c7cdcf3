import type { Run, Statistic } from '../statistics/bootstrap.ts';
import type { Scored, Similarity } from './evidence.ts';

/** A value of one of two or more kinds. */
export interface Tagged {
  readonly tag: string;
  readonly value: number;
}

/** Mean of one kind less that of another; null where either has no value. */
export function differenceOfMeans(a: string, b: string): Statistic<Tagged> {
  return (runs) => {
    const means = meansByTag(runs);
    const [meanA, meanB] = [means.get(a), means.get(b)];
    return meanA === undefined || meanB === undefined ? null : meanA - meanB;
  };
}

/** Of the means of all kinds the greatest; null without any value. */
export const greatestMean: Statistic<Tagged> = (runs) => {
  const means = [...meansByTag(runs).values()];
  return means.length > 0 ? Math.max(...means) : null;
};

function meansByTag(runs: readonly Run<Tagged>[]): ReadonlyMap<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const run of runs)
    for (const { tag, value } of run) {
      const found = sums.get(tag);
      if (found) {
        found.sum += value;
        found.count += 1;
      } else sums.set(tag, { sum: value, count: 1 });
    }
  return new Map([...sums].map(([tag, { sum, count }]) => [tag, sum / count]));
}

/** Image by image, one method's similarity less another's; images where either is undefined are left out. */
export function pairedDifferences(
  scores: readonly Scored[],
  [methodA, similarityA]: readonly [string, Similarity],
  [methodB, similarityB]: readonly [string, Similarity],
): readonly number[] {
  const subtracted = new Map(
    scores.filter(({ method }) => method === methodB).map((row) => [row.image, row[similarityB]]),
  );
  return scores.flatMap((row) => {
    const other = subtracted.get(row.image) ?? null;
    const own = row[similarityA];
    return row.method === methodA && own !== null && other !== null ? [own - other] : [];
  });
}
