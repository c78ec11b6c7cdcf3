import { type MeasuredUnit, type Statistic } from './unit.ts';

/** A value's part in the statistic. */
interface Part {
  readonly tag: number;
  /** What the tag's mean changes by when the value goes. */
  readonly change: number;
}

/**
 * What images that several seeds share add to the variance of a statistic over seeds: what leaving images out, in all
 * seeds at once, changes, less what leaving single values out does (Cameron, Gelbach and Miller 2011, J. Bus. Econ.
 * Stat. 29, eq. 2.11; Owen 2007, Ann. Appl. Stat. 1, for seeds × images). 0 where each seed has images of its own:
 * their share is in the spread of the seeds already. May come out negative. Where every seed has every image it is
 * (n − 1) / n of what the analysis of variance says, (MS images − MS rest) / (seeds · images).
 */
export function imageVariance(units: readonly MeasuredUnit[], statistic: Statistic, value: number): number {
  const owners = new Map<number, Map<number, Part[]>>();
  const { tags, of } = statistic;
  const counts = tags.map((tag) => units.filter((unit) => unit.tag === tag).length);
  for (const { tag, seeds, values, mean } of units) {
    const at = tags.indexOf(tag);
    // A pair's images are those picked for its first seed.
    const owner = seeds[0]!;
    for (const { image, value: own } of values) {
      const change = values.length > 1 ? (mean - own) / (values.length - 1) / counts[at]! : 0;
      const cells = owners.get(image) ?? new Map<number, Part[]>();
      owners.set(image, cells.set(owner, [...(cells.get(owner) ?? []), { tag: at, change }]));
    }
  }
  const images = [...owners.values()].map((cells) => [...cells.values()]);
  if (images.every((seeds) => seeds.length === 1)) return 0;
  const means = tags.map((tag) => {
    const own = units.filter((unit) => unit.tag === tag);
    return own.reduce((sum, { mean }) => sum + mean, 0) / own.length;
  });
  const squared = (parts: readonly Part[]): number => {
    const changed = [...means];
    for (const { tag, change } of parts) changed[tag]! += change;
    const without = of(changed);
    return without === null ? 0 : (without - value) ** 2;
  };
  const together = images.reduce((sum, seeds) => sum + squared(seeds.flat()), 0);
  const apart = images.flat().reduce((sum, parts) => sum + squared(parts), 0);
  return ((images.length - 1) / images.length) * (together - apart);
}
