import { oscillation } from '../statistics/oscillation.ts';
import { meanOfAll } from '../statistics/bootstrap.ts';
import { differenceOfMeans, type Tagged } from './differences.ts';
import type { Find, RunEvidence, VariantEvidence } from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';

const measures = [
  { key: 'probability', label: 'p_c' },
  { key: 'entropy', label: 'entropy' },
] as const;

type Measure = (typeof measures)[number]['key'];

/** 6. p_c and entropy oscillate for groups B and C, not for A. */
export function borderlineOscillates({ runs }: VariantEvidence, find: Find, { calm }: ClaimsParams): void {
  for (const { key, label } of measures) {
    const ofRuns = runs.map((run) => oscillations(run, key));
    for (const group of ['A', 'B', 'C'])
      find(
        `${label}, ${group}`,
        group === 'A' ? { type: 'below', bound: calm } : { type: 'given' },
        ofRuns.map((run) => run.filter(({ tag }) => tag === group).map(({ value }) => value)),
        meanOfAll,
      );
    for (const group of ['B', 'C'])
      find(`${label}, ${group} − A`, { type: 'above', bound: 0 }, ofRuns, differenceOfMeans(group, 'A'));
  }
}

/** Each image's oscillation against the logarithm of the epoch, from early stopping on, tagged by its group. */
function oscillations({ checkpoints, stop }: RunEvidence, measure: Measure): readonly Tagged[] {
  const late = checkpoints.filter(({ epoch }) => epoch >= stop);
  const x = late.map(({ epoch }) => Math.log(epoch));
  const curves = new Map<number, { readonly group: string; readonly values: number[] }>();
  for (const { scores } of late) {
    const seen = new Set<number>();
    for (const row of scores) {
      // An image has a row per method, all with the same output of the network.
      if (seen.has(row.image)) continue;
      seen.add(row.image);
      const curve = curves.get(row.image) ?? { group: row.group, values: [] };
      curve.values.push(row[measure]);
      curves.set(row.image, curve);
    }
  }
  return [...curves.values()].flatMap(({ group, values }) => {
    const value = oscillation(x, values);
    return value === null ? [] : [{ tag: group, value }];
  });
}
