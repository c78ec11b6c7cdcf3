import type { ClaimData, StatisticData } from './data.ts';

export const signs: Readonly<Record<string, string>> = { held: '✓', 'not held': '✗', undecided: '?' };

/** Sign and word: never a colour alone. */
export function Verdict({ verdict }: { verdict: string }) {
  return (
    <span class={`verdict ${verdict.replace(' ', '-')}`}>
      <span aria-hidden="true">{signs[verdict] ?? ''}</span> {verdict}
    </span>
  );
}

/** What a claim's primary statistics say together; as the page of claims has it. */
export function together({ statistics }: ClaimData): string {
  if (statistics.length === 0) return 'not tested';
  const verdicts = new Set(
    statistics.flatMap(({ primary, verdict }) => (primary && verdict ? [verdict] : [])),
  );
  if (verdicts.size === 0) return 'no primary declared';
  return verdicts.size === 1 ? [...verdicts][0]! : 'undecided';
}

/** Where a statistic's rule has its line: what its value is judged by. */
export function lineOf({ direction, margin }: StatisticData): number {
  return direction === 'below' || direction === 'above' ? (margin ?? 0) : 0;
}

/** Why nothing is decided. */
export function openWords({ open, needed }: StatisticData): string {
  const seeds = needed === null ? '' : ` ${needed} seeds would decide what was seen.`;
  const words: Readonly<Record<string, string>> = {
    'no-values': 'There are no values to compute it from.',
    'nothing-after-stopping': 'No run has a checkpoint after early stopping.',
    'too-few-seeds': `Fewer than three seeds decide nothing.${seeds}`,
    unsure: `The interval lies on both sides of the line.${seeds}`,
  };
  return words[open ?? ''] ?? '';
}
