import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { identityOf } from '../../lib/pipe/store/process-identity.ts';
import { hasChromium, launch } from '../../scripts/chromium.ts';
import { axeFindings } from './axe.ts';
import { newProject, type Project } from './project.ts';
import { startUi, type Ui } from './ui.ts';

let browser: Browser;
beforeAll(async () => {
  if (hasChromium) browser = await launch();
});
afterAll(async () => {
  if (hasChromium) await browser.close();
});

/** A page of a server, and whatever it complained of. */
async function open(ui: Ui, hash = '', colorScheme: 'light' | 'dark' = 'light') {
  const page = await browser.newPage({ viewport: { width: 1300, height: 900 }, colorScheme });
  onTestFinished(() => page.close());
  // Patient: how fast it is, is not what is asked here.
  page.setDefaultTimeout(110_000);
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${ui.address}${hash}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  if (!hash.includes('view=')) await page.waitForSelector('.stage canvas');
  return { page, complaints };
}

const told = (page: Page, text: string) => page.getByText(text).first().waitFor();
/** What a stage's row says of its tasks. */
const tally = (page: Page, stage: string, text: string | RegExp) =>
  page.locator('.stage').filter({ hasText: stage }).locator('.tally').filter({ hasText: text }).waitFor();

/** Each task of `train` counts to ten and goes on at six only when a file is there. */
const training = `import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineStage } from 'pipewright/stage';
import { writeArrow } from 'pipewright/arrow';
export default defineStage({
  inputs: { before: 'optional' },
  outputs: ['model', 'maps'],
  run: async ({ params, outputs, progress, log, signal }) => {
    for (let epoch = 1; epoch <= 10; epoch++) {
      while (epoch === 6 && !existsSync(params.go) && !signal.aborted) await sleep(20);
      if (signal.aborted) return;
      progress(epoch, 10, 'epochs', { loss: 1 / epoch });
      log('epoch ' + epoch + ' <b>done</b>');
    }
    writeFileSync(outputs.model, JSON.stringify({ loss: 0.1 }));
    const values = Float32Array.from({ length: 2 * 8 * 8 }, (_, index) => index - 64);
    await writeArrow(outputs.maps, {
      map: { type: 'tensor', shape: [8, 8], values },
      name: { type: 'utf8', values: ['<i>one</i>', 'two'] },
    });
  },
});
`;
const trained = (go: string) => `version: 1
params: { go: ${JSON.stringify(go)}, epochs: [1, 2], other: 1 }
profiles: { short: { params: { epochs: [1] } } }
stages:
  train:
    title: goes down
    use: train.ts
    params: [go]
    matrix: { seed: [0] }
    scan: { axis: epoch, values: '\${epochs}', carry: { before: model } }
    outputs: { model: model.json, maps: maps.arrow }
  plot:
    cmd: cat {inputs.models} > {outputs.all} && echo '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>' > {outputs.figure}
    inputs: { models: { from: train.model, gather: [seed, epoch] } }
    outputs: { all: all.txt, figure: figure.svg }
`;

function trainingProject(): Project & { go(): void } {
  const project = newProject({});
  const go = join(project.directory, 'go');
  project.write('pipeline.yaml', trained(go));
  project.write('train.ts', training);
  return {
    ...project,
    go: () => {
      writeFileSync(go, '');
    },
  };
}

