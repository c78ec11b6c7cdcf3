import { holm } from '../statistics/hypothesis-tests.ts';
import {
  detectable,
  equivalencePower,
  FEWEST_SEEDS,
  power,
  seedsFor,
  type TestPlan,
} from '../statistics/power.ts';
import type { Found, IntervalRule } from './finding.ts';
import type { ClaimsParams } from './parameters.ts';
import { distance, type Rule, type Side, sideOf } from './rule.ts';

export type Verdict = Side | 'undecided';

/** How sure a number of seeds makes, in the statistic's own unit. */
export interface Reach {
  readonly seeds: number;
  /** The least difference from the rule's line that is seen with the power planned for. */
  readonly difference: number;
}

/** Why nothing is decided. */
export type Open =
  | { readonly reason: 'no-values' }
  | { readonly reason: 'nothing-after-stopping'; readonly runs: number }
  | {
      readonly reason: 'too-few-seeds' | 'unsure';
      readonly seeds: number;
      /** Standard deviation between seeds; null where one seed does not tell. */
      readonly deviation: number | null;
      /** With as many seeds as there are, three at least; in standard deviations where those are not known. */
      readonly reach: readonly Reach[];
      /** How many seeds would decide what was seen; null where a thousand would not, or nothing is known. */
      readonly needed: number | null;
    };

export interface Finding extends Found {
  /** Null for a number that is given. */
  readonly verdict: Verdict | null;
  readonly open: Open | null;
  /** p of its argument; of secondary statistics corrected for the number of them (Holm). */
  readonly p: number | null;
}

/** Judges all statistics of one claim: primary ones by themselves, secondary ones corrected for their number. */
export function judge(
  all: readonly Found[],
  params: ClaimsParams,
  by: IntervalRule = 't',
): readonly Finding[] {
  const judged = (found: Found): boolean => found.rule !== null && hopeless(found) === null;
  const secondary = all.filter((found) => !found.primary && judged(found) && found.argument !== null);
  const corrected = holm(secondary.map(({ argument }) => argument!.p));
  return all.map((found): Finding => {
    const place = secondary.indexOf(found);
    const p = place >= 0 ? corrected[place]! : (found.argument?.p ?? null);
    if (found.rule === null) return { ...found, verdict: null, open: null, p: null };
    const open = hopeless(found) ?? tooFew(found, found.rule, params);
    if (open) return { ...found, verdict: 'undecided', open, p };
    const side =
      found.primary && by === 'bca' ? sideOf(found.rule, found.interval!) : bySurety(found, p!, params);
    if (side) return { ...found, verdict: side, open: null, p };
    return { ...found, verdict: 'undecided', open: unsure(found, found.rule, params), p };
  });
}

function bySurety({ argument }: Found, p: number, { level }: ClaimsParams): Side | null {
  return argument && p <= 1 - level ? argument.side : null;
}

/** Why no number of further seeds would help as things are; null where it might. */
function hopeless({ estimate, runs, runsWithoutLate }: Found): Open | null {
  if (runs > 0 && runsWithoutLate === runs) return { reason: 'nothing-after-stopping', runs };
  return estimate ? null : { reason: 'no-values' };
}

function tooFew(found: Found, rule: Rule, params: ClaimsParams): Open | null {
  const { seeds, error } = found.estimate!;
  return seeds < FEWEST_SEEDS || error === null
    ? { reason: 'too-few-seeds', ...prospects(found, rule, params) }
    : null;
}

function unsure(found: Found, rule: Rule, params: ClaimsParams): Open {
  return { reason: 'unsure', ...prospects(found, rule, params) };
}

/** Numbers of seeds that it is said of what they would see. */
const USUAL_SEEDS = [FEWEST_SEEDS, 5, 10];

function prospects({ estimate }: Found, rule: Rule, params: ClaimsParams) {
  const { seeds, error, value } = estimate!;
  const plan: TestPlan = { alpha: (1 - params.level) / 2, power: params.power };
  const of = rule.direction === 'within' ? equivalencePower : power;
  const deviation = error === null || error === 0 ? null : error * Math.sqrt(seeds);
  const counts = deviation === null || seeds < FEWEST_SEEDS ? USUAL_SEEDS : [seeds];
  const reach = counts.map((count) => ({
    seeds: count,
    difference: (deviation ?? 1) * detectable(count, plan, of),
  }));
  const aimed =
    rule.direction === 'within' && Math.abs(value) < rule.margin ? rule.margin : distance(rule, value);
  const needed = deviation === null ? null : seedsFor(aimed / deviation, plan, of);
  return { seeds, deviation, reach, needed };
}

/** The verdict of a claim in some runs: that of its primary statistics there, if they agree. */
export function together(findings: readonly Pick<Finding, 'primary' | 'verdict'>[]): Verdict {
  const verdicts = new Set(findings.flatMap(({ primary, verdict }) => (primary && verdict ? [verdict] : [])));
  const [only] = verdicts;
  return verdicts.size === 1 ? only! : 'undecided';
}

export function count(findings: readonly Finding[], verdict: Verdict): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}
