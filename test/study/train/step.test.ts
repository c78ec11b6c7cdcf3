import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import { createModel, type ModelParams } from '../../../lib/study/model/create.ts';
import { fromProgram, initialState, toProgram } from '../../../lib/study/train/state.ts';
import { inference, trainingStep } from '../../../lib/study/train/step.ts';
import { BATCH, CLASSES, IMAGE, labels, rateOf, SHAPE, weightsOf, x } from './parity-net.ts';

interface Expected {
  readonly inference: readonly number[];
  readonly training: readonly number[];
  readonly losses: readonly number[];
  readonly averages: Readonly<Record<string, readonly number[]>>;
  /** In double precision. */
  readonly gradients?: Readonly<Record<string, readonly number[]>>;
}

// What fixtures/torch_parity.py computes with PyTorch from the same weights and images.
const expected = JSON.parse(
  readFileSync(new URL('fixtures/torch_parity.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Expected>>;

const rate = rateOf(0.02);

function expectClose(values: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  const difference = Math.max(...wanted.map((value, i) => Math.abs(value - values[i]!)));
  expect(values.length).toBe(wanted.length);
  expect(difference).toBeLessThanOrEqual(tolerance);
}

const small: ModelParams = { family: 'resnet-cifar', depth: 8, width: 4 };
const mobile: ModelParams = { family: 'mobilenet', blocks: 2, width: 2, expansion: 3 };
const dense: ModelParams = { family: 'densenet', blocks: [2, 2], growth: 3, compression: 0.7 };

// The reference engine is slow: fewer nets and steps.
describe.each([
  { backend: 'onnxruntime', net: small, weightDecay: 0, steps: 10 },
  { backend: 'onnxruntime', net: { family: 'resnet18', depth: 18, width: 4 }, weightDecay: 0.01, steps: 10 },
  { backend: 'onnxruntime', net: mobile, weightDecay: 0, steps: 10 },
  { backend: 'onnxruntime', net: dense, weightDecay: 0.01, steps: 10 },
  { backend: 'js', net: small, weightDecay: 0, steps: 2 },
  { backend: 'js', net: mobile, weightDecay: 0, steps: 2 },
  { backend: 'js', net: dense, weightDecay: 0.01, steps: 2 },
] as const)(
  '$net.family of few channels on $backend agrees with PyTorch',
  ({ backend, net, weightDecay, steps }) => {
    const model = createModel(net, IMAGE, CLASSES);
    const weights = weightsOf(model);
    const reference = expected[net.family]!;

    it('in its logits', async () => {
      const engine = await createEngine({ backend, device: 'cpu', threads: 1 });
      const { fn, options } = inference(model, SHAPE, BATCH);
      const program = await engine.compile(fn, options);
      program.setState(weights);
      const { logits } = await program.run({ x });
      expectClose(logits!.values, reference.inference, 1e-5);
      await engine.dispose();
    });

    it('in ten steps of momentum SGD: losses, running averages', async () => {
      const engine = await createEngine({ backend, device: 'cpu', threads: 1 });
      const { fn, options } = trainingStep(model, { momentum: 0.9, weightDecay }, SHAPE, BATCH);
      const program = await engine.compile(fn, options);
      program.setState(toProgram({ ...initialState(model, 0), weights }));
      for (const [step, wanted] of reference.losses.slice(0, steps).entries()) {
        const { loss, logits } = await program.run({ x, labels, rate });
        if (step === 0) expectClose(logits!.values, reference.training, 1e-5);
        expect(Math.abs(loss!.values[0]! / wanted - 1)).toBeLessThan(1e-4);
      }
      if (steps < reference.losses.length) return;
      const after = fromProgram(model, await program.getState()).weights;
      for (const [name, wanted] of Object.entries(reference.averages)) {
        const scale = Math.max(1, ...wanted.map(Math.abs));
        expectClose(after[name]!.values, wanted, 1e-4 * scale);
      }
      await engine.dispose();
    });

    it.runIf(reference.gradients)('in the gradient of every weight', async () => {
      const engine = await createEngine({ backend, device: 'cpu', threads: 1 });
      const { fn, options } = trainingStep(model, { momentum: 0.9, weightDecay: 0 }, SHAPE, BATCH);
      const program = await engine.compile(fn, options);
      program.setState(toProgram({ ...initialState(model, 0), weights }));
      await program.run({ x, labels, rate });
      // Of the first step, what has momentum is the gradient.
      const { momenta } = fromProgram(model, await program.getState());
      expect(Object.keys(momenta)).toEqual(Object.keys(reference.gradients!));
      for (const [name, wanted] of Object.entries(reference.gradients!)) {
        // Some are 0: a shift that the next batch norm takes away again.
        const scale = Math.max(1e-2, ...wanted.map(Math.abs));
        expectClose(momenta[name]!.values, wanted, 1e-4 * scale);
      }
      await engine.dispose();
    });
  },
);
