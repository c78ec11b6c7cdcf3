import { build } from 'esbuild';
import { resolve } from 'node:path';

/** What the browser begins with: said here, so that it is part of the code of whoever bundles it. */
const ENTRY = "import { start } from './start.tsx';\nstart();\n";

/** Of what a page is made: each has its sources in a folder of its own, with a `start.tsx`. */
export type PageFolder = 'lib/study/report/page' | 'lib/study/survey/page';

/**
 * The browser's side of a page as one script. It is bundled from its sources when the page is written; `entry`,
 * which is not called here, is what makes all of them code of whoever asks, so that an edit of one makes it stale.
 */
export async function browserScript(project: string, folder: PageFolder, entry: () => void): Promise<string> {
  if (typeof entry !== 'function') throw new TypeError(`${folder}/start.tsx has nothing to start with`);
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: resolve(project, folder), loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    charset: 'utf8',
    write: false,
  });
  // In a page it stands in an element.
  return outputFiles[0]!.text.trim().replaceAll('</script', '<\\/script');
}
