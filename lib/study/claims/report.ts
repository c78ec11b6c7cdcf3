import type { Columns } from '../../arrow/columns.ts';
import { type Claim, claims } from './claims.ts';
import type { VariantEvidence } from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';
import { describeRule, type Finding, together } from './verdict.ts';

/** One row per statistic. */
export function findingColumns(findings: readonly Finding[]): Columns {
  const claimOf = (finding: Finding): Claim => claims.find(({ number }) => number === finding.claim)!;
  const text = (of: (finding: Finding) => string) => ({ type: 'utf8' as const, values: findings.map(of) });
  const interval = (bound: 'value' | 'low' | 'high') => ({
    type: 'float64' as const,
    values: findings.map((finding) => finding.interval?.[bound] ?? null),
  });
  return {
    claim: { type: 'int32', values: findings.map(({ claim }) => claim) },
    text: text((finding) => claimOf(finding).text),
    variant: text(({ variant }) => variant),
    statistic: text(({ statistic }) => statistic),
    rule: text(({ rule }) => describeRule(rule)),
    value: interval('value'),
    low: interval('low'),
    high: interval('high'),
    verdict: text(({ verdict }) => verdict),
    figure: text((finding) => claimOf(finding).figure),
  };
}

/** The claims as a page of Markdown: an overview, then each claim's statistics. */
export function claimsPage(
  findings: readonly Finding[],
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
): string {
  return [
    '# The claims, tested',
    '',
    `Intervals: ${100 * params.level} % percentile bootstrap over seeds and images (${params.resamples} resamples). ` +
      'A statistic decides when its whole interval lies on one side of the line; a claim holds when each of ' +
      'its statistics does, and fails with any of them.',
    '',
    ...variants.map(describeVariant),
    '',
    '| claim | verdict | look at |',
    '| --- | --- | --- |',
    ...claims.map(
      (claim) => `| ${claim.number}. ${claim.text} | ${verdictOf(claim, findings)} | ${claim.figure} |`,
    ),
    ...claims.flatMap((claim) => ['', ...section(claim, findings)]),
    '',
  ].join('\n');
}

function describeVariant({ name, runs }: VariantEvidence): string {
  const stops = runs.map(({ seed, stop }) => `${stop} (seed ${seed})`).join(', ');
  const last = Math.max(...runs.flatMap(({ checkpoints }) => checkpoints.map(({ epoch }) => epoch)));
  return `- ${name}: early stopping at epoch ${stops}; last checkpoint: epoch ${last}.`;
}

function section(claim: Claim, findings: readonly Finding[]): readonly string[] {
  const own = findings.filter((finding) => finding.claim === claim.number);
  if (own.length === 0)
    return [`## ${claim.number}. ${claim.text}`, '', 'Not tested: this pipeline has no runs to test it on.'];
  return [
    `## ${claim.number}. ${claim.text}`,
    '',
    '| runs | statistic | value | interval | holds if | verdict |',
    '| --- | --- | ---: | --- | --- | --- |',
    ...own.map(row),
  ];
}

function row({ variant, statistic, interval, rule, verdict }: Finding): string {
  const numbers = interval
    ? `${rounded(interval.value)} | ${rounded(interval.low)} to ${rounded(interval.high)}`
    : 'not defined |';
  return `| ${variant} | ${statistic} | ${numbers} | ${describeRule(rule)} | ${verdict} |`;
}

function verdictOf(claim: Claim, findings: readonly Finding[]): string {
  return together(findings.filter((finding) => finding.claim === claim.number).map(({ verdict }) => verdict));
}

function rounded(value: number): string {
  return value.toFixed(3).replace('-', '−');
}
