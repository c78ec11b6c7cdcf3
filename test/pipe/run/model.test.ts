import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nightly } from './kills.ts';
import { deeds, World, type Step } from './model.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));
vi.mock('../../../lib/pipe/store/process-identity.ts', () => import('../memory/processes.ts'));

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(...(Object.keys(deeds) as (keyof typeof deeds)[])),
  project: fc.constantFrom(0, 1),
  by: fc.nat({ max: 0xfffff }),
});

/** `MODEL_SEED`, `MODEL_RUNS` and `MODEL_STEPS` choose others; a failure names its seed, and the shortest steps that lead to it. */
const seed = Number(process.env['MODEL_SEED'] ?? (nightly ? Date.now() % 1_000_000 : 1));
const numRuns = Number(process.env['MODEL_RUNS'] ?? (nightly ? 400 : 6));
const maxLength = Number(process.env['MODEL_STEPS'] ?? (nightly ? 60 : 12));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test(
  'whatever two projects with one store go through, a run ends with the bytes and the lock of a clean build',
  { timeout: nightly ? 7_200_000 : 60_000 },
  async () => {
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength, size: 'max' }), async (all) => {
        const world = new World();
        for (const each of all) {
          await world.take(each);
          steps += 1;
        }
      }),
      { seed, numRuns, endOnFailure: false },
    );
    expect(steps).toBeGreaterThanOrEqual(numRuns);
  },
);
