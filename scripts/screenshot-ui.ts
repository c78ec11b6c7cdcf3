import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { launch } from './chromium.ts';

/** The live page as docs/ui.md shows it, amid a run of a small pipeline that is made for it: `npm run screenshot:ui`. */
const [picture = 'docs/ui.png'] = process.argv.slice(2);

const [WIDTH, HEIGHT] = [1240, 700];
/** Tasks of the run that are done when the picture is taken. */
const DONE = 19;

const pipeline = `version: 1
params:
  rate: 0.1
  seeds: [0, 1, 2, 3]
  epochs: [1, 2, 4, 8, 12, 16, 24, 32]
stages:
  data:
    title: draw points
    use: stages/step.ts
    outputs: { out: points.json }
  train:
    title: go down
    use: stages/step.ts
    params: [rate]
    matrix: { seed: '\${seeds}' }
    scan: { axis: epoch, values: '\${epochs}', carry: { before: out } }
    inputs: { points: data.out }
    outputs: { out: model.json }
    resources: { threads: 1 }
  score:
    title: compare with the first
    use: stages/step.ts
    matrix: { measure: [distance, angle], exclude: [{ seed: 3, measure: angle }] }
    inputs: { model: train.out }
    outputs: { out: score.json }
  plot:
    title: draw
    use: stages/step.ts
    inputs: { scores: { from: score.out, gather: [seed, epoch, measure] } }
    outputs: { out: figure.json }
`;

/** Steps that count to forty; once so many tasks were begun, one stays at thirty as long as it is looked at. */
const step = `import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineStage } from 'pipewright/stage';
export default defineStage({
  inputs: { before: 'optional', points: 'optional', model: 'optional', scores: 'many' },
  outputs: ['out'],
  run: async ({ params, outputs, progress, log }) => {
    const begun = ${JSON.stringify('BEGUN')};
    appendFileSync(begun, 'x');
    const rank = readFileSync(begun).length;
    for (let at = 1; at <= 40; at++) {
      while (rank > ${DONE} && at > 30 && !existsSync(begun + '.go')) await sleep(50);
      const loss = 2 * Math.exp(-at / 14) + 0.12 * Math.sin(at * 1.7 + rank) * Math.exp(-at / 30);
      progress(at, 40, 'steps', { loss, accuracy: 1 - Math.exp(-at / 11) });
      if (at % 10 === 0) log('step ' + at + ': loss ' + loss.toFixed(3));
      await sleep(5);
    }
    writeFileSync(outputs.out, JSON.stringify({ params, rank }));
  },
});
`;

function pipe(directory: string, ...args: readonly string[]): ChildProcess {
  const program = [resolve('lib/pipe/dist/pipe.js'), '-C', directory, ...args];
  return spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function saying(child: ChildProcess, what: RegExp): Promise<string> {
  let said = '';
  for await (const text of child.stdout!.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    said += String(text);
    const found = what.exec(said);
    if (found !== null) return found[0];
  }
  throw new Error(`it ended without saying ${String(what)}`);
}

const parent = mkdtempSync(join(tmpdir(), 'pipe-picture-'));
const directory = join(parent, 'example');
const begun = join(parent, 'begun');
const begunTasks = (): number => (existsSync(begun) ? statSync(begun).size : 0);
const browser = await launch();
const started: ChildProcess[] = [];
try {
  mkdirSync(join(directory, 'stages'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'pipeline.yaml'), pipeline);
  writeFileSync(join(directory, 'stages/step.ts'), step.replace('"BEGUN"', JSON.stringify(begun)));
  const server = pipe(directory, 'ui', '--port', '0');
  started.push(server);
  const address = await saying(server, /http\S+/);
  const run = pipe(directory, 'run', '--jobs', '2', '--json');
  started.push(run);
  run.stdout!.resume();
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await page.goto(address);
  const running = page.locator('aside, .side').getByRole('button', { name: /^(?:train|score)@/ });
  // Both that run by then stay where they are.
  while (begunTasks() < DONE + 2) await sleep(50);
  await page.getByText('30 of 40 steps').nth(1).waitFor();
  await running.first().click();
  await page.getByRole('heading', { level: 2, name: /@/ }).waitFor();
  await page
    .getByRole('img', { name: /^loss from/ })
    .first()
    .waitFor();
  const taken = await page.screenshot();
  await sharp(taken).png({ palette: true, colours: 128, effort: 10 }).toFile(picture);
  process.stdout.write(`${picture}\n`);
} finally {
  writeFileSync(`${begun}.go`, '');
  for (const child of started.reverse()) {
    child.kill('SIGINT');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await browser.close();
  rmSync(parent, { recursive: true, force: true });
}
