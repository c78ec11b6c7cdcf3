import { oscillation } from '../statistics/oscillation.ts';
import { differenceOf, meanOf } from '../statistics/unit.ts';
import type { RunEvidence, VariantEvidence } from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';
import type { Question, Sample, SampleValue } from './sample.ts';

const measures = [
  { key: 'probability', label: 'p_c' },
  { key: 'entropy', label: 'entropy' },
] as const;

type Measure = (typeof measures)[number]['key'];

const groups = ['A', 'B', 'C'];

/** 6. p_c and entropy oscillate for groups B and C, not for A. */
export function borderlineOscillates(variant: VariantEvidence, { calm }: ClaimsParams): readonly Question[] {
  return measures.flatMap(({ key, label }): readonly Question[] => {
    const samples = variant.runs.flatMap((run) => oscillations(run, key));
    const of = (...tags: string[]) => samples.filter(({ tag }) => tags.includes(tag));
    const ofGroups = groups.map((group): Question => ({
      name: `${label}, ${group}`,
      rule: group === 'A' ? { direction: 'below', margin: calm[key] } : null,
      statistic: meanOf(group),
      samples: of(group),
    }));
    const apart = ['B', 'C'].map((group): Question => ({
      name: `${label}, ${group} − A`,
      rule: { direction: 'above', margin: 0 },
      statistic: differenceOf(group, 'A'),
      samples: of(group, 'A'),
    }));
    return [...ofGroups, ...apart];
  });
}

/** Each image's oscillation against the logarithm of the epoch, from early stopping on, by group. */
function oscillations({ seed, checkpoints, stop }: RunEvidence, measure: Measure): readonly Sample[] {
  const late = checkpoints.filter(({ epoch }) => epoch >= stop);
  const x = late.map(({ epoch }) => Math.log(epoch));
  const curves = new Map<number, { group: string; class: string; values: number[] }>();
  for (const { scores } of late) {
    const seen = new Set<number>();
    for (const row of scores) {
      // An image has a row per method, all with the same output of the network.
      if (seen.has(row.image)) continue;
      seen.add(row.image);
      const curve = curves.get(row.image) ?? { group: row.group, class: row.class, values: [] };
      curve.values.push(row[measure]);
      curves.set(row.image, curve);
    }
  }
  return groups.map((group) => ({
    tag: group,
    seeds: [seed],
    values: [...curves].flatMap(([image, curve]): SampleValue[] => {
      const value = curve.group === group ? oscillation(x, curve.values) : null;
      return value === null ? [] : [{ image, class: curve.class, value, filled: value }];
    }),
  }));
}
