import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine, Precision, Program, TensorMap } from '../../../lib/compute/program.ts';
import { createModel } from '../../../lib/study/model/create.ts';
import { type LossScale, lossScaleOf } from '../../../lib/study/train/loss-scale.ts';
import { initialState, toProgram } from '../../../lib/study/train/state.ts';
import { inference, trainingStep } from '../../../lib/study/train/step.ts';
import { BATCH, CLASSES, IMAGE, labels, rateOf, SHAPE, weightsOf, x } from './parity-net.ts';

interface Run {
  readonly losses: readonly number[];
  /** After each step. */
  readonly scales: readonly number[];
}

// What fixtures/torch_mixed.py computes with PyTorch's autocast and GradScaler from the same weights and images.
const expected = JSON.parse(
  readFileSync(new URL('fixtures/torch_mixed.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, { readonly ordinary: Run; readonly overflowing: Run }>>;

const nets = [
  { family: 'resnet-cifar', depth: 8, weightDecay: 0 },
  { family: 'resnet18', depth: 18, weightDecay: 0.01 },
] as const;

const rate = rateOf(0.005);
const STEPS = 10;

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1, precision: 'mixed' });
});
afterAll(() => engine.dispose());

function modelOf(net: (typeof nets)[number]) {
  return createModel({ ...net, width: 4 }, IMAGE, CLASSES);
}

async function training(
  net: (typeof nets)[number],
  precision: Precision,
  lossScale: Partial<LossScale> = {},
): Promise<Program> {
  const model = modelOf(net);
  const params = { momentum: 0.9, weightDecay: net.weightDecay, precision };
  const { fn, options } = trainingStep(model, params, SHAPE, BATCH);
  const program = await engine.compile(fn, options);
  const start = initialState(model, 0, { precision });
  const scale = start.lossScale === null ? null : { ...start.lossScale, ...lossScale };
  program.setState(toProgram({ ...start, weights: weightsOf(model), lossScale: scale }));
  return program;
}

interface Step {
  readonly loss: number;
  readonly taken: boolean;
  readonly scale: number;
}

async function take(program: Program, inputs: TensorMap = { x, labels, rate }): Promise<Step> {
  const outputs = await program.run(inputs);
  const [loss, finite, scale] = ['loss', 'finite', 'scale'].map((name) => outputs[name]?.values[0] ?? NaN);
  return { loss: loss!, taken: finite === 1, scale: scale! };
}

async function takeAll(program: Program, steps: number): Promise<Step[]> {
  const all: Step[] = [];
  for (let i = 0; i < steps; i++) all.push(await take(program));
  return all;
}

function expectNear(losses: readonly number[], wanted: readonly number[]): void {
  losses.forEach((loss, i) => {
    expect(Math.abs(loss / wanted[i]! - 1), `step ${i + 1}`).toBeLessThan(1e-2);
  });
}

describe.each(nets)('$family of width 4 in mixed precision', (net) => {
  it('takes ten steps as in float32, and as PyTorch does, to 1e-2 of the loss', async () => {
    const steps = await takeAll(await training(net, 'mixed'), STEPS);
    const exact = await takeAll(await training(net, 'float32'), STEPS);
    const losses = steps.map(({ loss }) => loss);
    expect(losses).not.toEqual(exact.map(({ loss }) => loss));
    expectNear(
      losses,
      exact.map(({ loss }) => loss),
    );
    expectNear(losses, expected[net.family]!.ordinary.losses);
    expect(steps.map(({ scale }) => scale)).toEqual(expected[net.family]!.ordinary.scales);
    expect(steps.every(({ taken }) => taken)).toBe(true);
  });

  it('halves a scale of the loss that is too large until gradients are finite, then trains', async () => {
    const { losses, scales } = expected[net.family]!.overflowing;
    const steps = await takeAll(await training(net, 'mixed', { scale: 2 ** 24 }), STEPS);
    const skipped = steps.filter(({ taken }) => !taken).length;
    // PyTorch keeps more in float16, such as batch norm's results: it can overflow at one scale more.
    expect([0.5, 1]).toContain(scales.at(-1)! / steps.at(-1)!.scale);
    expect(steps.map(({ scale }) => scale)).toEqual(steps.map((_, i) => 2 ** (24 - Math.min(i, skipped))));
    for (const { loss } of steps.slice(0, skipped)) expect(loss).toBe(steps[0]!.loss);
    const taken = steps.slice(skipped).map(({ loss }) => loss);
    expect(taken.length).toBeGreaterThan(2);
    const theirs = losses.findLastIndex((loss) => loss === losses[0]);
    expectNear(taken.slice(0, -1), losses.slice(theirs));
  });

  it('evaluates in mixed precision where asked, and not otherwise', async () => {
    const model = modelOf(net);
    const logits = async (precision: Precision) => {
      const { fn, options } = inference(model, SHAPE, BATCH, precision);
      const program = await engine.compile(fn, options);
      program.setState(weightsOf(model));
      return (await program.run({ x })).logits!.values;
    };
    const [exact, mixed] = [await logits('float32'), await logits('mixed')];
    const distances = exact.map((value, i) => Math.abs(value - mixed[i]!));
    expect(Math.max(...distances)).toBeGreaterThan(1e-5);
    expect(Math.max(...distances)).toBeLessThan(1e-2);
  });
});

const [small] = nets;

it('a skipped step changes nothing but the scale: weights, momenta and running averages stay', async () => {
  const program = await training(small, 'mixed', { goodSteps: 7 });
  await take(program);
  const before = await program.getState();
  const large = { ...x, values: x.values.map((value) => 1e6 * value) };
  expect((await take(program, { x: large, labels, rate })).taken).toBe(false);
  const after = await program.getState();
  const rest = (state: TensorMap) =>
    Object.fromEntries(
      Object.entries(state).filter(([name]) => !['loss scale', 'good steps'].includes(name)),
    );
  expect(rest(after)).toEqual(rest(before));
  expect(lossScaleOf(before)).toEqual({ scale: 2 ** 16, goodSteps: 8 });
  expect(lossScaleOf(after)).toEqual({ scale: 2 ** 15, goodSteps: 0 });
  expect((await take(program)).taken).toBe(true);
  expect((await program.getState())['stem.variance']).not.toEqual(after['stem.variance']);
});

it('the scale doubles after 2,000 steps in a row whose gradients were finite', async () => {
  const program = await training(small, 'mixed', { scale: 64, goodSteps: 1998 });
  const steps = await takeAll(program, 4);
  expect(steps.map(({ scale }) => scale)).toEqual([64, 64, 128, 128]);
  expect((await program.getState())['good steps']!.values).toEqual(Float32Array.of(2));
});

it('float32 has no loss scale', async () => {
  const program = await training(small, 'float32');
  expect(Object.keys(await program.getState())).not.toContain('loss scale');
  expect(Object.keys(await program.run({ x, labels, rate }))).toEqual(['loss', 'logits']);
});
