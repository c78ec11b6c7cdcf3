import { build } from 'esbuild';
import { resolve } from 'node:path';

/** What the browser begins with: said here, so that it is part of the code of whoever bundles it. */
const ENTRY = "import { start } from './start.tsx';\nstart();\n";

const FOLDER = 'lib/study/report/page';

/**
 * The browser's side of the page as one script. It is bundled from its sources when the page is written; `entry`,
 * which is not called here, is what makes all of them code of whoever asks, so that an edit of one makes it stale.
 */
export async function browserScript(project: string, entry: () => void): Promise<string> {
  if (typeof entry !== 'function') throw new TypeError(`${FOLDER}/start.tsx has nothing to start with`);
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: resolve(project, FOLDER), loader: 'ts' },
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
  return outputFiles[0]!.text.trim();
}
