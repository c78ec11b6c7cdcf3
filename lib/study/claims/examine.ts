import type { Claim } from './claim.ts';
import { claims } from './claims.ts';
import type { VariantEvidence } from './evidence.ts';
import { find, type Found, type IntervalRule } from './finding.ts';
import type { ClaimsParams } from './parameters.ts';
import type { Question } from './sample.ts';
import { type Finding, judge } from './verdict.ts';

/** Every statistic of every claim, judged, in the order of the claims. */
export function examineClaims(
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
  by: IntervalRule = 't',
): readonly Finding[] {
  return claims.flatMap((claim) => examineClaim(claim, variants, params, by));
}

/** Every statistic of one claim, judged. */
export function examineClaim(
  claim: Claim,
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
  by: IntervalRule = 't',
): readonly Finding[] {
  return judge(findAll(claim, variants, params, by), params, by);
}

function findAll(
  claim: Claim,
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
  by: IntervalRule,
): readonly Found[] {
  const decides = decidingRuns(variants, params);
  const primary = params.primary[claim.id];
  const found = (
    questions: readonly Question[],
    asked: readonly VariantEvidence[],
    { name, setting }: Pick<VariantEvidence, 'name' | 'setting'>,
    deciding: boolean,
  ): readonly Found[] => {
    const runs = asked.flatMap((variant) => variant.runs);
    const runsWithoutLate = runs.filter((run) => !claim.isIn(run)).length;
    const place = { claim, variant: name, setting, runs: runs.length, runsWithoutLate };
    return questions.map((question) => {
      const isPrimary = deciding && question.name === primary?.statistic;
      const rule = isPrimary ? { direction: primary.direction, margin: primary.margin } : null;
      return find(question, place, rule, params, by);
    });
  };
  const { ask, askBoth } = claim;
  const single = variants.flatMap((variant) =>
    ask ? found(ask(variant, params), [variant], variant, decides(variant)) : [],
  );
  const double = pairsOf(variants).flatMap(([without, withIt]) => {
    const { setting } = without;
    const name = setting === '' ? 'both' : `${setting}, both`;
    return askBoth ? found(askBoth(without, withIt), [without, withIt], { name, setting }, true) : [];
  });
  return [...single, ...double];
}

/** Variants of one setting, without augmentation and with it. */
function pairsOf(variants: readonly VariantEvidence[]): (readonly [VariantEvidence, VariantEvidence])[] {
  return [...new Set(variants.map(({ setting }) => setting))].flatMap((setting) => {
    const inIt = variants.filter((variant) => variant.setting === setting);
    const without = inIt.find(({ point }) => point.augment === false);
    const withIt = inIt.find(({ point }) => point.augment === true);
    return without && withIt ? [[without, withIt] as const] : [];
  });
}

/** Whether a variant's runs are those that decide: on each axis of `claims.runs` that has several values. */
export function decidingRuns(
  variants: readonly VariantEvidence[],
  { runs }: ClaimsParams,
): (variant: VariantEvidence) => boolean {
  const wanted = Object.entries(runs).filter(
    ([axis]) => new Set(variants.map(({ point }) => point[axis])).size > 1,
  );
  return ({ point }) => wanted.every(([axis, value]) => point[axis] === value);
}

/** Of a primary that no statistic answers to: the names there are to choose from. */
export interface UnknownPrimary {
  readonly claim: string;
  readonly statistic: string | null;
  readonly known: readonly string[];
}

/** Primaries that name a claim, or a statistic of it, that there is not. */
export function unknownPrimaries(
  findings: readonly Finding[],
  { primary }: ClaimsParams,
): readonly UnknownPrimary[] {
  return Object.entries(primary).flatMap(([id, { statistic }]): UnknownPrimary[] => {
    if (!claims.some((claim) => claim.id === id))
      return [{ claim: id, statistic: null, known: claims.map((claim) => claim.id) }];
    const known = [
      ...new Set(findings.filter(({ claim }) => claim.id === id).map((found) => found.statistic)),
    ];
    // A claim that nothing was asked of, for want of masks or of pairs, has no names to compare with.
    return known.length === 0 || known.includes(statistic) ? [] : [{ claim: id, statistic, known }];
  });
}
