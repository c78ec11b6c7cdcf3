/// <reference lib="dom" />
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArrow } from '../../lib/pipe/arrow/index.ts';
import { draws } from '../../lib/study/random.ts';
import { surveyKey, type SurveyKey, type TrialKey } from '../../lib/study/survey/key.ts';
import { readResults } from '../../lib/study/survey/results-file.ts';
import type { ResultRow } from '../../lib/study/survey/results.ts';
import { hasChromium, launch } from '../../scripts/chromium.ts';
import { madeUpPacks, writePacks } from '../study/survey/packs.ts';
import { axeFindings } from './axe.ts';

const repository = resolve(import.meta.dirname, '../..');
let directory: string;
let browser: Browser;
let key: SurveyKey;
let said: string;

/** `npm run survey -- …` as somebody in the directory types it. */
async function survey(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  const options = { cwd: repository, env: { ...process.env, INIT_CWD: directory } };
  const command = ['scripts/run.mjs', 'scripts/survey.ts', ...args];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, options);
    return { code: 0, out: stdout, error: stderr };
  } catch (failed) {
    const { code, stdout, stderr } = failed as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, error: stderr };
  }
}

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'survey-')));
  writePacks(join(directory, 'artifacts'), madeUpPacks());
  const made = await survey('make', '--seed', '11');
  expect(made).toMatchObject({ code: 0, error: '' });
  said = made.out;
  key = surveyKey.parse(JSON.parse(readFileSync(join(directory, 'survey/key.json'), 'utf8')));
  if (hasChromium) browser = await launch();
});

afterAll(async () => {
  if (hasChromium) await browser.close();
  rmSync(directory, { recursive: true, force: true });
});

const page = (): string => join(directory, 'survey/page/index.html');

