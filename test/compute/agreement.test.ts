import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import type { Engine, TensorMap, TensorValue } from '../../lib/compute/program.ts';
import { engineWith } from './layouts.ts';
import { specs } from './values.ts';

let js: Engine;
let ort: Engine;

beforeAll(async () => {
  js = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  ort = await engineWith('auto');
});

afterAll(async () => {
  await ort.dispose();
});

type Function = (x: Tensor) => Tensor;

function floats(shape: readonly number[], ...values: number[]): TensorValue {
  return { dtype: 'float32', shape, values: Float32Array.from(values) };
}

async function outcome(
  engine: Engine,
  inputs: TensorMap,
  f: (t: Record<string, Tensor>) => Tensor,
): Promise<string> {
  try {
    const program = await engine.compile(
      (t) => {
        const y = f(t);
        return { y, type: tf.scalar(['float32', 'int32', 'bool'].indexOf(y.dtype)) };
      },
      { inputs: specs(inputs) },
    );
    const { y, type } = await program.run(inputs);
    await program.dispose();
    // Zero is zero.
    const values = Array.from(y!.values, (value) => Number(value.toFixed(4)) + 0);
    return `${['float32', 'int32', 'bool'][type!.values[0]!]!} [${y!.shape.join()}] ${values.join(' ')}`;
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}

describe('on what is no number, and on sizes of none, a compiled function gives what tfjs gives', () => {
  const odd = [3, NaN, 5, 2, NaN, 1, -Infinity, Infinity, NaN, NaN, NaN, NaN];
  const unary: Record<string, Function> = {
    argMax: (x) => tf.argMax(x, 1),
    'argMax along the first axis': (x) => tf.argMax(x, 0),
    max: (x) => tf.max(x, 1),
    'max, kept': (x) => tf.max(x, [0, 1], true),
    min: (x) => tf.min(x, 1),
    sum: (x) => tf.sum(x, 1),
    mean: (x) => tf.mean(x, 1),
    sign: tf.sign,
    step: (x) => tf.step(x),
    relu: tf.relu,
    clipByValue: (x) => tf.clipByValue(x, 0, 1),
    maximum: (x) => tf.maximum(x, 0),
    minimum: (x) => tf.minimum(x, 0),
    greater: (x) => tf.greater(x, 1),
    equal: (x) => tf.equal(x, x),
    notEqual: (x) => tf.notEqual(x, x),
    'cast to int32': (x) => tf.cast(x, 'int32'),
    'cast to bool': (x) => tf.cast(x, 'bool'),
    isFinite: tf.isFinite,
    maxPool: (x) => tf.maxPool(tf.reshape<tf.Rank.R4>(x, [1, 4, 3, 1]), 2, 1, 'same'),
    'maxPool without padding': (x) => tf.maxPool(tf.reshape<tf.Rank.R4>(x, [1, 4, 3, 1]), 2, 1, 'valid'),
  };
  test.each(Object.entries(unary))('%s', async (_title, f) => {
    const x = floats([4, 3], ...odd);
    expect(await outcome(ort, { x }, (t) => f(t.x!))).toBe(await outcome(js, { x }, (t) => f(t.x!)));
  });

  test('cast of numbers that int32 does not hold', async () => {
    const x = floats([6], 3e9, -3e9, 1e20, -1.7, 1.7, 2 ** 31);
    const f = (t: Record<string, Tensor>): Tensor => tf.cast(t.x!, 'int32');
    expect(await outcome(ort, { x }, f)).toBe(await outcome(js, { x }, f));
  });

  const empty: Record<string, Function> = {
    sum: (x) => tf.sum(x, 1),
    'sum of all': (x) => tf.sum(x),
    mean: (x) => tf.mean(x, 1),
    'sum along another axis': (x) => tf.sum(x, 0),
    expandDims: (x) => tf.expandDims(x, 1),
    relu: tf.relu,
    add: (x) => tf.add(x, 1),
    concat: (x) => tf.concat([x, tf.ones([2, 1, 3]), x], 1),
    pad: (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 0],
          [0, 0],
        ],
        2,
      ),
    transpose: (x) => tf.transpose(x, [2, 0, 1]),
    'matMul over no columns': (x) => tf.matMul(tf.reshape<tf.Rank.R2>(x, [6, 0]), tf.zeros([0, 2])),
  };
  test.each(Object.entries(empty))('%s of no elements', async (_title, f) => {
    const x = floats([2, 0, 3]);
    expect(await outcome(ort, { x }, (t) => f(t.x!))).toBe(await outcome(js, { x }, (t) => f(t.x!)));
  });
});

