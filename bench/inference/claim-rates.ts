import { claims } from '../../lib/study/claims/claims.ts';
import { examineClaim } from '../../lib/study/claims/examine.ts';
import { together, type Verdict } from '../../lib/study/claims/verdict.ts';
import {
  asInThePaper,
  COVERED,
  params,
  studyOf,
  variant,
  type World,
} from '../../test/study/claims/world.ts';

/** A claim's line, how far beside it worlds are made, and the world whose primary statistic has a true value. */
interface Line {
  readonly line: number;
  /** Which side of the line is that of the claim: 1 above, -1 below, 0 apart or within. */
  readonly side: 1 | -1 | 0;
  readonly step: number;
  readonly at: (value: number) => Partial<World>;
}

const last = (saliency: number, guided = 0.8): Pick<World, 'last'> => ({
  last: { saliency, 'guided-backpropagation': guided },
});

/** Seeds that differ by 0.06, and images by 0.15 about their seed. */
const base: World = { ...asInThePaper, ...last(0.3), seedSpread: 0.06, imageSpread: 0.15 };

const lines: Readonly<Record<string, Line>> = {
  'late-training': { line: 0, side: -1, step: 0.15, at: (v) => ({ error: [v, v] }) },
  augmentation: { line: 0, side: 0, step: 0.2, at: (v) => ({ loss: [0.1 + v, 0.1] }) },
  drift: { line: 0.4, side: -1, step: 0.15, at: (v) => last(v) },
  steady: { line: 0, side: 1, step: 0.2, at: (v) => last(0.3, 0.3 + v) },
  groups: { line: 0.1, side: 0, step: 0.1, at: (v) => ({ groupC: -v }) },
  oscillation: { line: 0, side: 1, step: 0.03, at: (v) => ({ swing: { A: 0.1, B: 0.1, C: 0.1 + v } }) },
  ties: { line: 0.1, side: -1, step: 0.15, at: (v) => last(v) },
  'seed-floor': { line: 0, side: 1, step: 0.15, at: (v) => ({ ...last(0.3), floor: 0.3 + v }) },
  'temporal-floor': { line: 0, side: 1, step: 0.2, at: (v) => ({ ...last(0.3), late: 0.3 + v }) },
  'at-once': { line: 0.5, side: 1, step: 0.2, at: (v) => ({ ...last(0.3), after: 1 - v * 0.7 }) },
  pointing: { line: 0, side: 1, step: 0.25, at: (v) => ({ pointing: COVERED + v }) },
};

/** Shares of made-up studies in which a claim came out as held, and as not held. */
function rates(id: string, value: number, seeds: number, times: number): Readonly<Record<Verdict, number>> {
  const claim = claims.find((one) => one.id === id)!;
  const world = { ...base, ...lines[id]!.at(value) };
  const found = { held: 0, 'not held': 0, undecided: 0 };
  for (let study = 0; study < times; study++) {
    const variants = claim.askBoth ? studyOf(world, seeds, study) : [variant(world, true, seeds, study)];
    found[together(examineClaim(claim, variants, params))] += 1 / times;
  }
  return found;
}

/**
 * Of each claim, how often it is held and not held (in %) where it is true, where it is false, and at its line, where
 * either is a false alarm; of all claims, or of those that are named by their ids.
 */
export function* claimRates(seeds: number, times: number, only: readonly string[]): Generator<string> {
  for (const [id, { line, side, step }] of Object.entries(lines)) {
    if (only.length > 0 && !only.includes(id)) continue;
    const within = id === 'groups';
    const [isTrue, isFalse] = within
      ? [0, line + step]
      : side === 0
        ? [line + step, line]
        : [line + side * step, line - side * step];
    const cells = [isTrue, line, isFalse].map((value) => {
      const found = rates(id, value, seeds, times);
      return `${value.toFixed(2)}: ${(100 * found.held).toFixed(1)}, ${(100 * found['not held']).toFixed(1)}`;
    });
    yield `| ${id} | ${cells.join(' | ')} |`;
  }
}
