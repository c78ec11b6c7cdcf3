/*
 * The questionnaire: which heat maps people prefer, those at early stopping or late ones (docs/survey.md).
 *
 *   npm run survey -- make
 *   npm run survey -- make --where augment=true --methods grad-cam --pairs 20 --out survey-2
 *   npm run survey -- analyse answers/
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readSheets } from '../lib/study/survey/answers.ts';
import { surveyPage } from '../lib/study/survey/html.ts';
import { surveyKey, type SurveyKey } from '../lib/study/survey/key.ts';
import { type Made, makeSurvey } from '../lib/study/survey/make.ts';
import { observe } from '../lib/study/survey/observations.ts';
import { surveyPower } from '../lib/study/survey/power.ts';
import { writeResults } from '../lib/study/survey/results-file.ts';
import { resultsOf } from '../lib/study/survey/results.ts';
import { resultsText, textTable } from '../lib/study/survey/text.ts';
import { percent } from '../lib/study/survey/written.ts';

const USAGE = `npm run survey -- make [--artifacts artifacts] [--where AXIS=VALUE]… [--methods A,B] [--pairs 10]
           [--repeats 4] [--catches 4] [--classes 4] [--choices 4] [--seed N] [--out survey] [--force]
       npm run survey -- analyse FOLDER [--key survey/key.json]… [--out survey/results.arrow]`;

const LEVEL = 0.95;

// npm runs scripts in the project's directory, wherever the user stands.
const from = process.env.INIT_CWD ?? process.cwd();
const at = (path: string): string => resolve(from, path);

function whole(text: string, option: string, least = 0): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${option} takes a whole number from ${least} on; got ${text}`);
}

function placeOf(text: string): [axis: string, value: string] {
  const [, axis, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (axis === undefined || value === undefined)
    throw new Error(`--where takes AXIS=VALUE, augment=true say; got ${text}`);
  return [axis, value];
}

/** Who would be asked: what the design can tell with as many. */
const PEOPLE = [5, 10, 20, 40];

function powerText(pairs: readonly number[]): string {
  const [each, all] = [Math.min(...pairs), pairs.reduce((a, b) => a + b, 0)];
  const sizes = each === all ? [all] : [each, all];
  const head = sizes.flatMap((items) => [60, 70].map((share) => `${share} %, ${items} pairs`));
  const rows = PEOPLE.map((people) => [
    String(people),
    ...sizes.flatMap((items) =>
      [0.6, 0.7].map((preference) => percent(surveyPower({ people, items, preference }, LEVEL))),
    ),
  ]);
  return textTable(['people', ...head], rows);
}

function madeText({ methods, pairs, leftOut, page, key }: Made): string {
  const counts = methods.map((method) => {
    const { mislabelled, empty, same } = leftOut.get(method)!;
    return `  ${method}: ${pairs.get(method)!} pairs; left out: ${mislabelled} whose label is not what was drawn, ${empty} with an empty map, ${same} whose maps are the same`;
  });
  const runs = key.runs.map(
    ({ point, early, late }) =>
      `  ${Object.entries(point)
        .map(([axis, value]) => `${axis}=${value}`)
        .join(',')}: epoch ${early} against ${late}`,
  );
  return [`survey ${page.survey}, ${page.trials.length} questions, of these runs:`, ...runs, ...counts].join(
    '\n',
  );
}

const makeOptions = {
  artifacts: { type: 'string', default: 'artifacts' },
  where: { type: 'string', multiple: true, default: [] as string[] },
  methods: { type: 'string', default: '' },
  pairs: { type: 'string', default: '10' },
  repeats: { type: 'string', default: '4' },
  catches: { type: 'string', default: '4' },
  classes: { type: 'string', default: '4' },
  choices: { type: 'string', default: '4' },
  seed: { type: 'string' },
  out: { type: 'string', default: 'survey' },
  force: { type: 'boolean', default: false },
} as const;

async function make(args: string[]): Promise<string> {
  const { values } = parseArgs({ args, options: makeOptions });
  const [page, key] = [at(join(values.out, 'page/index.html')), at(join(values.out, 'key.json'))];
  if (existsSync(key) && !values.force)
    throw new Error(
      `${join(values.out, 'key.json')} is there: without it, answers to its survey say nothing. --out names another folder; --force puts a new survey in its place`,
    );
  const made = await makeSurvey({
    artifacts: at(values.artifacts),
    where: Object.fromEntries(values.where.map(placeOf)),
    methods: values.methods.split(',').filter((name) => name !== ''),
    counts: {
      pairs: whole(values.pairs, 'pairs', 1),
      repeats: whole(values.repeats, 'repeats'),
      catches: whole(values.catches, 'catches'),
      classes: whole(values.classes, 'classes'),
    },
    choices: whole(values.choices, 'choices', 2),
    seed: values.seed === undefined ? null : whole(values.seed, 'seed'),
  });
  // Said before anybody is asked.
  console.log(madeText(made));
  console.log(
    `\nHow many of 100 such studies would tell a preference of 60 or 70 % from none, by how many answer, for a method and for all:\n${powerText([...made.pairs.values()])}`,
  );
  console.log('docs/survey.md says what is assumed.\n');
  const html = await surveyPage(made.page, process.cwd());
  await mkdir(at(join(values.out, 'page')), { recursive: true });
  await writeFile(page, html);
  await writeFile(key, `${JSON.stringify(made.key, null, 2)}\n`);
  return `${join(values.out, 'page/index.html')}: ${Math.round(html.length / 1000)} kB, for those who answer\n${join(values.out, 'key.json')}: which side is which; keep it apart`;
}

async function readKey(path: string): Promise<SurveyKey> {
  const text = await readFile(at(path), 'utf8').catch(() => null);
  if (text === null) throw new Error(`there is no key ${path}; --key names it`);
  try {
    return surveyKey.parse(JSON.parse(text));
  } catch {
    throw new Error(`${path} is no key as \`make\` writes it`);
  }
}

async function analyse(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      key: { type: 'string', multiple: true, default: ['survey/key.json'] },
      out: { type: 'string', default: 'survey/results.arrow' },
    },
    allowPositionals: true,
  });
  const [folder, ...rest] = positionals;
  if (folder === undefined || rest.length > 0) throw new Error(`usage: ${USAGE}`);
  if (!existsSync(at(folder))) throw new Error(`there is no folder ${folder} with answers`);
  const keys = await Promise.all(values.key.map(readKey));
  const found = await readSheets(at(folder), keys);
  for (const { file, reason } of found.refused) console.error(`warning: ${file} is left out: ${reason}`);
  if (found.sheets.length === 0) throw new Error(`there are no answers in ${folder} that count`);
  const rows = resultsOf(observe(found), LEVEL);
  const maps = new Set(keys.flatMap(({ runs }) => runs.map((run) => run.maps)));
  await mkdir(resolve(at(values.out), '..'), { recursive: true });
  await writeResults(at(values.out), rows, [...maps]);
  return [
    resultsText(rows),
    '',
    `${values.out}: the same as a table. \`report: { survey: ${values.out} }\` under \`params\` in pipeline.yaml`,
    `puts it into the report, or once: npx pipe run report --set params.report.survey=${values.out}`,
  ].join('\n');
}

async function main([command, ...args]: string[]): Promise<string> {
  if (command === 'make') return make(args);
  if (command === 'analyse') return analyse(args);
  throw new Error(`usage: ${USAGE}`);
}

try {
  console.log(await main(process.argv.slice(2)));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
