// Bundles the command and its helpers into dist/, so that starting `pipe` reads a few files, not hundreds.
import { build } from 'esbuild';
import { chmod, copyFile, readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';

const { metafile } = await build({
  entryPoints: {
    pipe: 'lib/pipe/cli/main.ts',
    worker: 'lib/pipe/run/worker.ts',
    'run-commands': 'lib/pipe/run/run-commands.ts',
  },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outdir: 'dist',
  // Native code and packages that stage modules share with the worker stay in node_modules.
  external: ['esbuild', 'sharp', 'onnxruntime-node', '@tensorflow/*'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
await chmod('dist/pipe.js', 0o755);
await copyFile('lib/pipe/run/run-commands.pl', 'dist/run-commands.pl');

// Chunks carry a hash in their names: drop the ones this build did not write.
const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path))).add('run-commands.pl');
for (const file of await readdir('dist')) if (!written.has(file)) await rm(`dist/${file}`);
