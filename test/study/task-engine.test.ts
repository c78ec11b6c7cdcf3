import { afterEach, expect, it, vi } from 'vitest';
import { engineToolchain, taskEngine } from '../../lib/study/task-engine.ts';

afterEach(() => void vi.unstubAllEnvs());

const params = { engine: { backend: 'onnxruntime', device: 'cpu' } } as const;

it('says in the log of a task what the engine does without', async () => {
  vi.stubEnv('PIPE_COMPUTE_LAYOUT', 'portable');
  const lines: string[] = [];
  const engine = await taskEngine({ params, threads: 1, log: (line) => void lines.push(line) });
  await engine.dispose();
  expect(lines).toEqual(['onnxruntime uses the portable layout: PIPE_COMPUTE_LAYOUT=portable']);
  expect(await engineToolchain(params)).toMatchObject({ layout: 'nchw' });
});

it('says nothing where all is as it should be', async () => {
  const log = vi.fn();
  await (
    await taskEngine({ params: { engine: { backend: 'js', device: 'cpu' } }, threads: 1, log })
  ).dispose();
  expect(log).not.toHaveBeenCalled();
});
