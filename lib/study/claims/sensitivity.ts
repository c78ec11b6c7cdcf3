import { claims } from './claims.ts';
import type { RunEvidence, Scored, VariantEvidence } from './evidence.ts';
import { examineClaims } from './examine.ts';
import type { ClaimsParams } from './parameters.ts';
import { rebased, stopBy } from './rebase.ts';
import { type Finding, together, type Verdict } from './verdict.ts';

/** What a claim's primary statistic comes to under a rule. */
export interface SensitivityCell {
  readonly claim: number;
  /** Null where it is not tested. */
  readonly verdict: Verdict | null;
  readonly value: number | null;
  /** Whether the verdict is another than under the rule that the study declares. */
  readonly changed: boolean;
}

export interface SensitivityRow {
  readonly rule: string;
  readonly setting: string;
  /** Null where the study lacks what the rule needs. */
  readonly cells: readonly SensitivityCell[] | null;
}

export type Sensitivity = readonly SensitivityRow[];

type Examine = () => readonly Finding[] | null;

/** What every claim's verdict is under other choices than the study's own, one at a time. */
export function examineSensitivity(
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
  declared: readonly Finding[],
  /** Of the study's own early stopping. */
  patience: number,
): Sensitivity {
  const other = (changed: readonly VariantEvidence[] | null) => changed && examineClaims(changed, params);
  const rules: readonly (readonly [rule: string, examine: Examine])[] = [
    ['as declared', () => declared],
    ...params.sensitivity.patience
      .filter((epochs) => epochs !== patience)
      .map(
        (epochs) =>
          [
            `early stopping with a patience of ${epochs}`,
            () => other(rebased(variants, (run) => stopBy(run, { patience: epochs, window: 1 }))),
          ] as const,
      ),
    [
      `early stopping by the mean loss of ${params.sensitivity.window} epochs`,
      () => other(rebased(variants, (run) => stopBy(run, { patience, window: params.sensitivity.window }))),
    ],
    ['undefined similarities as 0', () => other(filled(variants))],
    ['bias-corrected bootstrap instead of t', () => examineClaims(variants, params, 'bca')],
    ...otherRuns(variants, params),
  ];
  const settings = [...new Set(declared.filter(({ primary }) => primary).map(({ setting }) => setting))];
  return settings.flatMap((setting) => {
    const base = cellsOf(declared, setting, null);
    return rules.map(([rule, examine]) => {
      const found = examine();
      return { rule, setting, cells: found && cellsOf(found, setting, base) };
    });
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
    return { claim: claim.number, verdict, value, changed: base !== null && base[at]!.verdict !== verdict };
  });
}

/** The same statistics of the runs that `claims.runs` does not name: one axis turned to another value at a time. */
function otherRuns(
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
): readonly (readonly [string, Examine])[] {
  return Object.entries(params.runs).flatMap(([axis, declared]) => {
    const values = new Set(variants.map(({ point }) => point[axis]));
    if (values.size < 2) return [];
    return [...values].flatMap((value) =>
      value === declared || value === undefined
        ? []
        : [
            [
              `runs with ${axis}=${value}`,
              () => examineClaims(variants, { ...params, runs: { ...params.runs, [axis]: value } }),
            ] as const,
          ],
    );
  });
}

function filled(variants: readonly VariantEvidence[]): readonly VariantEvidence[] {
  const zeros = <S extends Scored>(scores: readonly S[]): readonly S[] =>
    scores.map((row) => ({
      ...row,
      mssim: row.mssim ?? 0,
      spearman: row.spearman ?? 0,
      spearmanEq8: row.spearmanEq8 ?? 0,
    }));
  const ofRun = (run: RunEvidence): RunEvidence => ({
    ...run,
    checkpoints: run.checkpoints.map(({ epoch, scores }) => ({ epoch, scores: zeros(scores) })),
    pairs: run.pairs.map((pair) => ({ ...pair, scores: zeros(pair.scores) })),
    floor: zeros(run.floor),
    lateFloor: zeros(run.lateFloor),
    untrained: zeros(run.untrained),
  });
  return variants.map((variant) => ({ ...variant, runs: variant.runs.map(ofRun) }));
}
