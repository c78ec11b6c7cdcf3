import { configDefaults, defineConfig } from 'vitest/config';
import { FastestFirst } from './scripts/fastest-first.ts';
import { SecondTries } from './scripts/second-tries.ts';

interface Mutant {
  readonly file: string;
  readonly code: string;
  readonly becomes: string;
}

/** One change of the code, as scripts/mutate.mjs asks for it; no file is written to. */
function changed(mutant: string | undefined) {
  if (mutant === undefined) return [];
  const { file, code, becomes } = JSON.parse(mutant) as Mutant;
  return [
    {
      name: 'a change of the code',
      enforce: 'pre' as const,
      transform: (text: string, id: string) =>
        id.endsWith(`/${file}`) ? text.replace(code, () => becomes) : undefined,
    },
  ];
}

const mutatedTests = process.env['MUTATED_TESTS'];

export default defineConfig({
  plugins: changed(process.env['MUTANT']),
  // The engine's sources, not what was built of them.
  ssr: { resolve: { conditions: ['pipewright-source', 'module', 'node', 'development|production'] } },
  test: {
    // The tests beside the code that scripts/mutate.mjs changes, where it runs them.
    include: [mutatedTests ?? 'test/**/*.test.ts'],
    // Of these, one takes minutes where there is no GPU, and the other sees what processes do, which are not changed.
    exclude: [
      ...configDefaults.exclude,
      ...(mutatedTests === undefined ? [] : ['test/study/train/{webgpu,processes}.test.ts']),
    ],
    sequence: mutatedTests === undefined ? {} : { sequencer: FastestFirst },
    // Of changes that make a test wait for ever there are many.
    testTimeout: mutatedTests === undefined ? 120_000 : 45_000,
    hookTimeout: 120_000,
    // What is waited for comes when the machine has time for it, not within a second.
    expect: { poll: { timeout: mutatedTests === undefined ? 60_000 : 20_000 } },
    // Tests start real processes that compute; two at once fill a two-core machine.
    maxWorkers: 2,
    pool: 'forks',
    // Where nobody is there to run one again, a test has a second try; what took it is listed at the end.
    retry: process.env.CI && mutatedTests === undefined ? 1 : 0,
    reporters: process.env.CI
      ? ['default', new SecondTries(), ['json', { outputFile: 'node_modules/.cache/vitest/results.json' }]]
      : ['default'],
  },
});
