import type { Interval } from '../statistics/bootstrap.ts';
import type { VariantEvidence } from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';
import { type Stability, stabilities } from './stability.ts';
import { ranged, rounded } from './written.ts';

const similarities = [
  { key: 'mssim', label: 'MSSIM' },
  { key: 'spearman', label: 'Spearman' },
] as const;

/** What a method's stability says, for whoever would take "does not change" for "is right". */
export function stabilityTables(
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
): readonly string[] {
  return [
    '## Does not change, or does not look?',
    '',
    'Three similarities of each method’s maps, to be read together: of the last checkpoint to early stopping; of two ' +
      'seeds at early stopping, what chance alone leaves; and of the early-stopping net to the same net with every ' +
      'weight untrained, what a method keeps that has nothing left to look at (of fewer images: see `sanity`). The last column is the drift as a ' +
      'share of what losing all training does, (1 − last checkpoint) / (1 − untrained): near 0, the explanation ' +
      'has stayed; near 1, it has changed as much as if all training were lost. It is empty where no sanity check was made.',
    ...variants.flatMap((variant) =>
      similarities.flatMap(({ key, label }) => [
        '',
        `${variant.name}, ${label}:`,
        '',
        '| method | last checkpoint | two seeds | untrained | drift as a share |',
        '| --- | --- | --- | --- | ---: |',
        ...stabilities(variant, key, params).map(row),
      ]),
    ),
  ];
}

function row({ method, late, floor, untrained, share }: Stability): string {
  const written = (interval: Interval | null): string =>
    interval ? `${rounded(interval.value)} (${ranged(interval)})` : '';
  return `| ${method} | ${written(late)} | ${written(floor)} | ${written(untrained)} | ${share === null ? '' : share.toFixed(2)} |`;
}
