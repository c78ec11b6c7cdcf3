import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import { lower } from '../../lib/compute/lower/lower.ts';
import { hoist } from '../../lib/compute/onnx/hoist.ts';
import { elementType, type OnnxModel, type OnnxType } from '../../lib/compute/onnx/model.ts';
import type { CompileOptions, Engine, TensorFunction, TensorMap } from '../../lib/compute/program.ts';
import { startTfjs } from '../../lib/compute/start.ts';
import { record } from '../../lib/compute/trace/record.ts';
import { batch, explain, trainingStep, weights } from './residual-net.ts';
import { difference, random, specs } from './values.ts';

const net = { width: 4, batch: 3, size: 8 };
const PRODUCTS = ['Conv', 'ConvTranspose', 'MatMul', 'Gemm'];

function engineOn(threads = 1, precision: 'float32' | 'mixed' = 'mixed'): Promise<Engine> {
  return createEngine({ backend: 'onnxruntime', device: 'cpu', threads, precision });
}

async function written(fn: TensorFunction, options: CompileOptions): Promise<OnnxModel> {
  await startTfjs();
  return lower(record(fn, options), { state: options.state ?? {}, precision: 'mixed' }).model;
}

/** Element types by name, as far as they tell float16 from float32. */
function typesOf({ nodes, inputs, initializers }: OnnxModel): Map<string, OnnxType> {
  const types = new Map<string, OnnxType>([...inputs, ...initializers].map(({ name, type }) => [name, type]));
  for (const { op, inputs: from, output, attributes } of nodes) {
    const first = op === 'Where' ? from[1]! : from[0]!;
    const to = Object.entries(elementType).find(([, number]) => number === attributes.to)?.[0];
    types.set(output, op === 'Cast' ? (to as OnnxType) : types.get(first)!);
  }
  return types;
}

describe('the model of a training step in mixed precision', () => {
  const { fn, options } = trainingStep(net);

  test('has float16 in the operands of convolutions and matrix products, and in no other arithmetic', async () => {
    const model = await written(fn, options);
    const types = typesOf(model);
    const moves = ['Cast', 'Reshape', 'Transpose', 'Pad', 'Slice', 'Concat', 'Expand'];
    const products = model.nodes.filter(({ op }) => PRODUCTS.includes(op));
    expect(new Set(products.map(({ op }) => op))).toEqual(new Set(PRODUCTS));
    for (const { op, inputs, output } of model.nodes) {
      const isProduct = PRODUCTS.includes(op);
      for (const name of isProduct ? inputs : []) expect(types.get(name), `${op} ${output}`).toBe('float16');
      if (isProduct || moves.includes(op)) continue;
      for (const name of inputs) expect(types.get(name), `${op} ${output}`).not.toBe('float16');
    }
    for (const { name, type } of model.outputs)
      expect([name, type, types.get(name)]).toEqual([name, 'float32', 'float32']);
  });

  test('casts every tensor once, before it is moved', async () => {
    const { nodes } = await written(fn, options);
    const makers = new Map(nodes.map(({ output, op }) => [output, op]));
    const cast = nodes.filter(({ op, attributes }) => op === 'Cast' && attributes.to === elementType.float16);
    const sources = cast.map(({ inputs }) => inputs[0]!);
    expect(new Set(sources).size).toBe(sources.length);
    for (const source of sources)
      expect(['Transpose', 'Pad', 'Slice', 'Concat']).not.toContain(makers.get(source));
  });
});

describe('weights that no call changes', () => {
  const inputs = { x: random([2, 4, 4, 3], 1), filter: random([3, 3, 3, 4], 2), scale: random([4], 3) };
  const state = { same: 'filter', 'same scale': 'scale' };
  const scaled: TensorFunction = ({ x, filter, scale }) => ({
    y: tf.mul(tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 1), scale!),
    same: tf.clone(filter!),
    'same scale': tf.clone(scale!),
  });

  test.each([
    {
      halves: true,
      casts: ['float16'],
      left: 1,
      where: 'when they are set, where float16 stays on the device',
    },
    { halves: false, casts: ['float32'], left: 2, where: 'on each call, where it does not' },
  ])('are cast $where', async ({ halves, casts, left }) => {
    const model = await written(scaled, { inputs: specs(inputs), state });
    const { before, rest } = hoist(model, new Set(['filter', 'scale']), halves);
    expect(before!.nodes.map(({ op }) => op)).toContain('Mul');
    expect(before!.outputs.map(({ type }) => type)).toEqual(casts);
    expect(rest.inputs.map(({ type }) => type)).toEqual(['float32', ...casts]);
    const toHalf = rest.nodes.filter(({ attributes }) => attributes.to === elementType.float16);
    expect(toHalf).toHaveLength(left);
  });

  test('are cast anew when they are set anew', async () => {
    const engine = await engineOn();
    const options = { inputs: specs(inputs), state };
    const program = await engine.compile(scaled, { ...options, precision: 'mixed' });
    const exact = await engine.compile(scaled, options);
    for (const filter of [inputs.filter, random([3, 3, 3, 4], 9)]) {
      program.setState({ filter, scale: inputs.scale });
      exact.setState({ filter, scale: inputs.scale });
      const { y } = await program.run({ x: inputs.x });
      const distance = difference(y, (await exact.run({ x: inputs.x })).y);
      expect(distance).toBeGreaterThan(1e-6);
      expect(distance).toBeLessThan(4e-3);
    }
    await engine.dispose();
  });
});

