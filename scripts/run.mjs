// Runs a TypeScript file of this project: `node scripts/run.mjs bench/engine.ts [arguments]`.
import { build } from 'esbuild';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file, ...rest] = process.argv.slice(2);
const outfile = join('node_modules/.cache/pipe-run', file.replace(/\.ts$/, '.mjs'));
await build({
  entryPoints: [file],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  outfile,
  logLevel: 'warning',
});
process.argv = [process.argv[0], file, ...rest];
await import(pathToFileURL(resolve(outfile)).href);
