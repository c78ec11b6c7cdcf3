import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorValue } from '../../lib/compute/program.ts';
import { onePixel, type KernelCase, type Pads } from './kernel-case.ts';
import { integers, random } from './values.ts';
import { windowCases } from './window-cases.ts';

function positive(shape: readonly number[], seed = 1): TensorValue {
  const { values } = random(shape, seed);
  return { dtype: 'float32', shape, values: values.map((value) => 0.3 + Math.abs(value)) };
}

const image = [2, 6, 6, 3] as const;

type Unary = (x: Tensor) => Tensor;
const unary: readonly (readonly [string, Unary, ('positive' | 'flat')?])[] = [
  ['abs', tf.abs],
  ['neg', tf.neg],
  ['sign', tf.sign, 'flat'],
  ['relu', tf.relu],
  ['step', (x) => tf.step(x), 'flat'],
  ['step with alpha', (x) => tf.step(x, -0.5), 'flat'],
  ['sqrt', tf.sqrt, 'positive'],
  ['rsqrt', tf.rsqrt, 'positive'],
  ['reciprocal', tf.reciprocal, 'positive'],
  ['exp', tf.exp],
  ['log', tf.log, 'positive'],
  ['sigmoid', tf.sigmoid],
  ['tanh', tf.tanh],
  ['erf', tf.erf],
  ['square', tf.square],
  ['clipByValue', (x) => tf.clipByValue(x, -0.4, 0.6)],
  ['clone', (x) => tf.clone(x)],
];

const binary: readonly (readonly [string, (a: Tensor, b: Tensor) => Tensor])[] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['div', tf.div],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['squaredDifference', tf.squaredDifference],
];

const comparisons: readonly (readonly [string, (a: Tensor, b: Tensor) => Tensor])[] = [
  ['greater', tf.greater],
  ['greaterEqual', tf.greaterEqual],
  ['less', tf.less],
  ['lessEqual', tf.lessEqual],
  ['equal', tf.equal],
  ['notEqual', tf.notEqual],
];

const broadcasts: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3, 4, 5], [5]],
  [[], [3, 2]],
  [
    [2, 1, 4],
    [3, 1],
  ],
];

const convolutions: readonly (readonly [
  readonly number[],
  readonly number[],
  number,
  Pads | 'same' | 'valid',
])[] = [
  [[2, 6, 6, 3], [3, 3, 3, 4], 1, onePixel],
  [[2, 6, 6, 3], [3, 3, 3, 4], 2, onePixel],
  [[2, 7, 5, 2], [3, 3, 2, 3], 2, onePixel],
  [[2, 6, 6, 3], [3, 3, 3, 4], 1, 'valid'],
  [[2, 6, 6, 3], [3, 3, 3, 4], 2, 'same'],
  [[2, 6, 6, 3], [1, 1, 3, 4], 1, 'valid'],
  [[2, 6, 6, 3], [1, 1, 3, 4], 2, 'valid'],
  [
    [1, 8, 6, 2],
    [5, 3, 2, 2],
    1,
    [
      [0, 0],
      [2, 2],
      [1, 1],
      [0, 0],
    ],
  ],
  [
    [1, 7, 7, 2],
    [2, 4, 2, 2],
    3,
    [
      [0, 0],
      [1, 0],
      [2, 1],
      [0, 0],
    ],
  ],
  [[2, 5, 5, 32], [3, 3, 32, 16], 1, onePixel],
  [[16, 8, 8, 16], [3, 3, 16, 32], 2, onePixel],
  [[16, 8, 8, 16], [1, 1, 16, 32], 2, 'valid'],
  [[16, 4, 4, 16], [3, 3, 16, 16], 1, onePixel],
  [[16, 6, 6, 3], [3, 3, 3, 16], 1, onePixel],
  [[16, 8, 8, 16], [3, 3, 16, 16], 2, 'same'],
  [[16, 8, 8, 16], [2, 2, 16, 16], 2, 'valid'],
  [[16, 7, 8, 16], [3, 3, 16, 16], 2, onePixel],
  [[16, 9, 9, 16], [3, 3, 16, 16], 3, onePixel],
  [[16, 8, 8, 16], [3, 3, 16, 16], 4, 'valid'],
  [[32, 8, 6, 8], [3, 3, 8, 16], 2, onePixel],
  // Channels of one end fill blocks where two images share them, of the other do not.
  [[32, 8, 6, 8], [1, 1, 8, 24], 1, 'valid'],
  [[32, 8, 6, 24], [1, 1, 24, 8], 1, 'valid'],
  [[32, 8, 6, 24], [3, 3, 24, 16], 1, onePixel],
  [[32, 8, 6, 12], [3, 3, 12, 4], 2, onePixel],
  [[16, 12, 10, 40], [3, 3, 40, 24], 1, onePixel],
];

