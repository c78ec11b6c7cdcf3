import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { TensorMap, TensorValue } from '../../../lib/compute/program.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import type { WeightSpec } from '../../../lib/study/model/model.ts';
import { fromProgram, initialState, toProgram } from '../../../lib/study/train/state.ts';
import { inference, trainingStep } from '../../../lib/study/train/step.ts';

interface Expected {
  readonly inference: readonly number[];
  readonly training: readonly number[];
  readonly losses: readonly number[];
  readonly averages: Readonly<Record<string, readonly number[]>>;
}

// What fixtures/torch_parity.py computes with PyTorch from the same weights and images.
const expected = JSON.parse(
  readFileSync(new URL('fixtures/torch_parity.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Expected>>;

const BATCH = 16;
const IMAGE = { height: 16, width: 16, channels: 3 };
const CLASSES = 10;
const SHAPE = [16, 16, 3];

function uniform(tensor: number, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, i) => {
    const word = Math.imul(i + 100_003 * (tensor + 1), 2_654_435_761) >>> 0;
    const mixed = Math.imul(word ^ (word >>> 15), 2_246_822_519) >>> 0;
    return (mixed / 2 ** 32 - 0.5) * Math.sqrt(12);
  });
}

function weight({ role, shape }: WeightSpec, place: number): TensorValue {
  const fanOut = shape.slice(0, 2).reduce((product, size) => product * size, 1) * shape.at(-1)!;
  const [offset, factor] = {
    convolution: [0, Math.sqrt(2 / fanOut)],
    scale: [1, 0.1],
    shift: [0, 0.1],
    mean: [0, 0.1],
    variance: [1, 0.1],
    linear: [0, 1 / Math.sqrt(shape[0]!)],
    bias: [0, 0.1],
  }[role] as [number, number];
  return { dtype: 'float32', shape, values: uniform(place, shape).map((u) => offset + factor * u) };
}

const x: TensorValue = {
  dtype: 'float32',
  shape: [BATCH, ...SHAPE],
  values: uniform(1000, [BATCH, ...SHAPE]),
};
const labels: TensorValue = {
  dtype: 'float32',
  shape: [BATCH, CLASSES],
  values: Float32Array.from({ length: BATCH * CLASSES }, (_, i) =>
    (Math.floor(i / CLASSES) * 7) % CLASSES === i % CLASSES ? 1 : 0,
  ),
};
const rate: TensorValue = { dtype: 'float32', shape: [], values: Float32Array.of(0.02) };

function expectClose(values: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  const difference = Math.max(...wanted.map((value, i) => Math.abs(value - values[i]!)));
  expect(values.length).toBe(wanted.length);
  expect(difference).toBeLessThanOrEqual(tolerance);
}

// The reference engine is slow: fewer nets and steps.
describe.each([
  { backend: 'onnxruntime', family: 'resnet-cifar', depth: 8, weightDecay: 0, steps: 10 },
  { backend: 'onnxruntime', family: 'resnet18', depth: 18, weightDecay: 0.01, steps: 10 },
  { backend: 'js', family: 'resnet-cifar', depth: 8, weightDecay: 0, steps: 2 },
] as const)(
  '$family of width 4 on $backend agrees with PyTorch',
  ({ backend, family, depth, weightDecay, steps }) => {
    const model = createModel({ family, depth, width: 4 }, IMAGE, CLASSES);
    const weights: TensorMap = Object.fromEntries(
      model.weights.map((spec, place) => [spec.name, weight(spec, place)]),
    );
    const reference = expected[family]!;

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
  },
);