describe.skipIf(!hasChromium)('the page', () => {
  test('starts a run, shows it while it goes, and what it made', async () => {
    const project = trainingProject();
    const { page, complaints } = await open(await startUi(project));
    await tally(page, 'train', '2 to run');
    await page.getByRole('button', { name: 'Run…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await tally(page, 'train', '1 waiting, 1 running');
    await told(page, '5 of 10 epochs');
    await page.getByRole('img', { name: /^loss from 1 at 1 epochs to 0.2000 at 5/ }).waitFor();
    await told(page, 'epoch 5 <b>done</b>');
    project.go();
    await tally(page, 'plot', '1 ran');
    await tally(page, 'train', '2 ran');
    await page.getByRole('button', { name: 'train', exact: true }).click();
    await page.getByRole('option', { name: /seed=0,epoch=2/ }).click();
    await told(page, 'never built');
    await page.getByRole('button', { name: 'maps' }).click();
    await told(page, '2 × 8 × 8');
    await told(page, 'from -64.00 to -1.000');
    await told(page, '<i>one</i>');
    await page.getByRole('link', { name: 'Results' }).click();
    const figure = page.getByRole('img', { name: 'artifacts/plot/figure.svg' });
    await figure.waitFor();
    expect(
      await figure.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    ).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  test('cancels a run as Ctrl-C does', async () => {
    const project = trainingProject();
    const ui = await startUi(project);
    const { page } = await open(ui);
    await page.getByRole('button', { name: 'Run…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await told(page, '5 of 10 epochs');
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await told(page, 'stopped');
    const last = await project.pipe('log', 'last', '--json');
    const events = last.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.at(-1)).toMatchObject({
      type: 'run-finished',
      stopped: true,
      ran: 0,
      failed: 0,
      skipped: 3,
    });
    expect(events).toContainEqual(
      expect.objectContaining({
        task: 'train@seed=0,epoch=1',
        outcome: { type: 'skipped', reason: 'interrupted' },
      }),
    );
    await tally(page, 'train', /skipped/);
    // What goes on elsewhere is seen, too, and can be cancelled as well.
    const elsewhere = project.start('run');
    await tally(page, 'train', /1 running/);
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    expect((await elsewhere.ended).status).toBe(130);
  });

  test('tells a run that was cancelled and goes on to end at once when asked again', async () => {
    const project = trainingProject();
    // Whatever holds the project: it ends when it is told so twice, and says how often it was.
    project.write(
      'stubborn.mjs',
      `import { writeFileSync } from 'node:fs';
let told = 0;
process.on('SIGINT', () => {
  writeFileSync('told', String((told += 1)));
  if (told === 2) process.exit(130);
});
setInterval(() => {}, 1000);
writeFileSync('ready', '');`,
    );
    const child = spawn(process.execPath, ['stubborn.mjs'], { cwd: project.directory, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    await expect.poll(() => project.exists('ready')).toBe(true);
    project.write('cache/local/run.lock', JSON.stringify(identityOf(child.pid!)));
    const { page } = await open(await startUi(project));
    await page.getByRole('button', { name: 'Cancel the run' }).press('Enter');
    await expect.poll(() => project.exists('told') && project.read('told')).toBe('1');
    await page.getByRole('button', { name: 'Stopping; kill it' }).press('Enter');
    expect(await ended).toEqual([130, null]);
    await page.getByRole('button', { name: /kill it|Cancel/ }).waitFor({ state: 'detached' });
  });

  test('a run that waits for another is told of, and either can be cancelled without the other', async () => {
    const project = trainingProject();
    const ui = await startUi(project);
    const { page } = await open(ui);
    const first = project.start('run');
    await told(page, '5 of 10 epochs');
    // One from the page waits for it, and is given up.
    await page.getByRole('button', { name: 'Run…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await told(page, 'waits for the run that goes on to end');
    await page.getByRole('button', { name: 'Do not run it' }).click();
    await page.getByText('waits for the run').waitFor({ state: 'detached' });
    expect(first.child.exitCode).toBeNull();
    // One in a terminal waits for it, too; what is cancelled is the one that goes on.
    const second = project.start('run');
    await second.until('waiting');
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    expect((await first.ended).status).toBe(130);
    await page.getByRole('button', { name: 'Cancel the run' }).waitFor();
    await told(page, '5 of 10 epochs');
    project.go();
    expect((await second.ended).status).toBe(0);
    await tally(page, 'plot', '1 ran');
    await page.getByRole('button', { name: /Cancel|kill/ }).waitFor({ state: 'detached' });
  });

  test('goes on where it was when the server was killed and started again, and so does the run', async () => {
    const project = trainingProject();
    const ui = await startUi(project);
    const { page } = await open(ui);
    await page.evaluate('globalThis.same = true');
    await page.getByRole('button', { name: 'Run…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await told(page, '5 of 10 epochs');
    ui.running.child.kill('SIGKILL');
    await told(page, 'The server has not answered since');
    project.go();
    const again = await startUi(project);
    expect(again.address).toBe(ui.address);
    await tally(page, 'plot', '1 ran');
    await page.getByText('The server has not answered since').waitFor({ state: 'detached' });
    expect(await page.evaluate('globalThis.same')).toBe(true);
  });

  test('plays a past run back from its events', async () => {
    const project = trainingProject();
    project.go();
    await project.pipe('run', '--set', 'params.other=<b>2</b>');
    await project.pipe('run');
    const { page } = await open(await startUi(project), '#view=runs');
    await page.getByRole('button', { name: /^Look/ }).last().click();
    await told(page, 'A past run');
    await told(page, 'params.other=<b>2</b>');
    await tally(page, 'train', '2 ran');
    const slider = page.getByRole('slider', { name: 'moment of the run' });
    await slider.focus();
    await page.keyboard.press('Home');
    await tally(page, 'plot', '1 waiting');
    await page.keyboard.press('End');
    await tally(page, 'plot', '1 ran');
    await page.getByRole('button', { name: 'Back to the newest' }).click();
    await page.locator('.player strong').filter({ hasText: 'The newest run' }).waitFor();
    // At a moment before it failed, nothing is told as failed.
    project.write('pipeline.yaml', trained('go').replace('echo', 'false && echo'));
    await project.pipe('run');
    await page.getByRole('heading', { name: 'Failed' }).waitFor();
    await slider.press('Home');
    await page.getByRole('heading', { name: 'Failed' }).waitFor({ state: 'detached' });
    await slider.press('End');
    await page.getByRole('heading', { name: 'Failed' }).waitFor();
  });

  test('shows experiments side by side, sorted, found and compared with a pinned one; a run can be one', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
params: { rate: 1 }
stages:
  score:
    cmd: echo '{"loss":' {params.rate} '}' > {outputs.scores}
    params: [rate]
    outputs: { scores: scores.json }
    metrics: [scores]
`,
    });
    await project.pipe('run', '--as', 'high', '--set', 'params.rate=5');
    const { page } = await open(await startUi(project), '#view=experiments');
    await page.getByRole('row', { name: /high.*5/ }).waitFor();
    await page.getByRole('button', { name: 'Run…' }).click();
    await page.getByLabel(/^Other values/).fill('params.rate=2');
    await page.getByLabel(/^Name of the experiment/).fill('low');
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('row', { name: /low finished|low.*2 2/ }).waitFor();
    const names = () => page.locator('tbody th').allTextContents();
    await page.getByRole('button', { name: 'loss' }).click();
    await expect.poll(names).toEqual(['low', 'high']);
    await page.getByRole('button', { name: 'loss' }).click();
    await expect.poll(names).toEqual(['high', 'low']);
    await page.getByRole('button', { name: 'Pin low' }).click();
    await told(page, '5 (+3)');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    const printed = await project.pipe('table', '--csv', '--baseline', 'low');
    expect(readFileSync(await file.path(), 'utf8')).toBe(printed.out);
    await page.getByRole('searchbox').fill('rate=5');
    await page.getByRole('row', { name: /low/ }).waitFor({ state: 'detached' });
    await expect.poll(names).toEqual(['high']);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('draws the tables that stages declare as plots, a line for each task, to be read by keys', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  train:
    cmd: 'printf "epoch,loss,note,rest\\n1,0.%d5,x,7\\n2,,y,\\n4,0.%d1,z,5\\n" {seed} {seed} > {outputs.log}; cp page.svg {outputs.picture}; cp page.svg {outputs.other}'
    inputs: { page: ./page.svg }
    matrix: { seed: [1, 2] }
    outputs: { log: log.csv, picture: picture.svg, other: other.svg }
    plots: { log: { x: epoch, y: [loss, gone] }, picture: {} }
  last:
    cmd: cat {inputs.logs} > {outputs.text} && printf 'where,n\\nhere,1\\nthere,3\\n' > {outputs.table}
    inputs: { logs: { from: train.log, gather: [seed] } }
    outputs: { text: all.txt, table: table.csv }
    plots: { table: { x: where } }
  shown:
    cmd: 'mkdir -p {outputs.page}/in {outputs.figures}/deep && cp page.svg {outputs.figures}/deep/one.svg && cp page.html {outputs.page}/index.html && echo "document.body.append(42 + 1)" > {outputs.page}/in/side.js && cp {inputs.text} {outputs.figures}/two.txt'
    inputs: { page: ./page.svg, html: ./page.html, text: last.text }
    outputs: { page: ./site/, figures: figures/ }
    plots: [figures]
    open: page
`,
      'page.html': '<!doctype html><title>t</title><body><script src="in/side.js"></script></body>',
      'page.svg':
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>',
    });
    const ui = await startUi(project);
    const { page, complaints } = await open(ui, '#view=results');
    await told(page, 'No task of it has run yet');
    await project.pipe('run');
    const panel = page.getByRole('application', { name: /^train.log: loss over epoch, 2 lines/ });
    await panel.waitFor();
    await told(page, 'train@seed=1: it has no column gone');
    // A missing number breaks the line: two points of each task stand alone.
    expect(await panel.locator('circle').count()).toBe(4);
    await panel.focus();
    await page.keyboard.press('ArrowRight');
    await told(page, '0.150000 at epoch 1, seed=1');
    await page.keyboard.press('ArrowRight');
    await told(page, '0.110000 at epoch 4, seed=1');
    await page.keyboard.press('ArrowDown');
    await told(page, '0.210000 at epoch 4, seed=2');
    const other = page.getByRole('application', { name: /^last.table: n over where/ });
    await other.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await told(page, '3 at where there');
    // Of figures, those that are declared.
    await page.getByRole('img', { name: 'artifacts/train/seed=2/picture.svg' }).waitFor();
    await page.getByRole('img', { name: 'artifacts/shown/figures/deep/one.svg' }).waitFor();
    expect(await page.getByRole('img', { name: /other\.svg/ }).count()).toBe(0);
    // What is to be opened stands before them, with what lies beside it.
    await page.frameLocator('iframe').getByText('43').waitFor();
    const titles = await page.locator('.result > h3').allTextContents();
    expect(titles).toEqual([
      ...['train.log', 'last.table', 'artifacts/site/index.html'],
      ...['artifacts/train/seed=1/picture.svg', 'artifacts/train/seed=2/picture.svg'],
      'artifacts/shown/figures/deep/one.svg',
    ]);
    expect(await axeFindings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('region', { name: 'train.log' }).getByRole('button', { name: 'seed=2' }).click();
    await page.getByRole('heading', { name: 'train@seed=2' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('shows tables, arrays and texts of any kind that `pipe show` knows, and what is not what its name says as it is', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  make:
    use: make.ts
    outputs: { rows: rows.csv, tabs: TABS.TSV, array: array.npy, broken: broken.parquet, text: text.onnx, lines: lines.md }
`,
      'make.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipewright/stage';
export default defineStage({
  inputs: {},
  outputs: ['rows', 'tabs', 'array', 'broken', 'text', 'lines'],
  run: ({ outputs }) => {
    writeFileSync(outputs.rows, 'name,loss,loss\\n"<i>a, b</i>",0.5,1\\nc,,2\\n');
    writeFileSync(outputs.tabs, 'x\\ty\\n1\\ttwo\\n');
    const head = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117) + '\\n';
    const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, head.length, 0]);
    const values = Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6.5).buffer);
    writeFileSync(outputs.array, Buffer.concat([start, Buffer.from(head), values]));
    writeFileSync(outputs.broken, Buffer.from([0, 1, 2, 255]));
    writeFileSync(outputs.text, 'no net, but a text');
    writeFileSync(outputs.lines, '# title');
    return Promise.resolve();
  },
});
`,
    });
    await project.pipe('run');
    const ui = await startUi(project);
    const { page, complaints } = await open(ui, '#stage=make&task=make');
    const shows = async (name: string, ...texts: (string | RegExp)[]) => {
      const artifact = page.locator('.artifacts li').filter({
        has: page.getByRole('button', { name, exact: true }),
      });
      await artifact.getByRole('button', { name, exact: true }).click();
      for (const text of texts) await artifact.getByText(text).first().waitFor();
    };
    await shows(
      'rows',
      '2 rows',
      '<i>a, b</i>',
      /0\.50+ … 0\.50+, mean 0\.50+/,
      'loss (2)',
      /1 … 2, mean 1\.50*/,
    );
    await shows('tabs', '1 row', 'two');
    await shows('array', /NumPy array: 6 values[^]*float32 +\[2, 3\]/);
    await shows('broken', /it cannot be read/);
    await shows('text', 'no net, but a text');
    await shows('lines', '# title');
    expect(await axeFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('says why a run did not start, and what is wrong with pipeline.yaml', async () => {
    const project = trainingProject();
    project.write('train.ts', 'export default 1;');
    const { page } = await open(await startUi(project));
    await told(page, 'A run would not start');
    project.write('train.ts', training);
    project.write('pipeline.yaml', trained('go').replace('matrix', 'matrx'));
    await told(page, 'matrx');
    project.write('pipeline.yaml', trained('go'));
    await page.getByText('matrx').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Run…' }).click();
    await page.getByLabel(/^Stages or tasks/).fill('trian');
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
    await told(page, 'there is no stage `trian`');
  });

  test('shows markup as text wherever it comes from, and an artifact that is a page cannot reach it', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
params: { text: '<img src=x onerror=alert(1)>', kinds: ['<b>bold</b>'] }
stages:
  page:
    title: <em>a title</em>
    cmd: |
      echo '<script>alert(1)</script>'
      echo '<u>error</u>' >&2
      mkdir -p {outputs.site}
      echo '<s>text</s>' > {outputs.site}/'<i>name<i>.txt'
      cp page.html {outputs.page}
    params: [text]
    inputs: { page: ./page.html }
    matrix: { kind: '\${kinds}' }
    outputs: { site: site/, page: page.html }
`,
      'page.html': `<p id="said"></p><script>
const said = [];
const tried = (name, what) => { try { what(); said.push(name); } catch (error) { said.push('no ' + name); } };
tried('document', () => parent.document.body);
tried('address', () => parent.location.href);
tried('top', () => top.document.title);
tried('storage', () => localStorage.length);
tried('cookie', () => document.cookie);
said.push(self.origin);
fetch(document.referrer || 'http://127.0.0.1/').then(() => said.push('network'), () => said.push('no network')).then(() => {
  document.getElementById('said').textContent = said.join(', ');
});
</script>`,
    });
    await project.pipe('run');
    const ui = await startUi(project);
    const { page } = await open(ui, '#stage=page');
    await page.getByRole('option', { name: /kind=/ }).click();
    await told(page, '<script>alert(1)</script>');
    await told(page, '<u>error</u>');
    await page.getByText('Parameters').click();
    await told(page, '<img src=x onerror=alert(1)>');
    await page.getByRole('button', { name: 'site/<i>name<i>.txt' }).click();
    await told(page, '<s>text</s>');
    await page.getByRole('button', { name: 'page', exact: true }).last().click();
    const frame = page.frameLocator('iframe');
    await frame.getByText('network').waitFor();
    expect(await frame.locator('#said').textContent()).toBe(
      'no document, no address, no top, no storage, no cookie, null, no network',
    );
    await told(page, '<b>bold</b>');
    const made = await page.evaluate(() => {
      const { document } = globalThis as unknown as {
        document: { querySelectorAll(found: string): ArrayLike<unknown> };
      };
      return document.querySelectorAll('#page :is(b, i, u, s, em, script, img, p p)').length;
    });
    expect(made).toBe(0);
  });

  test('shows characters that no one sees, and that turn text around, by their numbers in every view', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
params: { text: "\\u202Egnp\\e[31m", kinds: ["x\\u202Egnp.exe", "שלום עולם"] }
stages:
  page:
    title: "a \\u2066title"
    cmd: |
      printf 'said \\342\\200\\256 \\033[31mred\\007\\n'
      mkdir -p {outputs.site}
      echo text > {outputs.site}/"$(printf 'x\\342\\200\\256gnp.txt')"
      printf 'name,value\\n\\342\\200\\256abc,3\\n' > {outputs.table}
      echo '{"loss": 1}' > {outputs.metrics}
    params: [text]
    matrix: { kind: '\${kinds}' }
    outputs: { site: site/, table: table.csv, metrics: metrics.json }
    metrics: [metrics]
    plots: { table: { x: name } }
`,
    });
    await project.pipe('run', '--set', 'params.text=\u202Eother');
    const ui = await startUi(project);
    const { page, complaints } = await open(ui, '#stage=page');
    await page.getByRole('option', { name: 'kind=x\\u202egnp.exe' }).click();
    await page.getByRole('heading', { name: 'page@kind=x\\u202egnp.exe' }).waitFor();
    const command = await page.locator('.copied code').textContent();
    expect(command).toBe("pipe run 'page@kind=x\\u202egnp.exe' --set 'params.text=\\u202eother'");
    await page.getByText('Parameters').click();
    await told(page, '"text": "\\u202eother"');
    await page.getByRole('button', { name: 'site/x\\u202egnp.txt' }).click();
    await page.getByRole('button', { name: 'table', exact: true }).click();
    await told(page, '\\u202eabc');
    const hidden = () =>
      page.evaluate(() => {
        const { document } = globalThis as unknown as { document: Marked & { title: string } };
        const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
        return [...document.querySelectorAll('#page *')]
          .flatMap((each) => [
            ...(each.children.length === 0 ? [each.textContent] : []),
            ...['title', 'alt', 'aria-label', 'aria-valuetext'].map((name) => each.getAttribute(name) ?? ''),
          ])
          .filter((text) => control.test(text));
      });
    expect(await hidden()).toEqual([]);
    await page.getByRole('img', { name: /^page: / }).hover({ position: { x: 8, y: 8 } });
    await told(page, 'u202egnp.exe: ran');
    expect(await hidden()).toEqual([]);
    for (const view of ['results', 'runs', 'experiments']) {
      await page.goto(`${ui.address}#view=${view}`);
      await page.getByText('Reading…').waitFor({ state: 'detached' });
      await told(page, 'u202e');
      expect(await hidden(), view).toEqual([]);
    }
    // The Hebrew name stands as it is.
    await told(page, 'שלום עולם');
    expect(complaints).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('breaks no rule of accessibility in any view, %s', async (scheme) => {
    const project = trainingProject();
    project.go();
    await project.pipe('run');
    const ui = await startUi(project);
    const { page } = await open(ui, '', scheme);
    await tally(page, 'train', '2 ran');
    expect(await axeFindings(page)).toEqual([]);
    await page.goto(`${ui.address}#stage=train&task=train@seed%3D0,epoch%3D2`);
    await page.getByRole('button', { name: 'maps' }).click();
    await told(page, '2 × 8 × 8');
    expect(await axeFindings(page)).toEqual([]);
    for (const view of ['results', 'runs', 'experiments']) {
      await page.goto(`${ui.address}#view=${view}`);
      await page.getByText('Reading…').waitFor({ state: 'detached' });
      expect(await axeFindings(page), view).toEqual([]);
    }
    await page.getByRole('button', { name: 'Run…' }).click();
    expect(await axeFindings(page)).toEqual([]);
  });

  test('can be used with the keyboard alone', async () => {
    const project = trainingProject();
    project.go();
    await project.pipe('run');
    const { page } = await open(await startUi(project));
    await tally(page, 'train', '2 ran');
    const reach = async (name: string) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        const there = await page.evaluate(() => {
          const { document } = globalThis as unknown as { document: { activeElement: Focused } };
          const { activeElement: at } = document;
          return at.getAttribute('aria-label') ?? at.textContent;
        });
        if (there.startsWith(name)) return;
      }
      throw new Error(`Tab does not lead to ${name}`);
    };
    await reach('train');
    await page.keyboard.press('Enter');
    await reach('tasks of train');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'train@seed=0,epoch=2' }).waitFor();
    await reach('maps');
    await page.keyboard.press('Enter');
    await told(page, '2 × 8 × 8');
    await page.keyboard.press('Shift+Tab');
    await reach('maps');
    await page.goto(page.url().replace(/#.*/, '#'));
    await reach('Run…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('plot');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await reach('Runs');
    await page.keyboard.press('Enter');
    await page.locator('tbody tr').first().filter({ hasText: '3 up to date' }).waitFor();
  });

  test('at 390 pixels nothing hangs over in any view', async () => {
    const project = trainingProject();
    project.go();
    await project.pipe('run', '--as', 'other', '--set', 'params.other=[a long value, and another one]');
    await project.pipe('run');
    const ui = await startUi(project);
    const { page } = await open(ui);
    await page.setViewportSize({ width: 390, height: 844 });
    for (const hash of [
      '',
      'stage=train&task=train@seed%3D0,epoch%3D2',
      'view=results',
      'view=runs',
      'view=experiments',
    ]) {
      await page.goto(`${ui.address}#${hash}`);
      await page.locator('main h2, .stage canvas').first().waitFor();
      await page.getByText('Reading…').waitFor({ state: 'detached' });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect([hash, width]).toEqual([hash, 390]);
    }
    await page.getByRole('button', { name: 'Run…' }).click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  test('every control of every view is reached by Tab', async () => {
    const project = trainingProject();
    project.go();
    await project.pipe('run', '--profile', 'short');
    await project.pipe('run', '--as', 'other', '--set', 'params.other=2');
    await project.pipe('run');
    const ui = await startUi(project);
    const { page } = await open(ui);
    /** Goes through the page by Tab, and gives the controls in it that were not come by. */
    const missed = async (within: string): Promise<string[]> => {
      const count = await page.evaluate((root) => {
        const { document } = globalThis as unknown as { document: Marked };
        const found = [
          ...document.querySelectorAll(
            `${root} :is(a[href], button, input, select, textarea, summary, [tabindex="0"])`,
          ),
        ];
        const shown = found.filter((each) => each.checkVisibility() && !each.disabled);
        for (const [at, each] of shown.entries()) each.setAttribute('data-control', String(at));
        return shown.length;
      }, within);
      expect(count).toBeGreaterThan(5);
      const reached = new Set<string>();
      for (let presses = 0; presses < 3 * count + 10 && reached.size < count; presses++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => {
          const { document } = globalThis as unknown as { document: Marked };
          return document.activeElement?.getAttribute('data-control') ?? null;
        });
        if (at !== null) reached.add(at);
      }
      return page.evaluate(
        (all) => {
          const { document } = globalThis as unknown as { document: Marked };
          const controls = [...document.querySelectorAll('[data-control]')];
          const left = controls.filter((each) => !all.includes(each.getAttribute('data-control')!));
          for (const each of controls) each.removeAttribute('data-control');
          return left.map((each) => each.outerHTML.slice(0, 120));
        },
        [...reached],
      );
    };
    await tally(page, 'train', /^2 /);
    expect(await missed('body')).toEqual([]);
    await page.goto(`${ui.address}#stage=train&task=train@seed%3D0,epoch%3D2`);
    await page.getByRole('button', { name: 'maps' }).press('Enter');
    await told(page, '2 × 8 × 8');
    for (const summary of await page.locator('aside summary').all()) await summary.press('Enter');
    expect(await missed('body')).toEqual([]);
    for (const view of ['results', 'runs', 'experiments']) {
      await page.goto(`${ui.address}#view=${view}`);
      await page.getByText('Reading…').waitFor({ state: 'detached' });
      expect(await missed('body'), view).toEqual([]);
    }
    await page.getByRole('button', { name: 'Run…' }).press('Enter');
    expect(await missed('dialog')).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  test('what the controls do, keys do: profile, filter, slider, play, pin, tensor, force, back', async () => {
    const project = trainingProject();
    project.go();
    await project.pipe('run', '--as', 'other', '--set', 'params.other=2');
    await project.pipe('run');
    const ui = await startUi(project);
    const { page } = await open(ui);
    await tally(page, 'train', /^2 /);
    const looking = page.getByLabel('Looking at');
    await looking.focus();
    await page.keyboard.press('End');
    await tally(page, 'train', /^1 /);
    await page.keyboard.press('Home');
    await tally(page, 'train', /^2 /);
    await page.getByRole('button', { name: 'train', exact: true }).press('Enter');
    await page.getByRole('searchbox').pressSequentially('epoch=2');
    await page.locator('.list').getByText('1 task', { exact: true }).waitFor();
    await page.getByLabel('state').focus();
    await page.keyboard.press('End');
    await page.locator('.list').getByText('1 task', { exact: true }).waitFor();
    await page.getByRole('listbox').press('Enter');
    await page.getByRole('heading', { name: 'train@seed=0,epoch=2' }).waitFor();
    await page.getByRole('button', { name: 'maps' }).press('Enter');
    await told(page, 'from -64.00 to -1.000');
    const row = page.locator('aside').getByRole('slider').first();
    await row.focus();
    await page.keyboard.press('End');
    await told(page, 'from 0.000 to 63.00');
    await page.getByRole('button', { name: 'play the run from its events' }).press(' ');
    await page.getByRole('button', { name: 'stop playing the run' }).press(' ');
    await page.getByRole('button', { name: 'play the run from its events' }).waitFor();
    await page.getByRole('slider', { name: 'moment of the run' }).press('End');
    await page.getByRole('button', { name: 'Force this one' }).press('Enter');
    await expect
      .poll(async () => (await project.pipe('log', 'last', '--json')).out)
      .toContain('"reason":"forced"');
    await tally(page, 'train', '1 ran');
    await page.getByRole('button', { name: 'Close' }).press('Enter');
    await page.getByRole('link', { name: 'Experiments' }).press('Enter');
    await page.getByRole('button', { name: 'Pin other' }).press(' ');
    await page.getByRole('button', { name: 'Pinned other', pressed: true }).waitFor();
    await page.getByRole('link', { name: 'Runs' }).press('Enter');
    await page.getByRole('button', { name: /^Look/ }).last().press('Enter');
    await told(page, 'A past run');
    await page.getByRole('button', { name: 'Back to the newest' }).press('Enter');
    await page.locator('.player strong').filter({ hasText: 'The newest run' }).waitFor();
  });

  test('a run elsewhere that is killed goes on no more, and another can be started', async () => {
    const project = trainingProject();
    const { page } = await open(await startUi(project));
    const elsewhere = project.start('run');
    await tally(page, 'train', /1 running/);
    elsewhere.child.kill('SIGKILL');
    await page.getByRole('button', { name: 'Cancel the run' }).waitFor({ state: 'detached' });
    await tally(page, 'train', /to run|skipped/);
    project.go();
    await page.getByRole('button', { name: 'Run…' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).press('Enter');
    await tally(page, 'plot', '1 ran');
  });

  test('names the tasks of a matrix that has not all combinations, and leads to them', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  train:
    cmd: echo {size} {seed} > {outputs.model}
    matrix:
      size: [small, wide, deep]
      seed: [0, 1, 2]
      exclude: [{ size: small, seed: [0, 1] }, { size: deep, seed: 1 }]
      include: [{ size: huge, seed: 7 }]
    outputs: { model: model.txt }
  score:
    cmd: cat {inputs.model} > {outputs.score}
    inputs: { model: train.model }
    matrix: { metric: [a, b] }
    outputs: { score: score.txt }
`,
    });
    await project.pipe('run', 'train');
    const { out } = await project.pipe('status', '--json');
    const all = (JSON.parse(out) as { tasks: { task: string }[] }).tasks.map(({ task }) => task);
    const { page } = await open(await startUi(project));
    await tally(page, 'train', '7 ran');
    await told(page, '7 of size 4 × seed 4');
    for (const stage of ['train', 'score']) {
      const tasks = all.filter((id) => id.startsWith(`${stage}@`));
      await page.getByRole('button', { name: stage, exact: true }).click();
      await page.getByText(`${tasks.length} tasks`, { exact: true }).waitFor();
      const names = await page.locator('.line .id').allTextContents();
      expect(names.map((point) => `${stage}@${point}`)).toEqual(tasks);
    }
    await page.getByRole('option', { name: 'size=deep,seed=2,metric=b' }).click();
    await page.getByRole('heading', { name: 'score@size=deep,seed=2,metric=b' }).waitFor();
    await page.getByText('Reads from (1)').click();
    await page.getByRole('button', { name: 'train@size=deep,seed=2' }).click();
    await page.getByRole('heading', { name: 'train@size=deep,seed=2' }).waitFor();
    await page.getByRole('button', { name: 'model', exact: true }).click();
    await told(page, 'deep 2');
  });

  test.each([1074, 100_000])(
    'shows %i tasks: a row opens into a list of which only what is in sight is there',
    async (tasks) => {
      const project = newProject({
        'pipeline.yaml': `version: 1
stages:
  many:
    cmd: echo {n} > {outputs.n}
    matrix: { n: [${Array.from({ length: tasks }, (_, index) => index).join(', ')}] }
    outputs: { n: n.txt }
`,
      });
      const { page, complaints } = await open(await startUi(project));
      await tally(page, 'many', `${tasks.toLocaleString('en')} to run`);
      await page.getByRole('button', { name: 'many', exact: true }).click();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('End');
      await page.getByRole('option', { name: `n=${tasks - 1}` }).waitFor();
      expect(await page.getByRole('option').count()).toBeLessThan(40);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: `many@n=${tasks - 1}` }).waitFor();
      await page.getByRole('searchbox').fill('n=77');
      await page.getByText('1 task', { exact: true }).waitFor();
      expect(complaints).toEqual([]);
      rmSync(join(project.directory, 'cache'), { recursive: true, force: true });
    },
  );
});

interface Focused {
  readonly textContent: string;
  getAttribute(name: string): string | null;
}

interface Marked {
  readonly activeElement: Control | null;
  querySelectorAll(selector: string): Iterable<Control>;
}

interface Control {
  readonly disabled?: boolean;
  readonly children: ArrayLike<unknown>;
  readonly textContent: string;
  readonly outerHTML: string;
  checkVisibility(): boolean;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}
