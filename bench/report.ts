/// <reference lib="dom" />
/**
 * How large the report is, and how fast: from the address to the first paint and until its maps can be looked at, a
 * step of the slider and another image from the key to the picture after it, and its memory. Of several openings the
 * median; with what the console said and what was asked for besides the page.
 *
 *   npm run bench:report -- [page]
 */
import { statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { launch } from '../scripts/chromium.ts';

const [page = 'artifacts/report/index.html'] = process.argv.slice(2);
const OPENINGS = 5;
const STEPS = 40;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Milliseconds from each press of a key until what it changed is painted. */
async function presses(opened: Page, keys: readonly string[]): Promise<number[]> {
  await opened.evaluate(`globalThis.took = [];
    addEventListener('keydown', () => {
      const pressed = performance.now();
      requestAnimationFrame(() => setTimeout(() => took.push(performance.now() - pressed)));
    }, true);`);
  for (const [index, key] of keys.entries()) {
    await opened.keyboard.press(key);
    await opened.waitForFunction(
      (count) => (globalThis as unknown as { took: unknown[] }).took.length > count,
      index,
    );
  }
  return opened.evaluate<number[]>('took');
}

const browser = await launch();
const found: Record<'paint' | 'usable' | 'step' | 'image' | 'heap', number[]> = {
  ...{ paint: [], usable: [], step: [], image: [], heap: [] },
};
const requests = new Set<string>();
const complaints: string[] = [];
for (let opening = 0; opening < OPENINGS; opening++) {
  const opened = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  opened.on('request', (request) => requests.add(request.url()));
  opened.on('console', (message) => complaints.push(message.text()));
  opened.on('pageerror', (error) => complaints.push(error.message));
  const startedAt = performance.now();
  await opened.goto(pathToFileURL(page).href);
  await opened.waitForFunction(() => location.hash !== '' && !document.querySelector('.none'));
  found.usable.push(performance.now() - startedAt);
  found.paint.push(
    await opened.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
  );
  const along = Array.from({ length: STEPS }, (_, at) => (at % 8 < 4 ? 'ArrowLeft' : 'ArrowRight'));
  found.step.push(...(await presses(opened, along)));
  const images = Array.from({ length: 12 }, (_, at) => (at < 6 ? 'ArrowDown' : 'ArrowUp'));
  found.image.push(...(await presses(opened, images)));
  found.heap.push(await opened.evaluate<number>('performance.memory.usedJSHeapSize'));
  await opened.close();
}
await browser.close();
const { paint, usable, step, image, heap } = found;
const slow = step.toSorted((a, b) => a - b)[Math.floor(step.length * 0.95)]!;
const besides = [...requests].filter((url) => !url.startsWith('data:') && url !== pathToFileURL(page).href);
console.log(
  `${(statSync(page).size / 1e6).toFixed(1)} MB; first paint after ${median(paint).toFixed(0)} ms, maps after ${median(usable).toFixed(0)} ms; ` +
    `a step of the slider ${median(step).toFixed(0)} ms (95 %: ${slow.toFixed(0)} ms), another image ${median(image).toFixed(0)} ms; ` +
    `${(median(heap) / 1e6).toFixed(0)} MB of memory; load ${loadavg()[0]!.toFixed(0)}; ` +
    `asked for besides: ${besides.join(', ') || 'nothing'}; console: ${complaints.join(', ') || 'nothing'}`,
);
