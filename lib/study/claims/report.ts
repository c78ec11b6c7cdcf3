import type { Columns } from 'pipewright/arrow';
import { type Claim, claims } from './claims.ts';
import type { Evidence, VariantEvidence } from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';
import { stabilityTables } from './stability-tables.ts';
import { count, describeRule, type Finding, together, violation } from './verdict.ts';
import { ranged, rounded } from './written.ts';

/** One row per statistic. */
export function findingColumns(findings: readonly Finding[]): Columns {
  const claimOf = (finding: Finding): Claim => claims.find(({ number }) => number === finding.claim)!;
  const text = (of: (finding: Finding) => string | null) => ({
    type: 'utf8' as const,
    values: findings.map(of),
  });
  const interval = (bound: 'value' | 'low' | 'high') => ({
    type: 'float64' as const,
    values: findings.map((finding) => finding.interval?.[bound] ?? null),
  });
  return {
    claim: { type: 'int32', values: findings.map(({ claim }) => claim) },
    text: text((finding) => claimOf(finding).text),
    measured: text((finding) => claimOf(finding).measured),
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

/** The claims as a page of Markdown: an overview, what was found of each in a line, then all its statistics. */
export function claimsPage(
  findings: readonly Finding[],
  { common, variants }: Evidence,
  params: ClaimsParams,
): string {
  return [
    '# The claims, tested',
    '',
    ...(common === '' ? [] : [`All runs: ${common}.`, '']),
    ...variants.map(describeVariant),
    '',
    '| claim | verdict | statistics that hold, fail, stay open | look at |',
    '| --- | --- | ---: | --- |',
    ...claims.map((claim) => overviewRow(claim, of(claim, findings))),
    '',
    ...settingsTable(findings, variants),
    `Intervals: ${100 * params.level} % percentile bootstrap over seeds, then images (${params.resamples} resamples). ` +
      'A statistic holds or fails when its whole interval lies on one side of its line, and is undecided otherwise. ' +
      'A claim holds when each of its statistics does, and fails with any of them. With few seeds the intervals ' +
      `are too narrow, and of many at ${100 * params.level} % some miss by chance: a single statistic proves little.`,
    ...claims.flatMap((claim) => ['', ...section(claim, of(claim, findings))]),
    '',
    ...stabilityTables(variants, params),
    '',
  ].join('\n');
}

function of(claim: Claim, findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.claim === claim.number);
}

function describeVariant({ name, runs }: VariantEvidence): string {
  const stops = runs.map(({ seed, stop }) => `${stop} (seed ${seed})`).join(', ');
  const last = Math.max(...runs.flatMap(({ checkpoints }) => checkpoints.map(({ epoch }) => epoch)));
  return `- ${name}: early stopping at epoch ${stops}; last checkpoint: epoch ${last}.`;
}

function overviewRow({ number, text, figure }: Claim, own: readonly Finding[]): string {
  const verdict = together(own);
  const counts = [count(own, 'held'), count(own, 'not held'), count(own, 'undecided')].join(', ');
  return `| ${number}. ${text} | ${verdict} | ${counts} | ${figure} |`;
}

/** Where each claim holds, if there are several data sets or models: a column for each. */
function settingsTable(
  findings: readonly Finding[],
  variants: readonly VariantEvidence[],
): readonly string[] {
  const settings = [...new Set(variants.map(({ setting }) => setting))];
  if (settings.length < 2) return [];
  const cell = (claim: Claim, setting: string): string =>
    together(of(claim, findings).filter((finding) => finding.setting === setting));
  return [
    `| claim | ${settings.join(' | ')} |`,
    `| --- |${' --- |'.repeat(settings.length)}`,
    ...claims.map(
      (claim) => `| ${claim.number} | ${settings.map((each) => cell(claim, each)).join(' | ')} |`,
    ),
    '',
  ];
}

function section({ number, text, measured }: Claim, own: readonly Finding[]): readonly string[] {
  const heading = [`## ${number}. ${text}`, ''];
  if (own.length === 0) return [...heading, 'Not tested: this pipeline has no runs to test it on.'];
  const variants = [...new Set(own.map(({ variant }) => variant))];
  return [
    ...heading,
    ...variants.map((variant) => inALine(own.filter((finding) => finding.variant === variant))),
    '',
    measured,
    '',
    '| runs | statistic | value | interval | holds if | verdict |',
    '| --- | --- | ---: | --- | --- | --- |',
    ...own.map(row),
  ];
}

/** Statistics that are listed one by one; more are counted. */
const FEW = 4;

function inALine(all: readonly Finding[]): string {
  const own = all.filter(({ verdict }) => verdict !== null);
  const variant = own[0]!.variant;
  const verdict = together(own);
  const valueOf = ({ interval }: Finding): string => (interval ? rounded(interval.value) : 'not defined');
  if (own.length <= FEW) {
    const values = own.map((finding) => `${finding.statistic} ${valueOf(finding)}`).join('; ');
    return `- **${variant}: ${verdict}.** ${values}.`;
  }
  const counts = `${count(own, 'held')} of ${own.length} hold, ${count(own, 'not held')} fail`;
  const wrong = ({ rule, interval }: Finding): number =>
    interval ? violation(rule, interval.value) : -Infinity;
  const furthest = own.reduce((a, b) => (wrong(b) > wrong(a) ? b : a));
  const where = wrong(furthest) > 0 ? 'furthest from holding' : 'nearest to failing';
  return `- **${variant}: ${verdict}.** ${counts}; ${where}: ${furthest.statistic} ${valueOf(furthest)}.`;
}

function row({ variant, statistic, interval, rule, verdict }: Finding): string {
  const numbers = interval ? `${rounded(interval.value)} | ${ranged(interval)}` : 'not defined |';
  return `| ${variant} | ${statistic} | ${numbers} | ${describeRule(rule)} | ${verdict ?? ''} |`;
}
