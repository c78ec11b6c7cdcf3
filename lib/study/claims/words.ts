import { FEWEST_SEEDS } from '../statistics/power.ts';
import type { ClaimsParams } from './parameters.ts';
import type { Finding, Open } from './verdict.ts';
import { counted, listed, percent, rounded } from './written.ts';

/** Why a statistic decides nothing, and what would make it decide. */
export function openText(open: Open, { power }: ClaimsParams): string {
  switch (open.reason) {
    case 'no-values':
      return 'There are no values to compute it from.';
    case 'nothing-after-stopping':
      return (
        `Nothing is decided: ${open.runs === 1 ? 'the only run has not' : `none of the ${open.runs} runs has`} anything after early stopping that could be compared with it. ` +
        'Train for longer, or add a later epoch to `epochs`.'
      );
    case 'too-few-seeds':
      return `${counted(open.seeds, 'seed')} ${open.seeds === 1 ? 'is' : 'are'} too few: with fewer than ${FEWEST_SEEDS} nothing is decided. ${prospects(open, power)}`;
    case 'unsure':
      return `The interval of ${counted(open.seeds, 'seed')} lies on both sides of the line. ${prospects(open, power)}`;
  }
}

type Prospects = Extract<Open, { readonly reach: unknown }>;

function prospects({ deviation, reach, needed, seeds }: Prospects, power: number): string {
  const seen = listed(
    reach.map(
      ({ seeds: count, difference }) =>
        `${count} would see ${deviation === null ? difference.toFixed(1) : rounded(difference)}`,
    ),
  );
  if (deviation === null)
    return (
      `From ${counted(seeds, 'seed')} it is not known by how much seeds differ; in standard deviations between them, ` +
      `with a power of ${percent(power)}, ${seen}.`
    );
  const last =
    needed === null
      ? 'No number of seeds that could be trained would decide what was seen.'
      : `To decide what was seen takes ${counted(needed, 'seed')}.`;
  return `Seeds differ by ${rounded(deviation)} (standard deviation): with a power of ${percent(power)}, of differences from the line ${seen}. ${last}`;
}

/** What stands behind a number: `3 seeds, 90 images of 10 classes; 2 left out`. */
export function behind({ estimate, classes, leftOut, filled }: Finding): string {
  if (!estimate) return 'nothing';
  const images =
    estimate.images > 0
      ? `, ${counted(estimate.images, 'image')} of ${classes} ${classes === 1 ? 'class' : 'classes'}`
      : '';
  const missing =
    leftOut > 0
      ? `; ${leftOut} undefined, with 0 for them ${filled === null ? 'undefined' : rounded(filled)}`
      : '';
  return `${counted(estimate.seeds, 'seed')}${images}${missing}`;
}
