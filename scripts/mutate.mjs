// Changes the code of a folder, one small piece at a time, and runs the tests beside it: a change that no test notices is
// something that no test states. `npm run mutate -- lib/pipe/plan`. Takes minutes, and is part of no other check.
// `npm run mutate -- --named` makes the changes of test/named-mutants.yaml instead, each of which a test named there notices;
// with a text behind it, those whose names hold that.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const FOLDERS = [
  'lib/pipe/plan',
  'lib/pipe/store',
  'lib/pipe/execute',
  'lib/study/train',
  'lib/study/similarity',
  'lib/study/statistics',
];
/** Not among the dependencies: who only wants to run things does without. */
const STRYKER = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/vitest-runner@9.6.1'];
const LIVING = 'test/living-mutants.yaml';
const NAMED = 'test/named-mutants.yaml';

const cache = 'node_modules/.cache/mutate';
const asked = process.argv.slice(2);
const living = parse(readFileSync(LIVING, 'utf8')) ?? {};
if (asked[0] === '--named') process.exit(named(asked[1] ?? '') > 0 ? 1 : 0);
mkdirSync(cache, { recursive: true });
if (!existsSync('node_modules/@stryker-mutator/vitest-runner'))
  run('npm', ['install', '--no-save', ...STRYKER]);

let found = 0;
for (const place of asked.length > 0 ? asked : FOLDERS) found += survivors(place);
process.exit(found > 0 ? 1 : 0);

/** How many changes of the table none of their tests notices; prints each. */
function named(part) {
  const table = Object.entries(parse(readFileSync(NAMED, 'utf8'))).filter(([name]) => name.includes(part));
  const tests = new Set(table.flatMap(([, { test }]) => test));
  const whole = vitest([...tests], process.env);
  if (whole.status !== 0) throw new Error(`without any change, tests fail:\n${whole.stdout}`);
  let lived = 0;
  for (const [name, { file, code, becomes, test }] of table) {
    if (readFileSync(file, 'utf8').split(code).length !== 2)
      throw new Error(`${name}: ${file} does not hold this once: ${code}`);
    const MUTANT = JSON.stringify({ file, code, becomes });
    // A file that cannot be loaded any more is noticed by nothing that a test says.
    const dies = /^ *Tests .* failed/m.test(vitest([test].flat(), { ...process.env, MUTANT }).stdout);
    if (!dies) lived += 1;
    console.log(`${dies ? 'noticed' : 'LIVES  '}  ${name}`);
  }
  console.log(`${table.length - lived} of ${table.length} changes are noticed`);
  return lived;
}

function vitest(tests, env) {
  const args = ['vitest', 'run', '--maxWorkers=1', '--bail=1', ...tests];
  return spawnSync('npx', args, { encoding: 'utf8', env: { ...env, NO_COLOR: '1' } });
}

/** How many changes of a folder or a file no test notices, other than those that are listed; prints them. */
function survivors(place) {
  const folder = FOLDERS.find((name) => place === name || place.startsWith(`${name}/`));
  if (folder === undefined) throw new Error(`${place} is in none of ${FOLDERS.join(', ')}`);
  const report = `${cache}/${folder.replaceAll('/', '-')}.json`;
  const config = `${cache}/stryker.json`;
  const settings = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    mutate: [place === folder ? `${folder}/**/*.ts` : place],
    symlinkNodeModules: true,
    tempDirName: `${cache}/sandbox`,
    ignorePatterns: ['/artifacts', '/cache', '/docs'],
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    // What was tried and has not changed since, its tests included, is not tried again.
    incremental: true,
    incrementalFile: `${cache}/${folder.replaceAll('/', '-')}.tried.json`,
    concurrency: 2,
    disableTypeChecks: true,
    vitest: { related: false },
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: report },
  };
  writeFileSync(config, JSON.stringify(settings));
  const tests = `${folder.replace(/^lib/, 'test')}/**/*.test.ts`;
  run('npx', ['stryker', 'run', config], { ...process.env, MUTATED_TESTS: tests });
  return told(JSON.parse(readFileSync(report, 'utf8')));
}

function told({ files }) {
  let count = 0;
  const noticed = { yes: 0, listed: 0 };
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n');
    for (const { status, location, replacement, mutatorName } of mutants) {
      if (status === 'Killed' || status === 'Timeout') noticed.yes += 1;
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      const code = pieceAt(lines, location);
      const known = (living[file] ?? []).some(
        (mutant) => mutant.code === code && (mutant.becomes === undefined || mutant.becomes === replacement),
      );
      if (known) noticed.listed += 1;
      if (known) continue;
      count += 1;
      console.log(`${file}:${location.start.line} ${status} ${mutatorName}\n  - ${code}\n  + ${replacement}`);
    }
  }
  const all = noticed.yes + noticed.listed + count;
  const share = ((100 * noticed.yes) / Math.max(1, all)).toFixed(1);
  console.log(`${noticed.yes} of ${all} changes are noticed (${share} %), ${noticed.listed} may live`);
  console.log(`${count} changes that no test notices; those that may live are listed in ${LIVING}`);
  return count;
}

/** The text of a place, its white space in single blanks. */
function pieceAt(lines, { start, end }) {
  const piece = lines.slice(start.line - 1, end.line);
  piece[piece.length - 1] = piece.at(-1).slice(0, end.column - 1);
  piece[0] = piece[0].slice(start.column - 1);
  return piece.join(' ').replaceAll(/\s+/g, ' ');
}

function run(command, args, env = process.env) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
}
