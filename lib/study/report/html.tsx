import { render } from 'preact-render-to-string';
import { documentHead, inElement } from './document.ts';
import { App } from './page/app.tsx';
import { showControls } from './page/controls-shown.ts';
import type { StudyData } from './page/data.ts';
import { RECORD_ELEMENT } from './page/record.ts';
import { style } from './page/style.ts';

const ARRIVED = 'arrived()';

/** A page without its maps, in two parts: what stands before them, and behind. */
export function pageAround(
  study: StudyData,
  script: string,
): { readonly before: string; readonly after: string } {
  // As the browser does, which takes over what is written here.
  showControls();
  const head = documentHead({
    title: study.question,
    style,
    scripts: [script, ARRIVED],
    besides: study.beside,
  });
  const before = [
    head,
    '<body>',
    `<div id="page">${render(<App study={study} pictures={null} />)}</div>`,
    `<script type="application/json" id="${RECORD_ELEMENT}"></script>`,
    `<script type="application/json" id="study">${inElement(JSON.stringify(study))}</script>`,
    `<script>${script}</script>`,
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
