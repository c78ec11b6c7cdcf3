import { overSeeds, summarisePoints } from './curve/curves.ts';
import { seedBands } from './data/behind.ts';
import type { Sample } from './curve/curves.ts';
import type { CurveGrid, HorizontalAxis, ThinPoint } from './curve/curve-grid.ts';
import { groupLabel, methodLabel, titled } from './data/labels.ts';
import { distinct, type ScoreRow } from './data/score-row.ts';
import type { Variant } from './run.ts';

const measures = ['mssim', 'spearman'] as const;
type Measure = (typeof measures)[number];

/** One seed's mean over its images, along multiples of its stopping epoch. */
interface Course {
  readonly seed: number;
  readonly method: string;
  readonly group: string;
  readonly measure: Measure;
  /** In order, with 1 at 1. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

function coursesOf(scores: readonly ScoreRow[], stopOf: ReadonlyMap<number, number>): readonly Course[] {
  const sums = new Map<
    string,
    { readonly row: ScoreRow; readonly measure: Measure; readonly by: Map<number, number[]> }
  >();
  for (const row of scores) {
    const stop = stopOf.get(row.seed);
    if (stop === undefined) continue;
    for (const measure of measures) {
      const value = row[measure];
      if (value === null) continue;
      const key = `${row.seed} ${row.method} ${row.group} ${measure}`;
      const found = sums.get(key) ?? { row, measure, by: new Map<number, number[]>() };
      sums.set(key, found);
      const at = row.epoch / stop;
      found.by.set(at, [...(found.by.get(at) ?? []), value]);
    }
  }
  return [...sums.values()].map(({ row, measure, by }) => {
    const means = new Map(
      [...by].map(([at, values]) => [at, values.reduce((a, b) => a + b, 0) / values.length]),
    );
    const points = [...means.set(1, 1)].sort(([a], [b]) => a - b).map(([at, value]) => ({ at, value }));
    return { seed: row.seed, method: row.method, group: row.group, measure, points };
  });
}

/** Between neighbours linearly over the logarithm; null outside. */
function valueAt({ points }: Course, at: number): number | null {
  const above = points.findIndex((point) => point.at >= at);
  if (above < 0) return null;
  const right = points[above]!;
  if (right.at === at) return right.value;
  const left = points[above - 1];
  if (!left) return null;
  const share = Math.log(at / left.at) / Math.log(right.at / left.at);
  return left.value + share * (right.value - left.value);
}

/** All multiples that a run has a checkpoint at, where every run can be read. */
function sharedPlaces(courses: readonly Course[]): readonly number[] {
  const low = Math.max(...courses.map(({ points }) => points[0]!.at));
  const high = Math.min(...courses.map(({ points }) => points.at(-1)!.at));
  const all = new Set(courses.flatMap(({ points }) => points.map(({ at }) => at)));
  return [...all].filter((at) => at >= low && at <= high).sort((a, b) => a - b);
}

function multiplesAxis(courses: readonly Course[]): HorizontalAxis {
  const all = courses.flatMap(({ points }) => points.map(({ at }) => at));
  const [least, greatest] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))];
  const domain: [number, number] = [Math.min(least, 0.9), Math.max(greatest, 1.1)];
  const powers = Array.from({ length: 9 }, (_, at) => 10 ** (at - 4));
  const steps = powers.flatMap((power) => [1, 2, 5].map((factor) => Number((factor * power).toPrecision(6))));
  const inside = steps.filter((step) => step >= domain[0] && step <= domain[1]);
  const ticks = inside.length <= 6 ? inside : inside.filter((step) => Number.isInteger(Math.log10(step)));
  return { key: 'multiple', title: 'epoch / stopping epoch', scale: 'log', domain, ticks, format: '~g' };
}

/**
 * Figure 5 where runs stop at different epochs: each seed along multiples of its own stopping epoch, 1 at 1; the mean
 * between its checkpoints by interpolation. Null where no run has stopped.
 */
export function multiplesFigure(
  scores: readonly ScoreRow[],
  stopOf: ReadonlyMap<number, number>,
  variant: Variant,
): CurveGrid | null {
  const courses = coursesOf(scores, stopOf);
  if (courses.length === 0) return null;
  const places = sharedPlaces(courses);
  const samples = courses.flatMap((course) =>
    places.map((at): Sample => ({
      row: course.measure,
      column: course.method,
      series: groupLabel(course.group),
      at,
      seed: course.seed,
      value: valueAt(course, at),
    })),
  );
  const thin = courses.flatMap(({ seed, group, method, measure, points }) =>
    points.map(({ at, value }): ThinPoint => ({
      row: measure,
      column: method,
      line: `seed ${seed}, ${group}`,
      at,
      value,
    })),
  );
  const limits = [-1, 1] as const;
  return {
    title: titled('Similarity of heat maps to early stopping, by multiples of the stopping epoch', variant),
    caption: [
      `Lines: ${seedBands(scores)}`,
      'Thin lines: each seed’s checkpoints, along multiples of its own stopping epoch. At 1 a map is compared with itself.',
    ],
    rows: [
      { key: 'mssim', title: 'MSSIM', reaches: [0, 1], limits },
      { key: 'spearman', title: 'Spearman ρ', reaches: [0, 1], limits },
    ],
    columns: distinct(scores, 'method').map((method) => ({
      key: method,
      title: methodLabel(method),
      stops: [],
    })),
    wrap: 4,
    series: distinct(scores, 'group').map(groupLabel),
    points: summarisePoints(samples, overSeeds),
    thin,
    markers: false,
    along: multiplesAxis(courses),
    panel: { width: 139, height: 100 },
  };
}
