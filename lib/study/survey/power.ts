import { draws } from '../random.ts';
import { normalQuantile, normalShare } from '../statistics/distributions.ts';
import { shareOf } from './share.ts';

export interface Asked {
  readonly people: number;
  readonly items: number;
  /** Share of answers, over all people and items, that prefer early stopping. */
  readonly preference: number;
}

/** How far people, and items, differ: deviations of a normal latent where one answer's own is 1. */
const SPREAD = { people: 0.5, items: 0.5 } as const;

/** With a standard error of 2.5 % or less. */
const STUDIES = 400;

/**
 * Share of studies whose interval leaves 50 % out: simulated, with people and items that differ in what they lean to.
 * An answer prefers early stopping where lean + person + item + noise is above 0, all normal; at a preference of 50 % it
 * is how often an interval that should hold 50 % does not.
 */
export function surveyPower({ people, items, preference }: Asked, level: number): number {
  const spread = Math.hypot(1, SPREAD.people, SPREAD.items);
  const lean = normalQuantile(preference) * spread;
  const from = draws({ seed: 0, purpose: 'survey power', epoch: people, index: items });
  let told = 0;
  for (let study = 0; study < STUDIES; study++) {
    const ofItems = Array.from({ length: items }, () => SPREAD.items * from.normal());
    const said = Array.from({ length: people }, (_, person) => {
      const own = lean + SPREAD.people * from.normal();
      return ofItems.map((of, item) => ({
        person,
        item,
        value: from.uniform() < normalShare(own + of) ? 1 : 0,
      }));
    }).flat();
    const { low, high } = shareOf(said, level)!;
    if (low !== null && high !== null && (low > 0.5 || high < 0.5)) told += 1;
  }
  return told / STUDIES;
}
