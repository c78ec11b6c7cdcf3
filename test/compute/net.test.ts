import { describe, expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import type { EngineOptions, TensorMap } from '../../lib/compute/program.ts';
import { batch, explain, trainingStep, weights, type SmallNet } from './residual-net.ts';
import { difference, specs } from './values.ts';

interface Trained {
  readonly losses: readonly number[];
  readonly state: TensorMap;
}

async function train(net: SmallNet, steps: number, options: Partial<EngineOptions>): Promise<Trained> {
  const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1, ...options });
  const step = trainingStep(net);
  const program = await engine.compile(step.fn, step.options);
  program.setState(step.state);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const { loss } = await program.run(batch(net, i + 1));
    losses.push(loss!.values[0]!);
  }
  const state = await program.getState();
  await engine.dispose();
  return { losses, state };
}

async function explained(
  net: SmallNet,
  backend: 'js' | 'onnxruntime',
  constant: boolean,
): Promise<TensorMap> {
  const engine = await createEngine({ backend, device: 'cpu', threads: 1 });
  const { images } = batch(net);
  const w = weights(net);
  const program = await engine.compile(
    explain,
    constant
      ? { inputs: specs({ images: images! }), constants: w }
      : { inputs: specs({ images: images!, ...w }) },
  );
  const outputs = await program.run(constant ? { images: images! } : { images: images!, ...w });
  await engine.dispose();
  return outputs;
}

const nets: readonly SmallNet[] = [
  { width: 4, batch: 3, size: 8 },
  { width: 16, batch: 16, size: 8 },
];

describe.each(nets)('a residual net of width $width', (net) => {
  test('trains as the reference does', async () => {
    const expected = await train(net, 3, { backend: 'js' });
    const { losses, state } = await train(net, 3, {});
    losses.forEach((loss, i) => {
      expect(Math.abs(loss / expected.losses[i]! - 1)).toBeLessThan(1e-5);
    });
    for (const name of Object.keys(expected.state))
      expect(difference(state[name], expected.state[name]), name).toBeLessThan(2e-5);
  });

  test.each([false, true])('explains as the reference does, weights constant: %s', async (constant) => {
    const expected = await explained(net, 'js', constant);
    const outputs = await explained(net, 'onnxruntime', constant);
    for (const name of ['logits', 'gradient'])
      expect(difference(outputs[name], expected[name]), name).toBeLessThan(1e-5);
  });

  test('ends in the same bits on one and two threads and in another session', async () => {
    const runs = [await train(net, 4, {}), await train(net, 4, { threads: 2 }), await train(net, 4, {})];
    for (const { losses, state } of runs.slice(1)) {
      expect(losses).toEqual(runs[0]!.losses);
      expect(state).toEqual(runs[0]!.state);
    }
  });

  test('goes on from saved state to the same bits', async () => {
    const whole = await train(net, 4, {});
    const engine = await createEngine({ backend: 'auto', device: 'auto', threads: 1 });
    const step = trainingStep(net);
    let state = step.state;
    for (const from of [0, 2]) {
      const program = await engine.compile(step.fn, step.options);
      program.setState(state);
      for (const i of [from, from + 1]) await program.run(batch(net, i + 1));
      state = await program.getState();
    }
    await engine.dispose();
    expect(state).toEqual(whole.state);
  });
});
