import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { layoutIn } from '../../../lib/pipe/store/layout.ts';
import { Planner } from '../../../lib/pipe/ui/planner.ts';

const asked = { profile: 'default', set: [], experiment: null };

/** A thread that answers as `program` says. */
function plannerOf(program: string): Planner {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-planner-'));
  const file = join(directory, 'program.mjs');
  writeFileSync(file, `import { parentPort, workerData } from 'node:worker_threads';\n${program}`);
  const planner = new Planner(file, layoutIn(directory, undefined));
  onTestFinished(async () => {
    await planner.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return planner;
}

test('each question gets its own answer, in whatever order they come', async () => {
  const planner = plannerOf(`
    const waiting = [];
    parentPort.on('message', (asked) => {
      waiting.push(asked);
      if (waiting.length < 3) return;
      for (const { number, question } of waiting.reverse())
        parentPort.postMessage({ number, value: question.type === 'view' ? { again: question.again } : [String(question.index)] });
    });`);
  const answers = [planner.view(asked, true), planner.reasons(asked, 7), planner.view(asked, false)];
  expect(await Promise.all(answers)).toEqual([{ again: true }, ['7'], { again: false }]);
});

test('what cannot be planned is told to those who asked, and others are answered', async () => {
  const planner = plannerOf(`
    parentPort.on('message', ({ number, question }) => {
      parentPort.postMessage(question.again ? { number, problem: 'the disk is gone' } : { number, value: workerData.project });
    });`);
  await expect(planner.view(asked, true)).rejects.toThrow('the disk is gone');
  expect(await planner.view(asked, false)).toContain('pipe-planner-');
});

test('a thread that ends is told of to all who wait, and the next question starts another', async () => {
  const planner = plannerOf(`
    parentPort.on('message', ({ number, question }) => {
      if (question.type === 'view' && question.again) throw new Error('out of memory');
      if (!question.again) parentPort.postMessage({ number, value: 'planned' });
    });`);
  const both = await Promise.allSettled([planner.view(asked, true), planner.view(asked, true)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(String((both[0] as PromiseRejectedResult).reason)).toContain('out of memory');
  expect(await planner.view(asked, false)).toBe('planned');
});

test('nobody is asked for reasons before anything was planned', async () => {
  expect(await plannerOf('').reasons(asked, 0)).toBeNull();
});
