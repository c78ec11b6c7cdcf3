import { meanOf } from '../statistics/unit.ts';
import { atTheEnd, type VariantEvidence } from './evidence.ts';
import { drifting } from './drift-claims.ts';
import { given, type Question } from './sample.ts';

/** 11. At the last checkpoint the strongest pixel lies on the object more often than chance would put it there. */
export function mapsPointAtTheObject({ runs }: VariantEvidence): readonly Question[] {
  const known = runs.some((run) => atTheEnd(run).some(({ covered }) => covered !== null));
  if (!known) return [];
  return drifting.flatMap((method) =>
    ['A', 'B', 'C'].map((group): Question => ({
      name: `${method}, ${group}`,
      rule: { direction: 'above', margin: 0 },
      statistic: meanOf('beyond'),
      samples: runs.map((run) => {
        const own = atTheEnd(run).filter((row) => row.method === method && row.group === group);
        const values = own.flatMap((row) => {
          if (row.covered === null) return [];
          // A map without a positive value points nowhere: a miss, where it counts.
          const filled = (row.pointing ?? 0) - row.covered;
          return [{ ...given(row, row.pointing === null ? null : filled), filled }];
        });
        return { tag: 'beyond', seeds: [run.seed], values };
      }),
    })),
  );
}
