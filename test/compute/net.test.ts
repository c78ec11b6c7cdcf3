import { describe, expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import type { Engine, TensorMap } from '../../lib/compute/program.ts';
import { engineWith, type LayoutChoice } from './layouts.ts';
import { batch, explain, trainingStep, weights, type SmallNet } from './residual-net.ts';
import { difference, specs } from './values.ts';

interface Trained {
  readonly losses: readonly number[];
  readonly state: TensorMap;
}

async function train(net: SmallNet, steps: number, engine: Engine): Promise<Trained> {
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

async function explained(net: SmallNet, engine: Engine, constant: boolean): Promise<TensorMap> {
  const { images } = batch(net);
  const w = weights(net);
  const fed = { images: images!, ...(constant ? {} : w) };
  const program = await engine.compile(explain, { inputs: specs(fed), constants: constant ? w : {} });
  const outputs = await program.run(fed);
  await engine.dispose();
  return outputs;
}

function reference(): Promise<Engine> {
  return createEngine({ backend: 'js', device: 'cpu', threads: 1 });
}

const nets: readonly SmallNet[] = [
  { width: 4, batch: 3, size: 8 },
  { width: 8, batch: 16, size: 8 },
  { width: 16, batch: 16, size: 8 },
  // Two and four images to a block, and enough of them for the gradients of filters.
  { width: 8, batch: 32, size: 6 },
  { width: 4, batch: 64, size: 4 },
];
const layouts: readonly LayoutChoice[] = ['portable', 'auto'];

describe.each(nets.flatMap((net) => layouts.map((layout) => ({ ...net, layout, net }))))(
  'a residual net of width $width in layout $layout',
  ({ net, layout }) => {
    test('trains as the reference does', async () => {
      const expected = await train(net, 3, await reference());
      const { losses, state } = await train(net, 3, await engineWith(layout));
      losses.forEach((loss, i) => {
        expect(Math.abs(loss / expected.losses[i]! - 1)).toBeLessThan(1e-5);
      });
      for (const name of Object.keys(expected.state))
        expect(difference(state[name], expected.state[name]), name).toBeLessThan(2e-5);
    });

    test.each([false, true])('explains as the reference does, weights constant: %s', async (constant) => {
      const expected = await explained(net, await reference(), constant);
      const outputs = await explained(net, await engineWith(layout), constant);
      for (const name of ['logits', 'gradient'])
        expect(difference(outputs[name], expected[name]), name).toBeLessThan(1e-5);
    });

    test('ends in the same bits on one and two threads and in another session', async () => {
      const first = await train(net, 4, await engineWith(layout));
      for (const threads of [2, 1]) {
        const again = await train(net, 4, await engineWith(layout, threads));
        expect(again).toEqual(first);
      }
    });

    test('goes on from saved state to the same bits', async () => {
      const whole = await train(net, 4, await engineWith(layout));
      const engine = await engineWith(layout);
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
  },
);
