import { draws } from '../../lib/study/random.ts';
import { type Estimate, estimate, NO_IMAGE } from '../../lib/study/statistics/estimate.ts';
import { equivalencePower, power } from '../../lib/study/statistics/power.ts';
import { holm, pBelow, pWithin } from '../../lib/study/statistics/hypothesis-tests.ts';
import { meanOf, type Unit } from '../../lib/study/statistics/unit.ts';

/** What is asked of a sample, and how often the answer should be yes. */
interface Question {
  readonly name: string;
  /** Where the truth lies, in standard deviations between seeds. */
  readonly truth: number;
  readonly asks: (found: Estimate) => boolean;
  readonly expected: (seeds: number) => number;
}

const alpha = 0.025;
const margin = 2;

const questions: readonly Question[] = [
  {
    name: 'below 0, truth at 0: false alarms',
    truth: 0,
    asks: (found) => pBelow(found, 0)! <= alpha,
    expected: () => alpha,
  },
  {
    name: 'below 0, truth at −1: power',
    truth: -1,
    asks: (found) => pBelow(found, 0)! <= alpha,
    expected: (seeds) => power(seeds, 1, alpha),
  },
  {
    name: 'within ±2, truth at 2: false alarms',
    truth: margin,
    asks: (found) => pWithin(found, margin)! <= alpha,
    expected: () => alpha,
  },
  {
    name: 'within ±2, truth at 0: power',
    truth: 0,
    asks: (found) => pWithin(found, margin)! <= alpha,
    expected: (seeds) => equivalencePower(seeds, margin, alpha),
  },
];

/** Statistics of one claim, none of them true, that share half of their variance. */
const FAMILY = 12;

function sample(seeds: number, valueOf: () => number): Estimate {
  const units = Array.from({ length: seeds }, (_, seed): Unit => ({
    tag: 'x',
    seeds: [seed],
    values: [{ image: NO_IMAGE, value: valueOf() }],
  }));
  return estimate(units, meanOf('x'))!;
}

function share(times: number, purpose: string, ask: (from: ReturnType<typeof draws>) => boolean): number {
  let yes = 0;
  for (let index = 0; index < times; index++) if (ask(draws({ seed: 9, purpose, index }))) yes++;
  return yes / times;
}

const percent = (value: number): string => (100 * value).toFixed(1);

/** How often the tests say yes, and how often they should: a row for each question. */
export function testRates(counts: readonly number[], times: number): readonly string[] {
  const rows = questions.map(({ name, truth, asks, expected }) => {
    const cells = counts.map((seeds) => {
      const found = share(times, name, (from) => asks(sample(seeds, () => truth + from.normal())));
      return `${percent(found)} (${percent(expected(seeds))})`;
    });
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  const family = counts.map((seeds) => {
    const any = (correct: (ps: readonly number[]) => readonly number[]) =>
      share(times, 'family', (from) => {
        const shared = Array.from({ length: seeds }, () => from.normal());
        const ps = Array.from({ length: FAMILY }, () => {
          let seed = 0;
          return pBelow(
            sample(seeds, () => (shared[seed++]! + from.normal()) / Math.SQRT2),
            0,
          )!;
        });
        return correct(ps).some((p) => p <= alpha);
      });
    return `${percent(any(holm))} (at most ${percent(alpha)}; uncorrected ${percent(any((ps) => ps))})`;
  });
  return [...rows, `| any of ${FAMILY} untrue statistics, Holm | ${family.join(' | ')} |`];
}
