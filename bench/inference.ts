/**
 * Are the intervals as sure as they say? Worlds whose truth is known are drawn again and again, and it is counted how
 * often each rule's interval covers it: 93 to 97 of 100 are wanted of intervals of 95 %; how often the tests say yes;
 * and, of made-up studies, how often each claim is held and not held where it is true, false, or on its line.
 *
 *   npm run bench:inference -- [--worlds 2000] [--studies 400] [--seeds 3,5,10] [--claims drift,steady]
 */
import { parseArgs } from 'node:util';
import { draws } from '../lib/study/random.ts';
import { estimate } from '../lib/study/statistics/estimate.ts';
import { bootstrapInterval, type Interval, tInterval } from '../lib/study/statistics/interval.ts';
import { claimRates } from './inference/claim-rates.ts';
import { testRates } from './inference/test-rates.ts';
import { type World, worlds } from './inference/worlds.ts';

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '2000' },
    studies: { type: 'string', default: '400' },
    seeds: { type: 'string', default: '3,5,10' },
    /** Of which claims rates are counted, by their ids; all by default. */
    claims: { type: 'string', default: '' },
  },
});
const times = Number(values.worlds);
const counts = values.seeds.split(',').map(Number);
const only = values.claims.split(',').filter((id) => id !== '');
const level = 0.95;

type Rule = (world: World, units: ReturnType<World['draw']>) => Interval | null;

const rules: Readonly<Record<string, Rule>> = {
  t: ({ statistic }, units) => tInterval(estimate(units, statistic)!, level),
  'BCa bootstrap': ({ statistic }, units) =>
    bootstrapInterval(units, statistic, estimate(units, statistic)!, { level, resamples: 400 }),
};

/** Share of worlds whose truth the rule's interval covers, and its mean width. */
function coverage(world: World, rule: Rule, seeds: number): string {
  let covered = 0;
  let width = 0;
  for (let index = 0; index < times; index++) {
    const found = rule(world, world.draw(seeds, draws({ seed: 7, purpose: world.name, index })));
    if (!found) continue;
    if (found.low <= world.truth && world.truth <= found.high) covered++;
    width += found.high - found.low;
  }
  return `${((100 * covered) / times).toFixed(1)} (${(width / times).toFixed(3)})`;
}

const header = (title: string): string =>
  `| ${title} | ${counts.map((count) => `${count} seeds`).join(' | ')} |\n| --- |${' ---: |'.repeat(counts.length)}`;

/** What a share counted so often is uncertain by: its standard error, in points. */
const uncertain = (percent: number, of: number): string =>
  `${percent} % is known to ±${Math.sqrt((percent * (100 - percent)) / of).toFixed(1)} (a standard error)`;

console.log(
  `Coverage in % of ${times} worlds, and mean width; intervals of 95 %. ${uncertain(95, times)}.\n`,
);
for (const [name, rule] of Object.entries(rules)) {
  console.log(header(name));
  for (const world of worlds)
    console.log(`| ${world.name} | ${counts.map((count) => coverage(world, rule, count)).join(' | ')} |`);
  console.log('');
}
console.log(`How often tests say yes, in %; beside it how often they should.\n\n${header('test')}`);
for (const row of testRates(counts, times)) console.log(row);
const studies = Number(values.studies);
for (const seeds of counts) {
  console.log(
    `\nClaims of ${studies} made-up studies of ${seeds} seeds: held, not held, in %, by the true value. ` +
      `${uncertain(2.5, studies)}, ${uncertain(50, studies)}.\n`,
  );
  console.log(
    '| claim | true | on its line (either is a false alarm: 2.5 each) | false |\n| --- | ---: | ---: | ---: |',
  );
  for (const row of claimRates(seeds, studies, only)) console.log(row);
}
