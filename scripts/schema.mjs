// Writes pipeline.schema.json, which editors read, from the grammar that the program itself checks with.
import { build } from 'esbuild';
import { rm, writeFile } from 'node:fs/promises';

const bundle = new URL('../node_modules/.cache/schema.mjs', import.meta.url);
await build({
  entryPoints: ['lib/pipe/manifest/schema.ts'],
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  outfile: bundle.pathname,
  logLevel: 'warning',
});
const { schemaText } = await import(bundle.href);
await rm(bundle);
await writeFile('pipeline.schema.json', schemaText());
