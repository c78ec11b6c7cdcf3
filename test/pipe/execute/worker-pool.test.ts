import { expect, test } from 'vitest';
import { TestProject } from '../run/project.ts';

test('a worker in which a task failed is not given the next one: what it left in memory is not for that', async () => {
  const project = new TestProject({
    'stages/s.ts': `
      import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
      import { z } from 'zod';
      import { defineStage } from 'pipewright/stage';
      const memory = globalThis as { left?: string };
      export default defineStage({
        params: z.object({}), axes: z.object({}), inputs: {}, outputs: ['x'],
        async run({ outputs }) {
          appendFileSync('tries', 'x');
          if (readFileSync('tries', 'utf8') === 'x') {
            memory.left = 'over';
            throw new Error('the first time');
          }
          writeFileSync(outputs.x, String(memory.left));
        },
      });`,
    'pipeline.yaml': 'version: 1\nstages:\n  s: { use: stages/s.ts, retries: 1, outputs: { x: x } }\n',
  });
  expect(await project.run()).toEqual({ s: 'ran' });
  expect(project.read('artifacts/s/x')).toBe('undefined');
});
