// Bundles the command and its helpers into dist/, so that starting `pipe` reads a few files, not hundreds.
// With `--types`, also what a package needs beside them: declarations, and the licences of what was bundled.
import { build } from 'esbuild';
import { chmod, copyFile, cp, readdir, rm } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

process.chdir(import.meta.dirname);
const { metafile } = await build({
  entryPoints: {
    pipe: 'cli/main.ts',
    worker: 'worker/worker.ts',
    'run-commands': 'execute/run-commands.ts',
    stage: 'stage/index.ts',
    arrow: 'arrow/index.ts',
  },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outdir: 'dist',
  // Native code stays in node_modules.
  external: ['esbuild', 'sharp'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
await chmod('dist/pipe.js', 0o755);
await copyFile('execute/run-commands.pl', 'dist/run-commands.pl');
// The Python package lies there as it can be installed, without what Python leaves beside its sources.
await rm('dist/python', { recursive: true, force: true });
const isSource = (path) => !/__pycache__|\.egg-info|build/.test(relative('python', path));
await cp('python', 'dist/python', { recursive: true, filter: isSource });

// Chunks carry a hash in their names: drop the ones this build did not write.
const built = Object.keys(metafile.outputs).map((path) => basename(path));
const written = new Set([...built, 'run-commands.pl', 'study.json', 'python']);
for (const file of await readdir('dist'))
  if (!written.has(file)) await rm(join('dist', file), { recursive: true });

const { writeStudy } = await import('./build-package.mjs');
await writeStudy('../..', 'dist/study.json');

if (process.argv.includes('--types')) {
  const { writeDeclarations, writeLicences } = await import('./build-package.mjs');
  await writeDeclarations(['stage/index.ts', 'arrow/index.ts'], 'dist/types');
  await writeLicences(metafile, 'dist/LICENSES.txt');
}
