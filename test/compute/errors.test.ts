import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import type { CompileOptions, Engine, TensorFunction } from '../../lib/compute/program.ts';
import { integers, random } from './values.ts';

let engine: Engine;

beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
});

afterAll(async () => {
  await engine.dispose();
});

const x = { dtype: 'float32', shape: [2, 3] } as const;

interface Mistake {
  readonly title: string;
  readonly fn: TensorFunction;
  readonly options?: Partial<CompileOptions>;
  readonly message: string;
}

type Inputs = Record<string, Tensor>;

/** What tfjs leaves to its backends to notice; `x` is [2, 3]. */
const misfits: readonly (readonly [string, (x: Tensor) => Tensor, string])[] = [
  [
    'a slice that ends outside is refused',
    (x) => tf.slice(x, [0, 1], [2, 3]),
    'tf.slice: elements 1 to 4 of axis 1 are not all in [2, 3]',
  ],
  [
    'a slice that begins outside is refused',
    (x) => tf.slice(x, [-1, 0], [1, 1]),
    'tf.slice: slice() does not support negative begin indexing',
  ],
  [
    'an axis that there is no place for is refused',
    (x) => tf.expandDims(x, -4),
    'tf.expandDims: there is no axis -4 in a tensor of rank 2: it may be -3 to 2',
  ],
  [
    'a product of matrices that do not fit is refused',
    (x) => tf.matMul(x, x),
    'tf.matMul: the inner sizes of [2, 3] and [2, 3] are not the same',
  ],
  [
    'a product with a vector is refused',
    (x) => tf.matMul(x, tf.ones([3])),
    'tf.matMul: [2, 3] and [3] are not both matrices',
  ],
  [
    'parts that do not join are refused',
    (x) => tf.concat([x, tf.ones([2, 2])], 0),
    'tf.concat: float32 [2, 2] does not join float32 [2, 3] along axis 0',
  ],
  [
    'tensors that do not stack are refused',
    (x) => tf.stack([x, tf.ones([2, 2])]),
    'tf.stack: float32 [2, 2] does not stack on float32 [2, 3]',
  ],
  [
    'shapes that do not go together are refused',
    (x) => tf.add(x, tf.ones([2, 2])),
    'tf.add: shapes [2, 3] and [2, 2] do not go together',
  ],
  [
    'windows that would lie in the padding alone are refused',
    (x) => tf.maxPool(tf.reshape<tf.Rank.R4>(x, [1, 2, 3, 1]), 1, 2, 1),
    'tf.maxPool: padding of [1, 1, 1, 1] leaves windows of 1 × 1 with nothing in them',
  ],
  [
    'a transposed convolution to a size it does not come from is refused',
    (x) =>
      tf.conv2dTranspose(
        tf.reshape<tf.Rank.R4>(x, [1, 2, 3, 1]),
        tf.ones([2, 2, 1, 1]),
        [1, 4, 4, 1],
        1,
        'same',
      ),
    'tf.conv2dTranspose: from [1, 4, 4, 1] a convolution makes [1, 4, 4, 1], not [1, 2, 3, 1]',
  ],
  [
    'the largest of no elements is refused',
    (x) => tf.max(tf.slice(x, [0, 0], [2, 0]), 1),
    'tf.max: [2, 0] has no elements to choose from',
  ],
  [
    'arithmetic on truth values is refused',
    (x) => tf.add(tf.greater(x, 0), tf.less(x, 0)),
    'tf.add: it does not compile for bool tensors; cast them to int32 or float32 first',
  ],
];

const mistakes: readonly Mistake[] = [
  {
    title: 'a kernel without a lowering names itself and the function that asked',
    fn: (t) => ({ y: tf.cumsum(t.x!, 0) }),
    message:
      'tf.cumsum uses the tfjs kernel Cumsum, which does not compile yet; write it with other functions, or add ' +
      'the kernel as docs/architecture.md says. engine.backend: js runs it, but has no gradient of it either',
  },
  ...misfits.map(([title, y, message]) => ({
    title: `${title}, by its name`,
    fn: (t: Inputs) => ({ y: y(t.x!) }),
    message,
  })),
  {
    title: 'reading a recorded tensor says why it cannot be',
    fn: (t) => ({ y: tf.mul(t.x!, t.x!.dataSync()[0]!) }),
    message:
      'a tensor inside a compiled function has no values yet, so the function cannot read them; return it as an ' +
      'output and read that',
  },
  {
    title: 'a channels-first convolution is refused',
    fn: (t) => ({
      y: tf.conv2d<Tensor4D>(tf.ones([1, 3, 4, 4]), tf.reshape(t.x!, [1, 1, 3, 2]), 1, 'valid', 'NCHW'),
    }),
    message: 'convolutions are recorded in NHWC format only',
  },
  {
    title: 'state of another shape is refused',
    fn: (t) => ({ next: tf.sum(t.x!) }),
    options: { state: { next: 'x' } },
    message: "output 'next' is float32 [] and cannot become 'x', which is float32 [2, 3]",
  },
  {
    title: 'state that the function does not give is refused',
    fn: (t) => ({ y: tf.neg(t.x!) }),
    options: { state: { next: 'x' } },
    message: "the function has no output 'next' to keep as 'x'",
  },
  {
    title: 'state for an input that was not declared is refused',
    fn: (t) => ({ y: tf.neg(t.x!) }),
    options: { state: { y: 'z' } },
    message: "state input 'z' is not declared",
  },
  {
    title: 'a name that is both input and constant is refused',
    fn: (t) => ({ y: tf.neg(t.x!) }),
    options: { constants: { x: random([2, 3]) } },
    message: "'x' is both an input and a constant",
  },
];

test.each(mistakes)('$title', async ({ fn, options, message }) => {
  await expect(engine.compile(fn, { inputs: { x }, ...options })).rejects.toThrow(message);
});

test('an error inside the function leaves tfjs as it was', async () => {
  const before = tf.getBackend();
  await expect(engine.compile((t) => ({ y: tf.cumsum(t.x!, 0) }), { inputs: { x } })).rejects.toThrow();
  expect(tf.getBackend()).toBe(before);
  expect([...tf.add([1, 2], 1).dataSync()]).toEqual([2, 3]);
});

test('inputs are checked against what was declared', async () => {
  const program = await engine.compile((t) => ({ y: tf.neg(t.x!) }), { inputs: { x } });
  await expect(program.run({})).rejects.toThrow("input 'x' is missing: it is float32 [2, 3]");
  await expect(program.run({ x: random([3, 2]) })).rejects.toThrow(
    "input 'x' is float32 [3, 2] with 6 float32 values; it was declared float32 [2, 3]",
  );
  await expect(program.run({ x: integers([2, 3], 5) })).rejects.toThrow("input 'x' is int32 [2, 3]");
  await expect(program.run({ x: random([2, 3]), z: random([1]) })).rejects.toThrow(
    "input 'z' was not declared",
  );
});

test('state must be set before the first run, and a program is not used after its end', async () => {
  const program = await engine.compile((t) => ({ next: tf.neg(t.x!) }), {
    inputs: { x },
    state: { next: 'x' },
  });
  await expect(program.run({})).rejects.toThrow('the state was not set: call setState before the first run');
  await expect(program.getState()).rejects.toThrow('the state was not set');
  await program.dispose();
  await program.dispose();
  await expect(program.run({})).rejects.toThrow('this program was disposed of');
});