async function product(a: number[][], b: number[][]): Promise<number[]> {
  const tensor = (rows: number[][]) =>
    ({
      dtype: 'float32',
      shape: [rows.length, rows[0]!.length],
      values: Float32Array.from(rows.flat()),
    }) as const;
  const inputs = { a: tensor(a), b: tensor(b) };
  const engine = await engineOn();
  const program = await engine.compile((t) => ({ y: tf.matMul(t.a as Tensor2D, t.b as Tensor2D) }), {
    inputs: specs(inputs),
    precision: 'mixed',
  });
  const { y } = await program.run(inputs);
  await engine.dispose();
  return [...y!.values];
}

test.each([
  {
    title: 'operands are rounded',
    a: [[1.0001, 2049]],
    b: [
      [1, 0],
      [0, 1],
    ],
    y: [1, 2048],
  },
  { title: 'results are rounded', a: [[2048, 1]], b: [[1], [1]], y: [2048] },
  { title: 'results can overflow', a: [[300, 300]], b: [[300], [300]], y: [Infinity] },
  { title: 'small operands are lost', a: [[1e-8]], b: [[1]], y: [0] },
  {
    title: 'sums are in float32',
    a: [new Array<number>(4096).fill(1)],
    b: new Array<number[]>(4096).fill([1]),
    y: [4096],
  },
])('of a product in mixed precision, $title', async ({ a, b, y }) => {
  expect(await product(a, b)).toEqual(y);
});

async function train(threads: number, steps: number): Promise<TensorMap> {
  const engine = await engineOn(threads);
  const { fn, options, state } = trainingStep(net);
  const program = await engine.compile(fn, { ...options, precision: 'mixed' });
  program.setState(state);
  for (let i = 0; i < steps; i++) await program.run(batch(net, i + 1));
  const after = await program.getState();
  await engine.dispose();
  return after;
}

test('training in mixed precision ends in the same bits on one and two threads and in another session', async () => {
  const first = await train(1, 4);
  expect(await train(2, 4)).toEqual(first);
  expect(await train(1, 4)).toEqual(first);
});

test('an engine that can do mixed precision explains to the same bits as one that cannot', async () => {
  const { images } = batch(net);
  const options = { inputs: specs({ images: images! }), constants: weights(net) };
  const maps: TensorMap[] = [];
  for (const precision of ['float32', 'mixed'] as const) {
    const engine = await engineOn(1, precision);
    maps.push(await (await engine.compile(explain, options)).run({ images: images! }));
    await engine.dispose();
  }
  expect(maps[1]).toEqual(maps[0]);
});

test('an engine for mixed precision says so in its toolchain, and that it gains nothing on cpu', async () => {
  const [mixed, plain] = [await engineOn(), await engineOn(1, 'float32')];
  expect(mixed.notes).toEqual([...plain.notes, 'mixed precision gains nothing on cpu']);
  expect(mixed.toolchain).toEqual({ ...plain.toolchain, precision: 'mixed' });
});

test.each(['js', 'tensorflow'] as const)('the %s engine has no mixed precision', async (backend) => {
  await expect(createEngine({ backend, device: 'auto', threads: 1, precision: 'mixed' })).rejects.toThrow(
    `the ${backend} engine has no mixed precision; take backend: onnxruntime, or precision: float32`,
  );
});

test('an engine that runs functions as they are refuses a program of mixed precision', async () => {
  const engine = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  const x = { dtype: 'float32', shape: [2] } as const;
  await expect(
    engine.compile((t) => ({ y: tf.neg(t.x!) }), { inputs: { x }, precision: 'mixed' }),
  ).rejects.toThrow('cpu computes in float32 only');
});
