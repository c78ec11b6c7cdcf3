import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The engine's sources, not what was built of them.
  ssr: { resolve: { conditions: ['pipewright-source', 'module', 'node', 'development|production'] } },
  test: {
    // The tests beside the code that scripts/mutate.mjs changes, where it runs them.
    include: [process.env['MUTATED_TESTS'] ?? 'test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Tests start real processes that compute; two at once fill a two-core machine.
    maxWorkers: 2,
    pool: 'forks',
    reporters: process.env.CI
      ? ['default', ['json', { outputFile: 'node_modules/.cache/vitest/results.json' }]]
      : ['default'],
  },
});