/** Ours, with the function's name; tfjs's own words of what an argument must be. */
const refusal = /tf\.\w+(: it does not compile for| uses the tfjs kernel)|must be/;

describe('on int32 and bool, a compiled function gives what tfjs gives, or is refused by its name', () => {
  const square = (x: Tensor): Tensor4D => tf.reshape<tf.Rank.R4>(x, [1, 2, 2, 1]);
  const functions: Record<string, Function> = {
    abs: tf.abs,
    neg: tf.neg,
    sign: tf.sign,
    relu: tf.relu,
    step: (x) => tf.step(x),
    'step with alpha': (x) => tf.step(x, 0.7),
    sqrt: tf.sqrt,
    rsqrt: tf.rsqrt,
    reciprocal: tf.reciprocal,
    exp: tf.exp,
    log: tf.log,
    sigmoid: tf.sigmoid,
    tanh: tf.tanh,
    erf: tf.erf,
    floor: tf.floor,
    square: tf.square,
    isFinite: tf.isFinite,
    logicalNot: tf.logicalNot,
    softmax: (x) => tf.softmax(x),
    clipByValue: (x) => tf.clipByValue(x, -1.5, 1.5),
    sum: (x) => tf.sum(x),
    mean: (x) => tf.mean(x),
    max: (x) => tf.max(x),
    min: (x) => tf.min(x),
    argMax: (x) => tf.argMax(x, 1),
    add: (x) => tf.add(x, tf.transpose(x)),
    sub: (x) => tf.sub(x, tf.transpose(x)),
    mul: (x) => tf.mul(x, tf.transpose(x)),
    div: (x) => tf.div(x, tf.add(tf.cast(x, 'float32'), 0.5)),
    'div of both': (x) => tf.div(x, x),
    maximum: (x) => tf.maximum(x, tf.transpose(x)),
    minimum: (x) => tf.minimum(x, tf.transpose(x)),
    squaredDifference: (x) => tf.squaredDifference(x, tf.transpose(x)),
    greater: (x) => tf.greater(x, tf.transpose(x)),
    greaterEqual: (x) => tf.greaterEqual(x, tf.transpose(x)),
    less: (x) => tf.less(x, tf.transpose(x)),
    lessEqual: (x) => tf.lessEqual(x, tf.transpose(x)),
    equal: (x) => tf.equal(x, tf.transpose(x)),
    notEqual: (x) => tf.notEqual(x, tf.transpose(x)),
    logicalAnd: (x) => tf.logicalAnd(tf.cast(x, 'bool'), tf.cast(tf.transpose(x), 'bool')),
    addN: (x) => tf.addN([x, tf.transpose(x)]),
    where: (x) => tf.where(tf.cast(x, 'bool'), x, tf.transpose(x)),
    matMul: (x) => tf.matMul(x, x, true, false),
    'matMul of a stack': (x) => tf.matMul(tf.reshape(x, [1, 2, 2]), tf.reshape(x, [1, 2, 2]), false, true),
    pad: (x) =>
      tf.pad(x, [
        [1, 1],
        [0, 1],
      ]),
    slice: (x) => tf.slice(x, [0, 1]),
    concat: (x) => tf.concat([x, x]),
    stack: (x) => tf.stack([x, x]),
    split: (x) => tf.split(x, 2)[1]!,
    tile: (x) => tf.tile(x, [2, 1]),
    transpose: (x) => tf.transpose(x),
    oneHot: (x) => tf.oneHot(tf.cast(x, 'int32'), 3),
    maxPool: (x) => tf.maxPool(square(x), 2, 1, 'valid'),
    avgPool: (x) => tf.avgPool(square(x), 2, 1, 'valid'),
    resizeBilinear: (x) => tf.image.resizeBilinear(square(x), [3, 3]),
    conv2d: (x) => tf.conv2d(square(x), tf.ones([1, 1, 1, 1]), 1, 'valid'),
  };
  const x: TensorValue = { dtype: 'int32', shape: [2, 2], values: Int32Array.of(2, 0, -3, 1) };
  const cases = Object.entries(functions).flatMap(([name, f]) =>
    (['int32', 'bool'] as const).map((dtype) => ({ name, dtype, f })),
  );
  test.each(cases)('$name of $dtype', async ({ dtype, f }) => {
    const fn = (t: Record<string, Tensor>): Tensor => f(tf.cast(t.x!, dtype));
    const compiled = await outcome(ort, { x }, fn);
    if (compiled.startsWith('refused: ')) expect(compiled).toMatch(refusal);
    else expect(compiled).toBe(await outcome(js, { x }, fn));
  });
});
