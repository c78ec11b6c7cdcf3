import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where a Chromium lies: `CHROMIUM`, or where Linux distributions and macOS put one; null where there is none. */
const program =
  [
    process.env['CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ].find((path) => path !== undefined && path !== '' && existsSync(path)) ?? null;

export const hasChromium = program !== null;

/** One that asks nothing of any network. */
export function launch(): Promise<Browser> {
  if (program === null) throw new Error('there is no Chromium here; CHROMIUM names one');
  const quiet = ['background-networking', 'component-update', 'sync', 'gpu', 'quic'];
  return chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--no-first-run', ...quiet.map((what) => `--disable-${what}`)],
  });
}
