import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const stage = `
  import * as tf from '@tensorflow/tfjs-core';
  import { createEngine } from ${JSON.stringify(resolve('lib/compute/engine.ts'))};
  export async function slope(value) {
    const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
    const program = await engine.compile(({ x }) => ({ dx: tf.grad((v) => tf.sum(tf.mul(v, v)))(x) }), {
      inputs: { x: { dtype: 'float32', shape: [1] } },
    });
    const { dx } = await program.run({ x: { dtype: 'float32', shape: [1], values: Float32Array.of(value) } });
    await engine.dispose();
    return dx.values[0];
  }
`;

/** As stage modules are: their own copy of lib/compute, around the one tfjs in node_modules. */
async function bundle(folder: string, name: string): Promise<string> {
  const outfile = join(folder, name);
  await build({
    stdin: { contents: stage, resolveDir: resolve('.'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['onnxruntime-node', '@tensorflow/*'],
    banner: {
      js: "import { createRequire as load } from 'node:module'; const require = load(import.meta.url);",
    },
    outfile,
    logLevel: 'silent',
  });
  return outfile;
}

test('two bundles around one tfjs compile and differentiate in one process, in silence', async () => {
  const cache = resolve('node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'bundles-'));
  try {
    const [a, b] = await Promise.all([bundle(folder, 'a.mjs'), bundle(folder, 'b.mjs')]);
    const main = join(folder, 'main.mjs');
    await writeFile(
      main,
      `const a = await import(${JSON.stringify(a)});
       const b = await import(${JSON.stringify(b)});
       console.log(await a.slope(1), await b.slope(2), await a.slope(3), ...(await Promise.all([a.slope(4), b.slope(5)])));`,
    );
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main]);
    expect(stdout).toBe('2 4 6 8 10\n');
    expect(stderr).toBe('');
  } finally {
    await rm(folder, { recursive: true });
  }
});
