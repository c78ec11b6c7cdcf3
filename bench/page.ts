/**
 * How long the live page takes until it can be used, and how smoothly it shows a run. For each number of tasks:
 * milliseconds from the address to rows with their grids (the first time and the median of five more), until the plan
 * is in them, pictures a second while a run writes 300 events a second for ten seconds, the median and the 95th
 * percentile of the time between two, and the memory of the page.
 *
 *   npm run bench:page -- [tasks...]
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { launch } from '../scripts/chromium.ts';

const counts = process.argv.slice(2).map(Number);
const RATE = 300;
const SECONDS = 10;

/** Chains of up to forty epochs that come to half of the tasks, which are an even number. */
function shapeOf(tasks: number): { readonly chains: number; readonly epochs: number } {
  const half = tasks / 2;
  let epochs = Math.min(40, half);
  while (half % epochs !== 0) epochs--;
  return { chains: half / epochs, epochs };
}

/** Chains of epochs, and a stage that reads each of them. */
function pipeline(tasks: number): string {
  const { chains, epochs } = shapeOf(tasks);
  const list = (n: number) => `[${Array.from({ length: n }, (_, index) => index).join(', ')}]`;
  return `version: 1
stages:
  train:
    cmd: echo {chain} {epoch} > {outputs.model}
    matrix: { chain: ${list(chains)} }
    scan: { axis: epoch, values: ${list(epochs)}, carry: { before: model } }
    outputs: { model: model.txt }
  score:
    cmd: cat {inputs.model} > {outputs.score}
    inputs: { model: train.model }
    outputs: { score: score.txt }
`;
}

async function served(directory: string): Promise<{ child: ChildProcess; address: string }> {
  const child = spawn(process.execPath, [resolve('lib/pipe/dist/pipe.js'), '-C', directory, 'ui'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const text of child.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const address = /http\S+/.exec(String(text))?.[0];
    if (address !== undefined) return { child, address };
  }
  throw new Error('the server ended');
}

/** Writes what a run of this process would write, task after task, until the time is over. */
async function pretend(directory: string, tasks: number): Promise<void> {
  const local = join(directory, 'cache/local');
  const run = `${new Date().toISOString().replaceAll(':', '-').replace('Z', '')}-${process.pid}`;
  const file = join(local, 'runs', run, 'events.ndjson');
  mkdirSync(join(local, 'runs', run), { recursive: true });
  const { identityOf } = await import('../lib/pipe/store/process-identity.ts');
  writeFileSync(join(local, 'run.lock'), JSON.stringify(identityOf(process.pid)));
  const write = (event: object): void => {
    appendFileSync(file, `${JSON.stringify({ at: Date.now(), ...event })}\n`);
  };
  const { epochs } = shapeOf(tasks);
  const half = tasks / 2;
  const stages = ['train', 'score'].map((stage) => ({ stage, tasks: half, fresh: 0 }));
  write({ type: 'run-started', run, profile: 'default', tasks: 2 * half, fresh: 0, jobs: 2, stages });
  const name = (task: number): string =>
    `${task < half ? 'train' : 'score'}@chain=${Math.floor((task % half) / epochs)},epoch=${task % epochs}`;
  const startedAt = performance.now();
  for (let written = 0; written < RATE * SECONDS;) {
    const due = Math.min(RATE * SECONDS, ((performance.now() - startedAt) / 1000) * RATE);
    for (; written < due; written++) {
      const task = name(Math.floor(written / 3) % (2 * half));
      const numbers = { loss: 1 / (written + 1) };
      if (written % 3 === 0) write({ type: 'task-started', task, reasons: [{ reason: 'never-built' }] });
      else if (written % 3 === 1)
        write({ type: 'task-progress', task, done: 1, total: 2, unit: 'steps', note: '', numbers });
      else write({ type: 'task-finished', task, outcome: { type: 'ran', ms: 5, changed: true } });
    }
    await sleep(10);
  }
}

async function usable(page: Page, address: string): Promise<number> {
  await page.goto('about:blank');
  const startedAt = performance.now();
  await page.goto(address);
  await page.locator('.stage canvas').nth(1).waitFor();
  return performance.now() - startedAt;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const browser = await launch();
for (const tasks of counts.length > 0 ? counts : [10, 1074, 100_000]) {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-page-'));
  writeFileSync(join(directory, 'pipeline.yaml'), pipeline(tasks));
  const { child, address } = await served(directory);
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const first = await usable(page, address);
  const startedAt = performance.now();
  await page.locator('.tally').filter({ hasText: 'to run' }).first().waitFor();
  const planned = first + performance.now() - startedAt;
  const again: number[] = [];
  for (let time = 0; time < 5; time++) again.push(await usable(page, address));
  await page.evaluate(`globalThis.gaps = []; let last = performance.now();
    requestAnimationFrame(function next(now) { gaps.push(now - last); last = now; requestAnimationFrame(next); })`);
  await pretend(directory, tasks);
  const gaps = await page.evaluate<number[]>('gaps.slice(1)');
  const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize');
  const sorted = gaps.toSorted((a, b) => a - b);
  const frames = gaps.length / (gaps.reduce((sum, gap) => sum + gap, 0) / 1000);
  console.log(
    `${tasks} tasks: usable after ${first.toFixed(0)} ms, then ${median(again).toFixed(0)} ms; plan after ${planned.toFixed(0)} ms; ` +
      `${frames.toFixed(0)} pictures a second, ${median(gaps).toFixed(1)} ms and ${sorted[Math.floor(sorted.length * 0.95)]!.toFixed(1)} ms between two; ${(heap / 1e6).toFixed(0)} MB`,
  );
  await page.close();
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
await browser.close();
