import { differenceOf, meanOf } from '../statistics/unit.ts';
import type { RunEvidence, Swing, VariantEvidence } from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';
import type { Question, Sample } from './sample.ts';

const measures = [
  { key: 'probability', label: 'p_c' },
  { key: 'entropy', label: 'entropy' },
  { key: 'margin', label: 'logit margin' },
  { key: 'turns', label: 'turning points of the margin' },
] as const;

type Measure = (typeof measures)[number]['key'];

const groups = ['A', 'B', 'C'];

/** Whose net put the images into their groups. The run's own finds those that swing, by finding them where it does. */
const choosers = [
  { by: 'other', said: 'images chosen by other seeds' },
  { by: 'own', said: 'images chosen by the seed itself' },
] as const;

type Chooser = (typeof choosers)[number]['by'];

/** 6. p_c and entropy oscillate for groups B and C, not for A. */
export function borderlineOscillates({ runs }: VariantEvidence, { calm }: ClaimsParams): readonly Question[] {
  if (runs.every(({ swings }) => swings.length === 0)) return [];
  return choosers.flatMap(({ by, said }) =>
    measures.flatMap(({ key, label }): readonly Question[] => {
      const samples = runs.flatMap((run) => swingSamples(run, key, by));
      const of = (...tags: string[]) => samples.filter(({ tag }) => tags.includes(tag));
      const ofGroups = groups.map((group): Question => ({
        name: `${label}, ${group}, ${said}`,
        rule:
          group === 'A' && key in calm
            ? { direction: 'below', margin: calm[key as keyof typeof calm] }
            : null,
        statistic: meanOf(group),
        samples: of(group),
      }));
      const apart = ['B', 'C'].map((group): Question => ({
        name: `${label}, ${group} − A, ${said}`,
        rule: { direction: 'above', margin: 0 },
        statistic: differenceOf(group, 'A'),
        samples: of(group, 'A'),
      }));
      return [...ofGroups, ...apart];
    }),
  );
}

/** Each group's images, as chosen by the run's own net, or by each other one: a pair of the chooser and the run. */
function swingSamples({ seed, swings }: RunEvidence, measure: Measure, by: Chooser): readonly Sample[] {
  const all = [...new Set(swings.map(({ chooser }) => chooser))];
  return all
    .filter((chooser) => (chooser === seed) === (by === 'own'))
    .flatMap((chooser) =>
      groups.map((group): Sample => {
        const own = swings.filter((row) => row.chooser === chooser && row.group === group);
        const seeds = by === 'own' ? [seed] : [chooser, seed];
        return { tag: group, seeds, values: own.flatMap((row) => valueOf(row, row[measure])) };
      }),
    );
}

function valueOf({ image, class: name }: Swing, value: number | null) {
  return value === null ? [] : [{ image, class: name, value, filled: value }];
}

export function hasSwings({ swings }: RunEvidence): boolean {
  return swings.some(({ probability }) => probability !== null);
}
