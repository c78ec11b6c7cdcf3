import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** What came of one of tfjs-core's tests. */
export interface SpecResult {
  readonly name: string;
  readonly status: string;
  readonly errors: readonly string[];
  /** Whether ONNX Runtime computed anything in it. */
  readonly computed: boolean;
}

/** What the recorder says of what it does not take: refused in words, not wrong. */
const REFUSALS = [
  /uses the tfjs kernel \w+, which does not compile yet/,
  /works on float32, int32 and bool tensors, not/,
  /it does not compile for \w+ tensors/,
  /convolutions are recorded in NHWC format only/,
  /has no text tensors/,
  /leaves windows of .* with nothing in them/,
  /gradient function not found|No gradient function found|Cannot compute gradient/,
  /has no gradient:/,
  /padding has no gradient/,
  /a convolution makes \[/,
  /not registered for backend/,
];

/** Where another answer than tfjs's is right, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'gradients compiled {} errors if relevant ops are missing grads': 'the gradient that tfjs lacks is there',
  'depthwiseConv2d gradients compiled {} throws error on dilations > 1':
    'dilated convolutions have gradients here',
  'exp compiled {} int32': 'e¹⁰ is the next number of single precision, closer than which the test asks for',
};

export function isRefused({ errors }: SpecResult): boolean {
  const text = errors.join(' | ');
  return REFUSALS.some((pattern) => pattern.test(text));
}

const CORE = resolve('node_modules/@tensorflow/tfjs-core/dist');

/** tfjs-core's test files of operations and their gradients. */
export async function tfjsTests(): Promise<string[]> {
  const files = (await readdir(join(CORE, 'ops'), { recursive: true })).filter((name) =>
    name.endsWith('_test.js'),
  );
  return [...files.map((name) => `ops/${name}`), 'gradients_test.js'].sort();
}

async function bundled(tests: readonly string[], outfile: string): Promise<void> {
  await build({
    entryPoints: ['test/compute/conformance/tfjs-process.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    external: ['onnxruntime-node', 'node-fetch'],
    mainFields: ['module', 'main'],
    // One copy of tfjs, that which its tests import by their relative paths.
    alias: { '@tensorflow/tfjs-core': join(CORE, 'index.js') },
    banner: {
      js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(${JSON.stringify(resolve('package.json'))});`,
    },
    plugins: [
      {
        name: 'tested',
        setup(bundler) {
          bundler.onResolve({ filter: /^@tensorflow\/tfjs-core\/dist\// }, ({ path }) => ({
            path: join(CORE, path.slice('@tensorflow/tfjs-core/dist/'.length)),
          }));
          bundler.onResolve({ filter: /^tested$/ }, () => ({ path: 'tested', namespace: 'tested' }));
          bundler.onLoad({ filter: /.*/, namespace: 'tested' }, () => ({
            // As imports that are awaited: the package says that its modules do nothing by themselves.
            contents: ['public/chained_ops/register_all_chained_ops.js', ...tests]
              .map((name) => `await import(${JSON.stringify(join(CORE, name))});`)
              .join('\n'),
            resolveDir: CORE,
          }));
        },
      },
    ],
  });
}

/** Runs test files in a process of their own. */
export async function runTfjsTests(tests: readonly string[]): Promise<readonly SpecResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-tests-'));
  try {
    const outfile = join(folder, 'tests.mjs');
    await bundled(tests, outfile);
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { maxBuffer: 1 << 28 });
    return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as SpecResult[];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What went another way than tfjs says: neither passed, nor refused, nor right for a reason. */
export function differing(results: readonly SpecResult[]): readonly SpecResult[] {
  return results.filter(
    (result) => result.status === 'failed' && !isRefused(result) && !Object.hasOwn(OTHERWISE, result.name),
  );
}

/** Kernels that tests ask for and that do not compile, with the number of tests, the most first. */
export function missingKernels(results: readonly SpecResult[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { errors } of results) {
    const kernel = /uses the tfjs kernel (\w+)/.exec(errors.join())?.[1];
    if (kernel !== undefined) counts.set(kernel, (counts.get(kernel) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}
