import { createHash } from 'node:crypto';

/** Text that ends no element it stands in. */
export function inElement(text: string): string {
  return text.replaceAll('<', '\\u003c');
}

interface Head {
  readonly title: string;
  readonly style: string;
  /** All scripts in the page; no others run. */
  readonly scripts: readonly string[];
  /** Whether files beside the page may be scripts, too. */
  readonly besides: boolean;
}

/** What a page that is opened from disk begins with, up to its body: it may load nothing but itself. */
export function documentHead({ title, style, scripts, besides }: Head): string {
  const digests = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    `script-src ${digests.join(' ')}${besides ? " 'self' file:" : ''}`,
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</title>`,
    '<link rel="icon" href="data:,">',
    `<style>${style}</style>`,
    '</head>',
  ].join('\n');
}
