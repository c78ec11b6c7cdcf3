import { expect, test } from 'vitest';
import { differing, runTfjsTests, tfjsTests } from './tfjs.ts';

/** Half a minute on two idle cores. */
test.runIf(process.env.NIGHTLY === '1')(
  'tfjs-core’s own tests of its operations pass through the recorder and ONNX Runtime, or are refused in words',
  { timeout: 600_000 },
  async () => {
    const results = await runTfjsTests(await tfjsTests());
    expect(differing(results)).toEqual([]);
    const passed = results.filter(({ status }) => status === 'passed');
    expect(passed.length).toBeGreaterThanOrEqual(2189);
    expect(passed.filter(({ computed }) => computed).length).toBeGreaterThanOrEqual(1442);
  },
);