function pads(pad: Pads | string): string {
  return typeof pad === 'string' ? pad : pad.slice(1, 3).join('/');
}

const reductions: readonly (readonly [string, (x: Tensor, axis: number[], keep: boolean) => Tensor])[] = [
  ['sum', (x, axis, keep) => tf.sum(x, axis, keep)],
  ['mean', (x, axis, keep) => tf.mean(x, axis, keep)],
  ['max', (x, axis, keep) => tf.max(x, axis, keep)],
  ['min', (x, axis, keep) => tf.min(x, axis, keep)],
];

const pools: readonly (readonly [number, number, number | 'same' | 'valid'])[] = [
  [2, 2, 'valid'],
  [3, 2, 'same'],
  [3, 1, 1],
];

/** Every kernel by itself, and some together. */
export const cases: readonly KernelCase[] = [
  ...windowCases,
  ...unary.map(([title, f, kind]): KernelCase => ({
    title,
    inputs: { x: kind === 'positive' ? positive([3, 4]) : random([3, 4]) },
    f: ({ x }) => f(x!),
    by: kind === 'flat' ? [] : ['x'],
  })),
  { title: 'floor', inputs: { x: random([7]) }, f: ({ x }) => tf.floor(tf.mul(x!, 3)), by: [] },
  ...binary.flatMap(([name, f]) =>
    broadcasts.map(([a, b]): KernelCase => ({
      title: `${name} of [${a.join()}] and [${b.join()}]`,
      inputs: { a: random(a, 1), b: positive(b, 2) },
      f: (t) => f(t.a!, t.b!),
      by: ['a', 'b'],
    })),
  ),
  ...comparisons.map(([title, f]): KernelCase => ({
    title,
    inputs: { a: integers([4, 5], 3, 1), b: integers([5], 3, 2) },
    f: (t) => f(t.a!, t.b!),
  })),
  {
    title: 'logicalAnd, logicalOr, logicalNot',
    inputs: { a: random([4, 5], 1), b: random([4, 5], 2) },
    f: ({ a, b }) => {
      const [p, q] = [tf.greater(a!, 0), tf.greater(b!, 0)];
      return tf.logicalOr(tf.logicalAnd(p, q), tf.logicalNot(tf.logicalOr(p, q)));
    },
  },
  {
    title: 'isFinite',
    inputs: {
      x: { dtype: 'float32', shape: [4], values: Float32Array.of(1, NaN, Infinity, -Infinity) },
    },
    f: ({ x }) => tf.isFinite(x!),
  },
  {
    title: 'where',
    inputs: { a: random([4, 5], 1), b: random([4, 5], 2) },
    f: ({ a, b }) => tf.where(tf.greater(a!, 0.2), tf.mul(a!, 2), b!),
    by: ['a', 'b'],
  },
  {
    title: 'addN and stack',
    inputs: { a: random([2, 3], 1), b: random([2, 3], 2) },
    f: ({ a, b }) => tf.stack([tf.addN([a!, b!, a!]), b!], 1),
  },
  {
    title: 'cast to int32 and back',
    inputs: { x: random([9]) },
    f: ({ x }) => tf.cast(tf.cast(tf.mul(x!, 9), 'int32'), 'float32'),
  },
  {
    title: 'oneHot',
    inputs: { x: integers([6], 4) },
    f: ({ x }) => tf.cast(tf.oneHot(x as tf.Tensor1D, 4), 'float32'),
  },
  {
    title: 'oneHot with other values',
    inputs: { x: integers([6], 4) },
    f: ({ x }) => tf.oneHot(x as tf.Tensor1D, 4, 5, -2),
  },
  { title: 'reshape', inputs: { x: random([2, 3, 4]) }, f: ({ x }) => tf.reshape(x!, [4, -1]), by: ['x'] },
  {
    title: 'reshape of a convolution',
    inputs: { x: random(image), w: random([3, 3, 3, 4], 2) },
    f: ({ x, w }) => tf.reshape(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 1), [2, -1]),
    by: ['x', 'w'],
  },
  { title: 'expandDims', inputs: { x: random([2, 3]) }, f: ({ x }) => tf.expandDims(x!, -1), by: ['x'] },
  {
    title: 'transpose',
    inputs: { x: random([2, 3, 4]) },
    f: ({ x }) => tf.transpose(x!, [2, 0, 1]),
    by: ['x'],
  },
  {
    title: 'transpose of a convolution, then a reduction',
    inputs: { x: random(image), w: random([3, 3, 3, 4], 2) },
    f: ({ x, w }) => tf.sum(tf.transpose(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 1), [3, 1, 0, 2]), [1]),
    by: ['x', 'w'],
  },
  {
    title: 'pad',
    inputs: { x: random([2, 3]) },
    f: ({ x }) =>
      tf.pad(
        x!,
        [
          [1, 0],
          [2, 1],
        ],
        0.5,
      ),
    by: ['x'],
  },
  { title: 'slice', inputs: { x: random([4, 5]) }, f: ({ x }) => tf.slice(x!, [1, 2], [2, -1]), by: ['x'] },
  {
    title: 'concat',
    inputs: { a: random([2, 3], 1), b: random([2, 4], 2) },
    f: ({ a, b }) => tf.concat([a!, b!, a!], 1),
    by: ['a', 'b'],
  },
  ...reductions.flatMap(([name, f]) =>
    [
      { shape: [2, 3, 4], axes: [1], keep: false },
      { shape: [2, 3, 4], axes: [0, 2], keep: true },
      { shape: [2, 3, 4, 5], axes: [0, 1, 2], keep: false },
      { shape: [2, 3], axes: [0, 1], keep: false },
    ].map(({ shape, axes, keep }): KernelCase => ({
      title: `${name} of [${shape.join()}] over ${axes.join()}${keep ? ', kept' : ''}`,
      inputs: { x: random(shape) },
      f: ({ x }) => f(x!, axes, keep),
      by: ['x'],
    })),
  ),
  {
    title: 'sums over axes that a tensor is only spread over',
    inputs: { a: random([4]), b: random([3, 4], 2) },
    f: ({ a, b }) => tf.sum(tf.mul(tf.mul(a!, tf.ones([2, 3, 4])), tf.sum(b!, 0)), [0, 1]),
    by: ['a', 'b'],
  },
  { title: 'tile', inputs: { x: random([2, 3]) }, f: ({ x }) => tf.tile(x!, [2, 3]), by: ['x'] },
  {
    title: 'split',
    inputs: { x: random([2, 7, 3]) },
    f: ({ x }) => {
      const [a, b, c] = tf.split(x!, [2, 1, 4], 1) as [Tensor, Tensor, Tensor];
      return tf.concat([tf.mul(c, 2), a, tf.exp(b)], 1);
    },
    by: ['x'],
  },
  { title: 'argMax', inputs: { x: random([4, 5]) }, f: ({ x }) => tf.argMax(x!, 1) },
  ...[
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ].flatMap(([ta, tb]): KernelCase[] => [
    {
      title: `matMul, transposed ${String(ta)}, ${String(tb)}`,
      inputs: { a: random(ta ? [4, 3] : [3, 4], 1), b: random(tb ? [5, 4] : [4, 5], 2) },
      f: ({ a, b }) => tf.matMul(a as Tensor2D, b as Tensor2D, ta, tb),
      by: ['a', 'b'],
    },
    {
      title: `matMul in a batch, transposed ${String(ta)}, ${String(tb)}`,
      inputs: { a: random(ta ? [2, 4, 3] : [2, 3, 4], 1), b: random(tb ? [2, 5, 4] : [2, 4, 5], 2) },
      f: ({ a, b }) => tf.matMul(a as Tensor3D, b as Tensor3D, ta, tb),
      by: ['a', 'b'],
    },
  ]),
  { title: 'softmax', inputs: { x: random([3, 4]) }, f: ({ x }) => tf.softmax(x!), by: ['x'] },
  { title: 'logSoftmax', inputs: { x: random([3, 4]) }, f: ({ x }) => tf.logSoftmax(x!), by: ['x'] },
  ...convolutions.map(([x, w, stride, pad]): KernelCase => ({
    title: `conv2d of [${x.join()}] with [${w.join()}], stride ${stride}, pad ${pads(pad)}`,
    inputs: { x: random(x, 1), w: random(w, 2) },
    f: (t) => tf.conv2d(t.x as Tensor4D, t.w as Tensor4D, stride, pad),
    by: ['x', 'w'],
  })),
  ...[16, 8].map((channels): KernelCase => ({
    title: `residual addition of ${channels} channels`,
    inputs: { x: random([32, 4, 4, channels], 1), w: random([3, 3, channels, channels], 2) },
    f: ({ x, w }) => tf.add(tf.relu(tf.conv2d(tf.relu(x as Tensor4D), w as Tensor4D, 1, 1)), x!),
    by: ['x', 'w'],
  })),
  ...[
    { axes: [0, 1, 2], channels: 16 },
    { axes: [1, 2], channels: 16 },
    { axes: [0, 1, 2], channels: 8 },
  ].map(({ axes, channels }): KernelCase => ({
    title: `sum and mean of products of ${channels} channels over ${axes.join()}`,
    inputs: { x: random([4, 5, 3, channels], 1), w: random([3, 3, channels, channels], 2) },
    f: ({ x, w }) => {
      const y = tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 1);
      return tf.add(tf.sum(tf.mul(y, tf.relu(y)), axes), tf.mean(tf.square(y), axes));
    },
    by: ['x', 'w'],
  })),
  {
    title: 'conv2dTranspose',
    inputs: { x: random([1, 3, 3, 4], 1), w: random([3, 3, 2, 4], 2) },
    f: ({ x, w }) => tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, [1, 6, 6, 2], 2, 'same'),
    by: ['x', 'w'],
  },
  ...pools.flatMap(([size, stride, pad]): KernelCase[] => [
    {
      title: `maxPool of size ${size}, stride ${stride}, pad ${pad}`,
      inputs: { x: random(image) },
      f: ({ x }) => tf.maxPool(x as Tensor4D, size, stride, pad),
      by: ['x'],
    },
    {
      title: `avgPool of size ${size}, stride ${stride}, pad ${pad}`,
      inputs: { x: random(image) },
      f: ({ x }) => tf.avgPool(x as Tensor4D, size, stride, pad),
      by: pad === 'valid' ? ['x'] : [],
    },
  ]),
  {
    title: 'zerosLike and onesLike',
    inputs: { x: random([2, 3]) },
    f: ({ x }) => tf.add(tf.zerosLike(x!), tf.mul(tf.onesLike(x!), x!)),
  },
  {
    title: 'a tensor made outside',
    inputs: { x: random([2, 3]) },
    f: ({ x }) => tf.mul(x!, tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])),
    by: ['x'],
  },
];
