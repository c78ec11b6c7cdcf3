/// <reference lib="dom" />
import { axeFindings } from './axe.ts';
import type { Browser, Page } from 'playwright-core';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArrow } from '../../lib/pipe/arrow/index.ts';
import { readMaps } from '../../lib/study/attribution/maps-file.ts';
import { clipOf } from '../../lib/study/figure/sheet/clip.ts';
import { type ColourMap, colourAt } from '../../lib/study/figure/sheet/colour-map.ts';
import { heatMaps } from '../../lib/study/score/heat-maps.ts';
import { writeResults } from '../../lib/study/survey/results-file.ts';
import { hasChromium, launch } from '../../scripts/chromium.ts';
import { type ReportStudy, reportStudy } from './report-study.ts';

let study: ReportStudy;
let browser: Browser;
let ended: string;

beforeAll(async () => {
  if (!hasChromium) return;
  study = reportStudy();
  ended = await study.pipe('run', '--profile', 'tiny');
  browser = await launch();
}, 600_000);

afterAll(async () => {
  if (!hasChromium) return;
  await browser.close();
  rmSync(study.directory, { recursive: true, force: true });
});

interface Opened {
  readonly page: Page;
  /** What the console said, and what was asked for besides the page. */
  readonly complaints: string[];
  readonly requests: string[];
}

async function open(
  hash = '',
  options: Parameters<Browser['newPage']>[0] = {},
  file = study.page,
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  await page.waitForFunction(() => location.hash !== '' && !document.querySelector('.none'));
  return { page, complaints, requests };
}

/** Patient: how fast it is, is not what is asked here. */
function soon<T>(look: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 30_000 });
}

/** Pixels of a canvas: red, green, blue, opacity. */
function pixels(page: Page, selector: string): Promise<number[]> {
  return page.locator(selector).evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d')!;
    return [...context.getImageData(0, 0, width, height).data];
  });
}

const runAddress = 'run=augment%3Dtrue%2Cseed%3D1';
const runFolder = 'dataset=shapes/model=resnet-8/recipe=constant/augment=true/seed=1/weights=trained';

