import { createHash } from 'node:crypto';
import { render } from 'preact-render-to-string';
import { App } from './page/app.tsx';
import type { StudyData } from './page/data.ts';
import { style } from './page/style.ts';

/** Text that ends no element it stands in. */
function inElement(text: string): string {
  return text.replaceAll('<', '\\u003c');
}

const ARRIVED = 'arrived()';

/** A page without its maps, in two parts: what stands before them, and behind. */
export function pageAround(
  study: StudyData,
  script: string,
): { readonly before: string; readonly after: string } {
  const safe = script.replaceAll('</script', '<\\/script');
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    `script-src ${[safe, ARRIVED].map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ')}${study.beside ? " 'self' file:" : ''}`,
  ].join('; ');
  const before = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${study.question.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>`,
    '<link rel="icon" href="data:,">',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<div id="page">${render(<App study={study} pictures={null} />)}</div>`,
    `<script type="application/json" id="study">${inElement(JSON.stringify(study))}</script>`,
    `<script>${safe}</script>`,
    '',
  ].join('\n');
  return { before, after: '</body>\n</html>\n' };
}

/** A block of maps in the page: base64, a line a chunk, and a script behind it that says that it is whole. */
export function mapsBlock(id: string, lines: readonly string[]): string {
  return `<script type="text/plain" id="maps-${id}">${lines.join('\n')}</script><script>${ARRIVED}</script>\n`;
}

/** The same as a file beside the page. */
export function mapsFile(id: string, lines: readonly string[]): string {
  return `packed(${JSON.stringify(id)},${JSON.stringify(lines)})\n`;
}
