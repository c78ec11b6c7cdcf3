import { meanOfAll, type Statistic } from '../statistics/bootstrap.ts';
import type { Scored, Similarity } from './evidence.ts';

/** A value of one of two or more kinds. */
export interface Tagged {
  readonly tag: string;
  readonly value: number;
}

/** Mean of one kind less that of another; null where either has no value. */
export function differenceOfMeans(a: string, b: string): Statistic<Tagged> {
  return (runs) => {
    const [meanA, meanB] = [a, b].map((tag) =>
      meanOfAll(runs.map((run) => run.filter((entry) => entry.tag === tag).map(({ value }) => value))),
    ) as [number | null, number | null];
    return meanA === null || meanB === null ? null : meanA - meanB;
  };
}

/** Of the means of all kinds the greatest; null without any value. */
export const greatestMean: Statistic<Tagged> = (runs) => {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const run of runs)
    for (const { tag, value } of run) {
      const { sum, count } = sums.get(tag) ?? { sum: 0, count: 0 };
      sums.set(tag, { sum: sum + value, count: count + 1 });
    }
  const means = [...sums.values()].map(({ sum, count }) => sum / count);
  return means.length > 0 ? Math.max(...means) : null;
};

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
