import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { builtFile } from './built.ts';

export interface PageFile {
  readonly html: string;
  /** What it may do: run its own script, and nothing that came from elsewhere. */
  readonly policy: (pages: string) => string;
}

/** The page, as the build made it: one file with one style and one script. */
export function pageFile(): PageFile {
  const html = readFileSync(builtFile('page.html'), 'utf8');
  const [style, script] = [hashOf(html, 'style'), hashOf(html, 'script')];
  return {
    html,
    policy: (pages) =>
      [
        "default-src 'none'",
        `script-src '${script}'`,
        `style-src '${style}'`,
        "img-src 'self'",
        "connect-src 'self'",
        `frame-src ${pages}`,
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ].join('; '),
  };
}

/** Of what stands between the tags, to the letter. */
function hashOf(html: string, tag: string): string {
  const start = html.indexOf('>', html.indexOf(`<${tag}`)) + 1;
  const text = html.slice(start, html.indexOf(`</${tag}>`, start));
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
