import type { Columns } from 'pipewright/arrow';
import { describeRule } from './rule.ts';
import type { Finding } from './verdict.ts';

/** One row per statistic. */
export function findingColumns(findings: readonly Finding[]): Columns {
  const text = (of: (finding: Finding) => string | null) => ({
    type: 'utf8' as const,
    values: findings.map(of),
  });
  const float = (of: (finding: Finding) => number | null | undefined) => ({
    type: 'float64' as const,
    values: findings.map((finding) => of(finding) ?? null),
  });
  const whole = (of: (finding: Finding) => number) => ({ type: 'int32' as const, values: findings.map(of) });
  return {
    claim: whole(({ claim }) => claim.number),
    id: text(({ claim }) => claim.id),
    text: text(({ claim }) => claim.text),
    measured: text(({ claim }) => claim.measured),
    variant: text(({ variant }) => variant),
    statistic: text(({ statistic }) => statistic),
    primary: { type: 'bool', values: findings.map(({ primary }) => primary) },
    rule: text(({ rule }) => rule && describeRule(rule)),
    direction: text(({ rule }) => rule && rule.direction),
    margin: float(({ rule }) => rule?.margin),
    value: float(({ estimate }) => estimate?.value),
    low: float(({ interval }) => interval?.low),
    high: float(({ interval }) => interval?.high),
    error: float(({ estimate }) => estimate?.error),
    degrees: float(({ estimate }) => estimate?.degrees),
    p: float((finding) => finding.p),
    seeds: whole(({ estimate }) => estimate?.seeds ?? 0),
    images: whole(({ estimate }) => estimate?.images ?? 0),
    classes: whole(({ classes }) => classes),
    left_out: whole(({ leftOut }) => leftOut),
    value_with_zeros: float(({ filled }) => filled),
    verdict: text(({ verdict }) => verdict),
    open: text(({ open }) => open && open.reason),
    seeds_needed: float(({ open }) => (open && 'needed' in open ? open.needed : null)),
    figure: text(({ claim }) => claim.figure),
  };
}
