// Makes docs/results.md anew from what the profiles `long` and `long-decayed` have left:
//   npm run results -- artifacts/long artifacts/long-decayed
// What has to be written by hand is named: words about another horizon, and numbers that no table has any longer.
import { readFileSync, writeFileSync } from 'node:fs';
import { withResults } from './docs/results.ts';
import { horizonsOf, takeResults, unfounded } from './docs/take-results.ts';

const [long, decayed] = process.argv.slice(2);
if (long === undefined || decayed === undefined) {
  console.error('usage: npm run results -- <artifacts of long> <artifacts of long-decayed>');
  process.exit(2);
}
const page = 'docs/results.md';
const claims = (name: string): string => readFileSync(`docs/results/${name}.md`, 'utf8');
const [before] = horizonsOf(claims('both'));
const refused = await takeResults({ long, decayed }, 'docs/results');
if (refused.length > 0) {
  for (const reason of refused) console.error(reason);
  process.exit(1);
}
writeFileSync(page, await withResults(page));
const [now] = horizonsOf(claims('both'));
console.log(`${page} and docs/results/ are of ${now} epochs; before they were of ${before}.`);

/** Other files whose words are of these results. */
const others = [
  'README.md',
  'pipeline.yaml',
  'docs/second-answer.md',
  'docs/study.md',
  'docs/replication.md',
];
if (before !== now)
  for (const file of [page, ...others])
    for (const [at, line] of readFileSync(file, 'utf8').split('\n').entries())
      if (new RegExp(`\\b${before}\\b`).test(line) && !/^\s*[|<]/.test(line))
        console.log(`${file}:${at + 1} speaks of ${before} epochs: ${line.trim().slice(0, 100)}`);
const [words] = readFileSync(page, 'utf8').split('## What of the fall');
for (const number of unfounded(words!.split('## What came out')[1]!, [claims('both'), claims('decayed')]))
  console.log(`${page} says ${number}, which no table has`);
console.log('README.md has its gist in words, under "The study".');
