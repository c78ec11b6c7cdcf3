import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import type { EngineOptions } from '../../lib/compute/program.ts';
import { engineWith } from './layouts.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const cpu: EngineOptions = { backend: 'auto', device: 'auto', threads: 1 };

test('the toolchain names what changes bits', async () => {
  const { toolchain } = await createEngine(cpu);
  expect(toolchain.engine).toMatch(/^onnxruntime-node \d+\.\d+\.\d+ cpu \w+$/);
  expect(toolchain.layout).toMatch(/^nchw(\d+c)?$/);
  expect((await createEngine({ ...cpu, backend: 'js' })).toolchain.engine).toMatch(/^tfjs-backend-cpu \d/);
});

test('the portable layout can be forced, and says so', async () => {
  const engine = await engineWith('portable');
  expect(engine.toolchain.layout).toBe('nchw');
  expect(engine.notes).toEqual(['onnxruntime uses the portable layout: PIPE_COMPUTE_LAYOUT=portable']);
});

test('a layout that does not exist is refused', async () => {
  vi.stubEnv('PIPE_COMPUTE_LAYOUT', 'blocky');
  await expect(createEngine(cpu)).rejects.toThrow(
    "PIPE_COMPUTE_LAYOUT is 'blocky'; it can be 'portable' or 'auto'",
  );
});

test.each([
  {
    options: { backend: 'tensorflow', device: 'auto' },
    message:
      'the tensorflow engine needs @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node, which is not installed; ' +
      'install it, or take engine.backend: onnxruntime',
  },
  {
    options: { backend: 'tensorflow', device: 'cpu' },
    message: 'the tensorflow engine needs @tensorflow/tfjs-node, which is not installed',
  },
  {
    options: { backend: 'tensorflow', device: 'webgpu' },
    message: 'the tensorflow engine has no webgpu device; take cpu or cuda',
  },
  { options: { backend: 'js', device: 'cuda' }, message: 'the js engine has no cuda device' },
] as const)('$options.backend on $options.device: $message', async ({ options, message }) => {
  await expect(createEngine({ ...options, threads: 1 })).rejects.toThrow(message);
});

test.each(['js', 'onnxruntime'] as const)(
  '%s keeps state between calls until it is set anew',
  async (backend) => {
    const engine = await createEngine({ ...cpu, backend });
    const spec = { dtype: 'float32', shape: [2, 1, 1, 3] } as const;
    const value = (...values: number[]): { dtype: 'float32'; shape: number[]; values: Float32Array } => ({
      ...spec,
      shape: [...spec.shape],
      values: Float32Array.from(values),
    });
    const program = await engine.compile(
      ({ total, x }) => ({ total: tf.add(total!, x!), before: tf.neg(total!) }),
      { inputs: { total: spec, x: spec }, state: { total: 'total' } },
    );
    program.setState({ total: value(0, 1, 2, 3, 4, 5) });
    await program.run({ x: value(1, 1, 1, 1, 1, 1) });
    const { before } = await program.run({ x: value(1, 2, 3, 4, 5, 6) });
    expect(before).toEqual(value(-1, -2, -3, -4, -5, -6));
    expect(await program.getState()).toEqual({ total: value(2, 4, 6, 8, 10, 12) });
    program.setState({ total: value(0, 0, 0, 0, 0, 0) });
    expect(await program.getState()).toEqual({ total: value(0, 0, 0, 0, 0, 0) });
    await engine.dispose();
  },
);

test.each(['js', 'onnxruntime'] as const)('%s takes state that no call changes or uses', async (backend) => {
  const engine = await createEngine({ ...cpu, backend });
  const spec = { dtype: 'float32', shape: [2] } as const;
  const program = await engine.compile(
    ({ used, unused, x }) => ({
      y: tf.mul(used!, x!),
      same: tf.clone(used!),
      rest: tf.clone(unused!),
    }),
    { inputs: { used: spec, unused: spec, x: spec }, state: { same: 'used', rest: 'unused' } },
  );
  const state = {
    used: { ...spec, shape: [2], values: Float32Array.of(2, 3) },
    unused: { ...spec, shape: [2], values: Float32Array.of(4, 5) },
  };
  program.setState(state);
  const { y } = await program.run({ x: { ...spec, values: Float32Array.of(10, 10) } });
  expect([...y!.values]).toEqual([20, 30]);
  expect(await program.getState()).toEqual(state);
  await engine.dispose();
});
