import { claims } from './claims.ts';
import type { VariantEvidence } from './evidence.ts';
import { examineClaims } from './examine.ts';
import { type Choice, filled, otherGroups, otherReferences, otherRuns } from './other-choices.ts';
import type { ClaimsParams } from './parameters.ts';
import { type Finding, together, type Verdict } from './verdict.ts';

/** What a claim's primary statistic comes to under a rule. */
export interface SensitivityCell {
  readonly claim: number;
  /** Null where the rule has no say in it, or it is not tested. */
  readonly verdict: Verdict | null;
  readonly value: number | null;
  /** Whether the verdict is another than under what the study declares. */
  readonly changed: boolean;
}

export interface SensitivityRow {
  readonly rule: string;
  readonly setting: string;
  readonly cells: readonly SensitivityCell[];
}

export type Sensitivity = readonly SensitivityRow[];

/** What every claim's verdict is under other choices than the study's own, one at a time. */
export function examineSensitivity(
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
  declared: readonly Finding[],
): Sensitivity {
  const examined = ({ rule, variants: other, params: changed, without = [], shared = false }: Choice) => ({
    rule,
    shared,
    findings: examineClaims(other, changed).filter(({ claim }) => !without.includes(claim.id)),
  });
  const references = otherReferences(variants, params).map(examined);
  const bootstrap = examineClaims(variants, params, 'bca');
  const rules = [
    { rule: 'as declared', shared: false, findings: declared },
    ...references,
    ...otherGroups(variants, params).map(examined),
    examined(filled(variants, params)),
    { rule: 'bias-corrected bootstrap instead of t', shared: false, findings: bootstrap },
    ...otherRuns(variants, params).map(examined),
  ];
  const settings = [...new Set(declared.filter(({ primary }) => primary).map(({ setting }) => setting))];
  return settings.flatMap((setting) => {
    const base = cellsOf(declared, setting, null);
    const [ofShared = base] = references.map(({ findings }) => cellsOf(findings, setting, null));
    return rules
      .map(({ rule, shared, findings }, at) => ({
        rule,
        setting,
        // The first of those is the declared rule itself: what fewer images change is told there.
        cells: cellsOf(findings, setting, shared && at > 1 ? ofShared : base),
      }))
      .filter(({ cells }) => cells.some(({ verdict }) => verdict !== null));
  });
}

function cellsOf(
  findings: readonly Finding[],
  setting: string,
  base: readonly SensitivityCell[] | null,
): readonly SensitivityCell[] {
  return claims.map((claim, at): SensitivityCell => {
    const own = findings.filter(
      (finding) => finding.claim === claim && finding.primary && finding.setting === setting,
    );
    const verdict = own.length > 0 ? together(own) : null;
    const value = own.length === 1 ? (own[0]!.estimate?.value ?? null) : null;
    const changed = verdict !== null && base !== null && base[at]!.verdict !== verdict;
    return { claim: claim.number, verdict, value, changed };
  });
}
