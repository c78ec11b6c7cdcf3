/** One image's value. */
export interface ImageValue {
  readonly image: number;
  readonly value: number;
}

/** What was observed of one kind (`tag`) in one training run, or between two: values of its images. */
export interface Unit {
  readonly tag: string;
  /** The run's seed, or the two of a pair, that whose images they are first. */
  readonly seeds: readonly number[];
  readonly values: readonly ImageValue[];
}

/**
 * A number that is a function of means: of each tag, the mean over its units of their means over images, so that each
 * seed counts alike however many images it has. `of` is null where it is undefined.
 */
export interface Statistic {
  readonly tags: readonly string[];
  readonly of: (means: readonly number[]) => number | null;
}

/** One tag's mean. */
export function meanOf(tag: string): Statistic {
  return { tags: [tag], of: ([mean]) => mean! };
}

/** One tag's mean less another's. */
export function differenceOf(a: string, b: string): Statistic {
  return { tags: [a, b], of: ([meanA, meanB]) => meanA! - meanB! };
}

/** The greatest of the tags' means. */
export function greatestOf(tags: readonly string[]): Statistic {
  return { tags, of: (means) => (means.length > 0 ? Math.max(...means) : null) };
}

/** A unit that has values, with what is asked of it again and again. */
export interface MeasuredUnit extends Unit {
  readonly mean: number;
}

/**
 * The units that a statistic is of: of its tags, not empty, and of the seeds that have all of them, so that what both
 * sides of a difference share is paired. `seeds` are these.
 */
export function complete(
  units: readonly Unit[],
  { tags }: Statistic,
): { readonly units: readonly MeasuredUnit[]; readonly seeds: readonly number[] } {
  const measured = units
    .filter(({ tag, values }) => tags.includes(tag) && values.length > 0)
    .map((unit) => ({ ...unit, mean: meanValue(unit.values.map(({ value }) => value)) }));
  let seeds = [...new Set(measured.flatMap((unit) => unit.seeds))].sort((a, b) => a - b);
  // A seed that is left out takes its pairs along, and with them perhaps another seed's last one.
  for (;;) {
    const within = measured.filter((unit) => unit.seeds.every((seed) => seeds.includes(seed)));
    const whole = seeds.filter((seed) =>
      tags.every((tag) => within.some((unit) => unit.tag === tag && unit.seeds.includes(seed))),
    );
    if (whole.length === seeds.length) return { units: within, seeds };
    seeds = whole;
  }
}

export function meanValue(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/**
 * The statistic where each seed counts as often as `weightOf` says, a pair of seeds as often as the product of both:
 * 1 and 0 leave seeds out, numbers of draws resample them. Null where a tag is left without units.
 */
export function weighted(
  units: readonly MeasuredUnit[],
  { tags, of }: Statistic,
  weightOf: (seed: number) => number,
): number | null {
  const sums = tags.map(() => ({ sum: 0, weight: 0 }));
  for (const { tag, seeds, mean } of units) {
    const weight = seeds.reduce((product, seed) => product * weightOf(seed), 1);
    const found = sums[tags.indexOf(tag)]!;
    found.sum += weight * mean;
    found.weight += weight;
  }
  return sums.every(({ weight }) => weight > 0) ? of(sums.map(({ sum, weight }) => sum / weight)) : null;
}
