// Bundles the command and its helpers into dist/, so that starting `pipe` reads a few files, not hundreds.
// With `--types`, also what a package needs beside them: declarations, and the licences of what was bundled.
import { build } from 'esbuild';
import { chmod, copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { buildProgram } from './build-program.mjs';

process.chdir(import.meta.dirname);
const program = await buildProgram('dist');
const page = await buildPage('ui/page');
await chmod('dist/pipe.js', 0o755);
await copyFile('execute/run-commands.pl', 'dist/run-commands.pl');
// The Python package lies there as it can be installed, without what Python leaves beside its sources.
await rm('dist/python', { recursive: true, force: true });
const isSource = (path) => !/__pycache__|\.egg-info|build/.test(relative('python', path));
await cp('python', 'dist/python', { recursive: true, filter: isSource });

// Chunks carry a hash in their names: drop the ones this build did not write.
const written = new Set([...program.files, 'page.html', 'run-commands.pl', 'study.json', 'python']);
for (const file of await readdir('dist'))
  if (!written.has(file)) await rm(join('dist', file), { recursive: true });

const { writeStudy } = await import('./build-package.mjs');
await writeStudy('../..', 'dist/study.json');

if (process.argv.includes('--types')) {
  const { writeDeclarations, writeLicences } = await import('./build-package.mjs');
  await writeDeclarations(['stage/index.ts', 'arrow/index.ts'], 'dist/types');
  await writeLicences([...program.modules, ...page.inputs], 'dist/LICENSES.txt');
}

/** The page of `pipe ui` as one file, so that what it may run can be told by a digest. */
async function buildPage(directory) {
  const { metafile, outputFiles } = await build({
    entryPoints: [`${directory}/main.tsx`, `${directory}/style.css`],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: ['es2022'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: 'dist/page',
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  const text = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
  const template = await readFile(`${directory}/page.html`, 'utf8');
  const parts = { '/*style*/': text('.css'), '/*script*/': text('.js') };
  const html = Object.entries(parts).reduce((page, [mark, part]) => page.replace(mark, () => part), template);
  await writeFile('dist/page.html', html);
  return { inputs: Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)) };
}
