/// <reference lib="dom" />
import sharp from 'sharp';
import { pathToFileURL } from 'node:url';
import { launch } from './chromium.ts';

/** The report as README shows it: `npm run screenshot`, after `npx pipe run`. Another page or picture may be named. */
const [page = 'artifacts/report/index.html', picture = 'docs/report.png'] = process.argv.slice(2);

const WIDTH = 1180;
/** From the heading to the first maps. */
const HEIGHT = 1560;

const browser = await launch();
try {
  const opened = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await opened.goto(pathToFileURL(page).href);
  // A function, which the page's content policy lets through, as it would not a text.
  await opened.waitForFunction(() => location.hash !== '' && !document.querySelector('.none'));
  const taken = await opened.screenshot();
  // Few colours do, and make it small.
  await sharp(taken).png({ palette: true, colours: 128, effort: 10 }).toFile(picture);
  process.stdout.write(`${picture}\n`);
} finally {
  await browser.close();
}