describe('making and analysing', () => {
  test('`make` says what it can show before anybody is asked, and how the runs were chosen', () => {
    expect(said).toMatch(/^survey [0-9a-f]{16}, 36 questions, of these runs:\n/);
    expect(said).toContain('dataset=made-up,augment=true,seed=1: epoch 5 against 11\n');
    expect(said).toContain('saliency: 10 pairs; left out: 2 whose label is not what was drawn');
    expect(said).toMatch(
      /people +60 %, 10 pairs +70 %, 10 pairs +60 %, 20 pairs +70 %, 20 pairs\n +5 +\d+ %/,
    );
    expect(said).toContain('survey/key.json: which side is which; keep it apart');
  });

  test('the page has neither the seed nor a word of epochs, methods, groups or early stopping', () => {
    const html = readFileSync(page(), 'utf8');
    expect(html.length).toBeLessThan(200_000);
    const [, data] = /<script type="application\/json" id="survey">(.*)<\/script>/.exec(html) as unknown as [
      string,
      string,
    ];
    const words = data.replaceAll(/"(?:levels|bytes)":"[^"]*"/g, '');
    expect(words).not.toMatch(/early|late|epoch|saliency|grad|group|seed|catch|repeat|run|stop/i);
    const visible = html.replaceAll(/<script[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/g, '');
    expect(visible).not.toMatch(/early|epoch|late\b/i);
  });

  test('mistakes are said with what to do: a key that is there, nothing packed, methods, numbers, answers', async () => {
    const mistakes: readonly [args: readonly string[], message: RegExp][] = [
      [['make'], /^error: survey\/key\.json is there: .*--out names another folder; --force/],
      [
        ['make', '--out', 'b', '--artifacts', 'none'],
        /^error: no packed runs in .*none\/pack; `npx pipe run pack` makes them/,
      ],
      [['make', '--out', 'b', '--where', 'augment=false'], /^error: no packed runs of augment=false in /],
      [
        ['make', '--out', 'b', '--where', 'augment'],
        /^error: --where takes AXIS=VALUE, augment=true say; got augment/,
      ],
      [
        ['make', '--out', 'b', '--methods', 'tea'],
        /^error: there are no maps by tea; by saliency, grad-cam there are/,
      ],
      [
        ['make', '--out', 'b', '--methods', 'deconvolution'],
        /^error: deconvolution has one map for a whole class/,
      ],
      [['make', '--out', 'b', '--pairs', 'many'], /^error: --pairs takes a whole number from 1 on; got many/],
      [['make', '--pears', '3'], /^error: Unknown option '--pears'/],
      [['analyse'], /^error: usage: npm run survey -- make/],
      [['analyse', 'nowhere'], /^error: there is no folder nowhere with answers/],
      [['analyse', 'artifacts', '--key', 'lost.json'], /^error: there is no key lost\.json; --key names it/],
      [['analyse', 'artifacts'], /^error: there are no answers in artifacts that count/],
      [['guess'], /^error: usage: npm run survey/],
    ];
    for (const [args, message] of mistakes) {
      const { code, error } = await survey(...args);
      expect([code, args.join(' ')]).toEqual([2, args.join(' ')]);
      expect(error).toMatch(message);
    }
  });
});

async function open(
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
  const opened = await browser.newPage({ viewport: { width: 1000, height: 900 }, ...options });
  const [complaints, requests]: [string[], string[]] = [[], []];
  opened.on('console', (message) => complaints.push(message.text()));
  opened.on('pageerror', (error) => complaints.push(error.message));
  opened.on('request', (request) => requests.push(request.url()));
  await opened.goto(pathToFileURL(page()).href);
  return { page: opened, complaints, requests };
}

const arrows = { left: 'ArrowLeft', same: 'ArrowDown', right: 'ArrowRight' } as const;
const keyOf = (answer: 'left' | 'same' | 'right' | number): string =>
  typeof answer === 'number' ? String(answer + 1) : arrows[answer];

/** Answers all by keys alone, and gives the file that was saved. */
async function answerAll(folder: string, answer: (trial: TrialKey) => 'left' | 'same' | 'right' | number) {
  const { page: opened, complaints, requests } = await open();
  await opened.getByRole('button', { name: 'Begin' }).press('Enter');
  for (const [at, trial] of key.trials.entries()) {
    await opened.getByText(`${at + 1} of ${key.trials.length}`, { exact: true }).waitFor();
    await opened.keyboard.press(keyOf(answer(trial)));
  }
  await opened.getByRole('heading', { name: 'That was all' }).waitFor();
  const download = opened.waitForEvent('download');
  await opened.getByRole('button', { name: 'Save the answers' }).press('Enter');
  const saved = await download;
  mkdirSync(join(directory, folder), { recursive: true });
  await saved.saveAs(join(directory, folder, saved.suggestedFilename()));
  expect(complaints).toEqual([]);
  expect(requests.filter((url) => !url.startsWith('blob:') && !url.startsWith('data:'))).toEqual([
    pathToFileURL(page()).href,
  ]);
  await opened.getByRole('button', { name: 'Forget them here' }).press('Enter');
  await opened.getByRole('button', { name: 'Begin' }).waitFor();
  await opened.close();
}

function rule(trial: TrialKey): 'left' | 'same' | 'right' | number {
  if (trial.kind === 'preference') return trial.early;
  if (trial.kind === 'identical') return 'same';
  return trial.kind === 'other' ? trial.own : trial.right;
}

async function analysed(folder: string): Promise<{ text: string; all: ResultRow }> {
  const { code, out, error } = await survey('analyse', folder, '--out', `${folder}/results.arrow`);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  const { rows } = readResults(await readArrow(join(directory, folder, 'results.arrow')));
  return { text: out, all: rows[0]! };
}

describe.skipIf(!hasChromium)('the questionnaire', { timeout: 300_000 }, () => {
  test('answered by the rule “always early stopping” it gives 100 %, at random about 50 %, and the intervals say so', async () => {
    await answerAll('by-rule', rule);
    const { text, all } = await analysed('by-rule');
    expect(all).toMatchObject({ question: 'prefers early stopping', value: 1, answers: 20 });
    expect(all.low).toBeGreaterThan(0.8);
    expect(text).toMatch(/^prefers early stopping +100 % +8\d to 100 % +50 % +1 +20 +20$/m);
    expect(text).toMatch(/^another image’s map: the own +100 %/m);

    const from = draws({ seed: 4, purpose: 'answers at random' });
    await answerAll('at-random', (trial) =>
      trial.kind === 'class' ? from.integer(trial.choices) : (['left', 'right'] as const)[from.integer(2)]!,
    );
    const random = (await analysed('at-random')).all;
    expect(Math.abs(random.value - 0.5)).toBeLessThan(0.21);
    expect(random.low).toBeLessThan(0.5);
    expect(random.high).toBeGreaterThan(0.5);
  });

  test('a page that is opened later goes on where one was, and one can go back and say otherwise', async () => {
    const context = await browser.newContext();
    const first = await context.newPage();
    await first.goto(pathToFileURL(page()).href);
    await first.getByRole('button', { name: 'Begin' }).click();
    for (const trial of key.trials.slice(0, 3)) await first.keyboard.press(keyOf(rule(trial)));
    await first.getByText('4 of 36').waitFor();
    // The first page stays until another has seen what it kept: Chromium may drop what a page wrote that closes at once.
    const again = await context.newPage();
    const goOn = again.getByRole('button', { name: 'Go on at question 4' });
    await expect
      .poll(
        async () => {
          await again.goto(pathToFileURL(page()).href);
          await again.getByRole('button').waitFor();
          return await goOn.count();
        },
        { timeout: 60_000 },
      )
      .toBe(1);
    await first.close();
    await goOn.click();
    await again.getByRole('button', { name: 'back' }).click();
    await again.getByText('3 of 36').waitFor();
    expect(await again.locator('.chosen').count()).toBe(1);
    await context.close();
  });

  test('a key that is held down answers once, and keys of the browser are left to it', async () => {
    const { page: opened } = await open();
    await opened.getByRole('button', { name: 'Begin' }).click();
    const press = keyOf(rule(key.trials[0]!));
    await opened.keyboard.press(`Control+${press}`);
    await opened.keyboard.down(press);
    await opened.keyboard.down(press);
    await opened.keyboard.down(press);
    await opened.keyboard.up(press);
    await opened.getByText('2 of 36').waitFor();
    await opened.close();
  });

  test('all is reached by Tab, and a new question has the focus', async () => {
    const { page: opened } = await open();
    await opened.keyboard.press('Tab');
    await opened.keyboard.press('Enter');
    await opened.getByText('1 of 36').waitFor();
    const focus = () =>
      opened.evaluate(() => document.activeElement!.tagName + document.activeElement!.textContent);
    await expect.poll(focus).toMatch(/^H1/);
    const reached: string[] = [];
    const buttons = await opened.getByRole('button').count();
    for (let at = 0; at < buttons; at++) {
      await opened.keyboard.press('Tab');
      reached.push(await focus());
    }
    expect(reached.every((each) => each.startsWith('BUTTON'))).toBe(true);
    expect(reached.at(-1)).toBe('BUTTONback');
    await opened.close();
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing on any of its screens, %s, and nothing hangs over at 390 pixels',
    async (colorScheme) => {
      const { page: opened } = await open({ colorScheme, viewport: { width: 390, height: 800 } });
      const looked = async (): Promise<void> => {
        expect(await axeFindings(opened)).toEqual([]);
        expect(await opened.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      };
      await looked();
      await opened.getByRole('button', { name: 'Begin' }).click();
      const kinds = new Set<string>();
      for (const [at, trial] of key.trials.entries()) {
        await opened.getByText(`${at + 1} of 36`, { exact: true }).waitFor();
        const kind = trial.kind === 'class' ? 'class' : 'pair';
        if (!kinds.has(kind)) await looked();
        kinds.add(kind);
        await opened.keyboard.press(keyOf(rule(trial)));
      }
      await opened.getByRole('button', { name: 'Save the answers' }).click();
      await opened.getByRole('button', { name: 'Forget them here' }).waitFor();
      await looked();
      await opened.close();
    },
  );

  test('what is painted are the maps of the page’s levels, left and right as they stand', async () => {
    const { page: opened } = await open();
    await opened.getByRole('button', { name: 'Begin' }).click();
    const places = key.trials.flatMap((each, at) => (each.kind === 'preference' ? [at] : []));
    for (const trial of key.trials.slice(0, places[0])) await opened.keyboard.press(keyOf(rule(trial)));
    const pixels = (side: string) =>
      opened.getByLabel(`heat map on the ${side}`).evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        return [
          ...(element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data,
        ].join(' ');
      });
    const [left, right] = [await pixels('left'), await pixels('right')];
    expect(left).not.toBe(right);
    expect(new Set(left.split(' ')).size).toBeGreaterThan(8);
    await opened.close();
  });
});
