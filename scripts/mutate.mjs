// Changes the code of a folder, one small piece at a time, and runs the tests beside it: a change that no test notices is
// something that no test states. `npm run mutate -- lib/pipe/plan`. Takes minutes, and is part of no other check.
// `--sample 200` makes as many changes of a folder, drawn by chance, and says between which bounds the share of all lies;
// `--seed 2` draws others.
// `npm run mutate -- --named` makes the changes of test/named-mutants.yaml instead, each of which a test named there notices;
// with a text behind it, those whose names hold that.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { isListed, LIVING } from './living-mutants.mjs';

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
const NAMED = 'test/named-mutants.yaml';

const cache = 'node_modules/.cache/mutate';
const asked = process.argv.slice(2);
const [sample, seed] = [taken('--sample'), taken('--seed') ?? 1];
if (asked[0] === '--named') process.exit(named(asked[1] ?? '') > 0 ? 1 : 0);
mkdirSync(cache, { recursive: true });
if (!existsSync('node_modules/@stryker-mutator/vitest-runner'))
  run('npm', ['install', '--no-save', ...STRYKER]);

let found = 0;
for (const place of asked.length > 0 ? asked : FOLDERS) found += survivors(place);
process.exit(found > 0 ? 1 : 0);

/** The number behind an option, taken from what was asked; null where the option is not there. */
function taken(option) {
  const at = asked.indexOf(option);
  if (at < 0) return null;
  const [, number] = asked.splice(at, 2);
  if (!/^[1-9]\d*$/.test(number ?? '')) throw new Error(`${option} takes a number from 1 on`);
  return Number(number);
}

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
  // Of a folder’s own, so that two folders can be tried beside each other.
  const own = `${cache}/${folder.replaceAll('/', '-')}`;
  const [report, config] = [`${own}.json`, `${own}.settings.json`];
  const runners = Number(process.env['MUTATE_CONCURRENCY'] ?? 2);
  const settings = {
    testRunner: 'vitest',
    plugins: [
      '@stryker-mutator/vitest-runner',
      ...['./living-mutants.mjs', './mutants-sample.mjs'].map((file) => import.meta.resolve(file)),
    ],
    checkers: sample === null ? [] : ['sample'],
    mutate: [place === folder ? `${folder}/**/*.ts` : place],
    symlinkNodeModules: true,
    tempDirName: `${own}.sandbox`,
    ignorePatterns: ['/artifacts', '/cache', '/docs'],
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    // What was tried and has not changed since, its tests included, is not tried again.
    incremental: sample === null,
    incrementalFile: `${own}.tried.json`,
    // Of the two for a sample, one draws it, and only one can: each other would draw its own.
    concurrency: sample === null ? runners : 2,
    // A busy machine is no loop without an end.
    timeoutMS: 20_000,
    timeoutFactor: 3,
    disableTypeChecks: true,
    vitest: { related: false },
    reporters: ['progress-append-only', 'json', 'tell'],
    jsonReporter: { fileName: report },
  };
  writeFileSync(config, JSON.stringify(settings));
  const tests = `${folder.replace(/^lib/, 'test')}/**/*.test.ts`;
  const told = { MUTATED_TESTS: tests, SAMPLE: String(sample), SAMPLE_SEED: String(seed) };
  run('npx', ['stryker', 'run', config], { ...process.env, ...told });
  return counted(JSON.parse(readFileSync(report, 'utf8')));
}

function counted({ files }) {
  const noticed = { killed: 0, late: 0, listed: 0, not: 0, undrawn: 0 };
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n');
    for (const mutant of mutants) {
      const { status } = mutant;
      if (status === 'Killed') noticed.killed += 1;
      if (status === 'Timeout') noticed.late += 1;
      if (status === 'CompileError') noticed.undrawn += 1;
      if (status === 'Survived' || status === 'NoCoverage')
        noticed[isListed(file, lines, mutant) ? 'listed' : 'not'] += 1;
    }
  }
  console.log(summary(noticed));
  console.log(`${noticed.not} changes that no test notices; those that may live are listed in ${LIVING}`);
  return noticed.not;
}

/** Those that may live count as not noticed. */
function summary({ killed, late, listed, not, undrawn }) {
  const yes = killed + late;
  const all = yes + listed + not;
  if (all === 0) throw new Error('no change was tried');
  const bounds =
    undrawn === 0 ? '' : `, ${interval(yes, all, all + undrawn)} of some ${all + undrawn} at a level of 95 %`;
  return `${yes} of ${all} changes are noticed (${percent(yes / all)}${bounds}), ${late} of them by time-out; ${listed} that are not may live`;
}

/** Wilson’s, for a share of a sample that was drawn, without putting back, from a known number. */
function interval(yes, drawn, whole) {
  const size = (drawn * (whole - 1)) / (whole - drawn);
  const share = yes / drawn;
  const z = 1.96;
  const middle = (share + z ** 2 / (2 * size)) / (1 + z ** 2 / size);
  const half = (z * Math.sqrt((share * (1 - share)) / size + z ** 2 / (4 * size ** 2))) / (1 + z ** 2 / size);
  return `${percent(middle - half)} to ${percent(middle + half)}`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function run(command, args, env = process.env) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
}