describe.skipIf(!hasChromium)('the report', { timeout: 600_000 }, () => {
  test('a run ends by naming it first, and it is one small file', () => {
    expect(ended.slice(ended.indexOf('open: '))).toMatch(
      /^open: artifacts\/tiny\/report\/index\.html\nfigures:\n/,
    );
    expect(statSync(study.page).size).toBeLessThan(30e6);
  });

  test('it opens from disk, asks for nothing but itself, and says nothing to the console', async () => {
    const { page, complaints, requests } = await open();
    await page.keyboard.press('v');
    await page.keyboard.press('v');
    await page.waitForTimeout(300);
    expect(complaints).toEqual([]);
    expect(requests.map((url) => url.replace(/^data:.*/, 'data'))).toEqual([pathToFileURL(study.page).href]);
    await page.close();
  });

  test('what is painted moves with the slider, and is the map of the Arrow file within half a level', async () => {
    const { page } = await open(`#${runAddress}&image=0&epoch=4`);
    const selection = await readArrow(
      join(study.directory, 'artifacts/tiny/select', runFolder, 'images.arrow'),
    );
    const indices = selection.numbers('index');
    let compared = 0;
    const painted: string[] = [];
    for (const epoch of [1, 2, 4]) {
      const file = join(study.directory, 'artifacts/tiny/attribute', runFolder, `epoch=${epoch}/maps.arrow`);
      const maps = readMaps(await readArrow(file));
      for (const image of [0, 3]) {
        const address = `#${runAddress}&image=${indices[image]}&epoch=${epoch}`;
        await page.evaluate((hash) => {
          location.hash = hash;
        }, address);
        await page.waitForFunction(
          (now) => document.querySelector('.epochs .now strong')?.textContent === now,
          `epoch ${epoch}`,
        );
        await page.waitForTimeout(50);
        for (const [row, method] of (['saliency', 'deconvolution', 'grad-cam'] as const).entries()) {
          const shown = await pixels(page, `.maps tbody tr:nth-child(${row + 1}) td.now canvas`);
          const map = heatMaps(maps, method, { reduction: 'max-abs', signed: true })[image]!;
          expect(shown.length).toBe(map.values.length * 4);
          const colours: ColourMap = method === 'grad-cam' ? 'sequential' : 'diverging';
          map.values.forEach((value, at) => {
            const share = Math.max(colours === 'diverging' ? -1 : 0, Math.min(1, value / clipOf(map)));
            expect(nearColours(share, colours)).toContain(shown.slice(at * 4, at * 4 + 3).join(' '));
          });
          compared += 1;
          if (row === 0 && image === 0) painted.push(shown.join(' '));
        }
      }
    }
    expect(compared).toBe(18);
    expect(new Set(painted).size).toBe(3);
    await page.close();
  });

  test('an address leads to what it names, and says where one is', async () => {
    const { page } = await open(
      `#${runAddress}&epoch=2&method=grad-cam&view=strip&scale=common&score=spearman&axis=linear`,
    );
    await soon(() => page.locator('.strip thead .now').textContent()).toBe('2');
    expect(await page.locator('.explorer select').first().inputValue()).not.toBe('0');
    await page.keyboard.press('v');
    await soon(() => page.url()).toContain('view=all');
    const asked = new URLSearchParams(new URL(page.url()).hash.slice(1));
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{ run: 'augment=true,seed=1', epoch: '2', method: 'grad-cam', view: 'all' },
      ...{ scale: 'common', score: 'spearman', axis: 'linear' },
    });
    await page.evaluate(() => {
      location.hash = '#run=nonsense&epoch=many&view=upside';
    });
    await soon(() => page.locator('table.maps').count()).toBe(1);
    await page.close();
  });

  test('every control is reached and worked by keys', async () => {
    const { page } = await open(`#${runAddress}&epoch=1`);
    const epoch = page.locator('.epochs .now strong');
    await page.keyboard.press('ArrowRight');
    await soon(() => epoch.textContent()).toBe('epoch 2');
    await page.keyboard.press('e');
    await soon(() => page.locator('.epochs .now span').textContent()).toBe('early stopping');
    await page.keyboard.press('3');
    await soon(() => page.locator('tr.chosen th').textContent()).toBe('Grad-CAM');
    const chosen = () =>
      page
        .locator('.thumbs button')
        .evaluateAll((all) => all.findIndex((each) => each.getAttribute('aria-pressed') === 'true'));
    const image = await chosen();
    await page.keyboard.press(image === 0 ? 'ArrowDown' : 'ArrowUp');
    await soon(chosen).toBe(image === 0 ? 1 : image - 1);
    await page.keyboard.press(' ');
    await soon(() => page.locator('.play').getAttribute('aria-label')).toBe('pause');
    await page.keyboard.press(' ');
    await soon(() => page.locator('.play').getAttribute('aria-label')).toBe('play the epochs');
    // A select keeps its arrows to itself.
    const scale = page.getByLabel('scale each');
    await scale.focus();
    const before = await epoch.textContent();
    await page.keyboard.press('ArrowDown');
    await soon(() => scale.inputValue()).toBe('common');
    expect(await epoch.textContent()).toBe(before);
    // Images are one stop of Tab, whose arrow keys take the focus along.
    await page.locator('.thumbs button[aria-pressed="true"]').focus();
    const focused = await chosen();
    await page.keyboard.press(focused === 0 ? 'ArrowDown' : 'ArrowUp');
    await soon(chosen).toBe(focused === 0 ? 1 : focused - 1);
    const stands = () =>
      page.evaluate(() => {
        const all = Array.from(document.querySelectorAll('.thumbs button'));
        return [
          all.indexOf(document.activeElement!),
          all.filter((each) => (each as HTMLElement).tabIndex === 0).length,
        ];
      });
    await soon(stands).toEqual([await chosen(), 1]);
    await page.keyboard.press('Tab');
    expect((await stands())[0]).toBe(-1);
    // All else is reached by Tab; the ticks are the slider's, which is.
    const reached = await page.evaluate(() => {
      const controls = 'button, select, input, summary, svg[tabindex]';
      const all = Array.from(document.querySelectorAll<HTMLElement>(`main :is(${controls})`));
      return all
        .filter((each) => each.offsetParent !== null && each.tabIndex < 0 && !each.closest('.ticks, .thumbs'))
        .map((each) => each.outerHTML);
    });
    expect(reached).toEqual([]);
    await page.locator('.tile summary').first().focus();
    await page.keyboard.press('Enter');
    await soon(() => page.locator('.tile[open]').count()).toBe(1);
    await page.locator('.tile[open] .mark').first().focus();
    await page.keyboard.press('Enter');
    await soon(() => page.locator('dialog[open]').count()).toBe(1);
    await page.keyboard.press('Escape');
    await soon(() => page.locator('dialog[open]').count()).toBe(0);
    // A row of a claim leads to its maps, and the focus goes there.
    const row = page.locator('.tile[open] .look button', { hasText: 'maps' }).last();
    expect(await row.getAttribute('aria-label')).toMatch(/^maps of test loss.*, augment=true$/);
    await row.press('Enter');
    await soon(() => page.url()).toMatch(/#run=augment%3Dtrue.*view=all/);
    await soon(() => page.evaluate(() => document.activeElement?.id)).toBe('explorer');
    await page.close();
  });

  test('a figure tells its values to arrow keys, puts lines out, and leads to the maps behind a point', async () => {
    const { page } = await open();
    const figure = page.locator('section.curves', { hasText: 'Figure 5' }).first();
    const panel = figure.locator('svg[tabindex]').first();
    await panel.focus();
    const told = (): Promise<string | null> => figure.locator('figcaption').first().textContent();
    await page.keyboard.press('ArrowRight');
    // Of its own early stopping a run has no point.
    await expect.poll(told).toMatch(/^\S.*, epoch [124]: [−\d]/);
    const first = await told();
    await page.keyboard.press('ArrowRight');
    await expect.poll(told).not.toBe(first);
    expect(await told()).toMatch(/^\S.*, epoch [124]: [−\d]/);
    const markers = await panel.locator('.marker').count();
    await figure.locator('.legend button').first().click();
    expect(await panel.locator('.marker').count()).toBeLessThan(markers);
    await panel.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await soon(() => page.locator('.all .pictures').count()).toBeGreaterThan(0);
    await soon(() => page.url()).toContain('view=all');
    await page.close();
  });

  test('maps that are not of the image, and labels that are not what was drawn, are marked', async () => {
    const { page } = await open(`#${runAddress}`);
    const badges = page.locator('tr', { hasText: 'deconvolution' }).locator('.badge');
    const scores = await readArrow(
      join(study.directory, 'artifacts/tiny/score', runFolder, 'epoch=4/scores.arrow'),
    );
    const depends = scores.booleans('depends_on_image')[scores.strings('method').indexOf('deconvolution')];
    expect(await badges.count()).toBe(depends === false ? 1 : 0);
    const selection = await readArrow(
      join(study.directory, 'artifacts/tiny/select', runFolder, 'images.arrow'),
    );
    const [label, drawn] = [selection.numbers('label'), selection.numbers('drawn')];
    const wrong = label.findIndex((each, row) => each !== drawn[row]);
    expect(wrong).toBeGreaterThanOrEqual(0);
    await page.getByLabel(`image ${selection.numbers('index')[wrong]},`).click();
    await soon(() => page.locator('.facts .badge').count()).toBe(1);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing in any view, %s', async (colorScheme) => {
    const { page } = await open(`#${runAddress}&beside=epoch:1`, { colorScheme });
    // One of each kind that opens.
    for (const kind of ['.tile', '.values', '[aria-labelledby=made] details'])
      await page.locator(`${kind} summary`).first().click();
    expect(await axeFindings(page)).toEqual([]);
    for (const view of ['strip', 'all']) {
      await page.keyboard.press('v');
      await soon(() => page.url()).toContain(`view=${view}`);
      expect(await axeFindings(page, '.explorer')).toEqual([]);
    }
    await page.locator('.mark').first().click();
    await soon(() => page.locator('dialog[open]').count()).toBe(1);
    expect(await axeFindings(page, 'dialog')).toEqual([]);
    await page.close();
  });

  test('at 390 pixels nothing hangs over', async () => {
    for (const view of ['one', 'strip', 'all']) {
      const { page } = await open(`#${runAddress}&view=${view}`, { viewport: { width: 390, height: 800 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      await page.close();
    }
  });

  test('it prints on A4: maps, of which run they are, and figures, no wider than the paper', async () => {
    // The width of the paper between its margins, 182 mm.
    const { page } = await open(`#${runAddress}`, { viewport: { width: 688, height: 1000 } });
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox \[0 0 59[45](?:\.\d+)? 84[12](?:\.\d+)?\]/);
    const run = page.getByText(/^with augmentation, seed 1; colours of each map/);
    expect(await run.isVisible()).toBe(false);
    // Whatever can be opened is.
    for (const summary of await page.locator('.tile summary, [aria-labelledby=made] summary').all())
      await summary.click();
    for (const view of ['one', 'strip', 'all']) {
      await page.evaluate((asked) => {
        location.hash = asked;
      }, `#${runAddress}&view=${view}&beside=epoch:1`);
      await soon(() => page.locator({ one: 'table.maps', strip: '.strip', all: '.all' }[view]!).count()).toBe(
        1,
      );
      await page.emulateMedia({ media: 'print' });
      expect(await run.isVisible()).toBe(true);
      expect(await page.locator('.body canvas:visible').count()).toBeGreaterThan(8);
      expect(await page.locator('.curves .panel svg:visible').count()).toBeGreaterThan(4);
      expect(await page.locator('.controls:visible, .play:visible, .mark:visible').count()).toBe(0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(688);
      await page.emulateMedia({ media: 'screen' });
    }
    await page.close();
  });

  test('three of its numbers lead to commands that give them', async () => {
    const { page } = await open(`#${runAddress}&epoch=4`);
    await page.locator('.tile summary').first().click();
    for (const place of ['.tile .mark', '.maps .mark', '.curves .mark']) {
      await page.locator(place).first().click();
      const command = await page.locator('dialog .command').textContent();
      const value = await page.locator('dialog strong').textContent();
      const printed = await study.shell(command!);
      expect(printed).toContain('1 row of ');
      const row = printed
        .trimEnd()
        .split('\n')
        .at(-1)!
        .trim()
        .split(/\s{2,}/);
      expect(Number(Number(row[0]).toPrecision(6))).toBe(Number(Number(value).toPrecision(6)));
      await page.keyboard.press('Escape');
    }
    await page.close();
  });

  test.each(['light', 'dark'] as const)(
    'published, it says how long each stage took, and the fingerprint of each task, %s',
    async (colorScheme) => {
      const { page: plain } = await open();
      await plain.getByText('How long it took is no part of that').waitFor();
      await plain.close();
      const said = await study.pipe('publish', '--profile', 'tiny');
      expect(said).toContain('published/tiny/report/index.html: ');
      const published = join(study.directory, 'published/tiny/report');
      const record = JSON.parse(readFileSync(join(published, 'record.json'), 'utf8')) as {
        readonly stages: readonly { readonly stage: string; readonly tasks: number }[];
        readonly tasks: readonly { readonly task: string; readonly fingerprint: string }[];
      };
      const { page, complaints, requests } = await open(
        `#${runAddress}`,
        { colorScheme, viewport: { width: 390, height: 800 } },
        join(published, 'index.html'),
      );
      const rows = page.locator('table.times tbody tr');
      await soon(() => rows.count()).toBe(record.stages.length);
      expect(await rows.first().locator('td').first().textContent()).toBe(String(record.stages[0]!.tasks));
      expect(await page.locator('header .note').textContent()).toMatch(/ of work/);
      await page.getByText(`The lock: fingerprints of ${record.tasks.length} tasks`).click();
      await page.getByLabel('find tasks').fill('score seed=1,weights=trained,epoch=4');
      const [row] = record.tasks.filter(({ task }) => /^score@.*seed=1,.*epoch=4$/.test(task));
      const hex = row!.fingerprint.replace('sha256:', '');
      await soon(() => page.locator('.tall .digest').first().textContent()).toBe(hex);
      expect(readFileSync(join(study.directory, 'pipe.tiny.lock'), 'utf8')).toContain(row!.fingerprint);
      expect(await axeFindings(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      // Beside a number, too.
      await page.locator('.maps .mark').first().click();
      const told = await page.locator('dialog dd .digest').allTextContents();
      expect(record.tasks.map(({ fingerprint }) => fingerprint.replace('sha256:', ''))).toContain(told[1]);
      expect(complaints).toEqual([]);
      expect(
        requests.every((url) => url.startsWith('data:') || url.startsWith(pathToFileURL(published).href)),
      ).toBe(true);
      await page.close();
    },
  );

  test('maps that are too much for one page lie beside it, and are asked for as they are looked at', async () => {
    const few = ['--profile', 'tiny', '--set', 'params.report.megabytes={page: 0.001, files: 300}'];
    await study.pipe('run', 'report', ...few);
    const { page, complaints, requests } = await open(`#${runAddress}`);
    const asked = requests.filter((url) => url.includes('/maps/'));
    expect(asked.length).toBeGreaterThan(0);
    expect(requests.every((url) => url.startsWith('file:') || url.startsWith('data:'))).toBe(true);
    const painted = await pixels(page, '.maps tbody tr:nth-child(1) td.now canvas');
    expect(new Set(painted).size).toBeGreaterThan(8);
    expect(complaints).toEqual([]);
    await page.close();
    await study.pipe('run', 'report', '--profile', 'tiny');
  });

  test.each(['light', 'dark'] as const)(
    'what people say stands in the report once it is named, and of which maps it is, %s',
    async (colorScheme) => {
      const folder = join(study.directory, 'artifacts/tiny/pack/dataset=shapes/model=resnet-8');
      const own = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('maps.json'))
        .map((name) =>
          createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex'),
        );
      const rows = (['prefers early stopping', 'class told, early stopping − late'] as const).map(
        (question) => ({
          ...{ question, method: 'grad-cam', group: 'all', people: 'everyone' as const },
          ...{ value: 0.62, low: 0.51, high: 0.71, chance: 0.5, raters: 12, items: 9, answers: 108 },
        }),
      );
      const shown = async (maps: readonly string[]): Promise<Page> => {
        await writeResults(join(study.directory, 'results.arrow'), rows, maps);
        const named = ['--set', 'params.report.survey=results.arrow'];
        await study.pipe('run', 'report', '--profile', 'tiny', ...named);
        return (await open('', { colorScheme })).page;
      };
      const page = await shown(own);
      const table = page.locator('table.survey');
      expect(await table.locator('tbody tr').first().innerText()).toMatch(
        /^prefers early stopping\s+Grad-CAM\s+all\s+62 %\s+51 to 71 %\s+12, 9, 108$/,
      );
      expect(await page.locator('[aria-labelledby=survey] .badge').count()).toBe(0);
      expect(await axeFindings(page, '[aria-labelledby=survey]')).toEqual([]);
      await page.close();
      const others = await shown([...own.slice(1), 'made before']);
      expect(await others.locator('[aria-labelledby=survey] .badge').innerText()).toContain(
        'made anew since',
      );
      await others.close();
      await study.pipe('run', 'report', '--profile', 'tiny');
    },
  );

  test('an edit of what the browser runs makes the report again, and nothing else', async () => {
    const path = 'lib/study/report/page/epoch-slider.tsx';
    const text = study.read(path);
    study.write(path, `// a comment\n${text}`);
    expect(await study.pipe('run', '--profile', 'tiny')).toMatch(/^nothing to do/);
    study.write(path, text.replace('❚❚', '||'));
    const out = await study.pipe('status', '--profile', 'tiny');
    expect(out).toMatch(/report +1 to run/);
    expect(out).toContain(path);
    expect(out).toContain('1 to run');
    study.write(path, text);
  });
});

/** The colours of the levels that lie within half a step of a share. */
function nearColours(share: number, colours: ColourMap): string[] {
  const [least, steps] = colours === 'diverging' ? [-31, 31] : [0, 62];
  const levels = Array.from({ length: 63 }, (_, at) => (least + at) / steps);
  const near = levels.filter((level) => Math.abs(level - share) <= 0.5001 / steps);
  return near.map((level) => colourAt(colours, colours === 'diverging' ? (level + 1) / 2 : level).join(' '));
}
