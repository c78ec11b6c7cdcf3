import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { footprint, sharesBlocks } from '../../lib/compute/footprint.ts';
import { lower } from '../../lib/compute/lower/lower.ts';
import { startTfjs } from '../../lib/compute/start.ts';
import { record } from '../../lib/compute/trace/record.ts';
import { random, specs } from './values.ts';

const inputs = { x: random([10, 100], 1) };
const tensor = 4 * 10 * 100;

test('a chain holds two tensors at once, however long it is', async () => {
  const chain = (length: number) => ({
    inputs: specs(inputs),
    fn: ({ x }: Record<string, tf.Tensor>) => {
      let y = x!;
      for (let i = 0; i < length; i++) y = tf.exp(y);
      return { y };
    },
  });
  for (const length of [2, 9]) {
    const { fn, inputs: given } = chain(length);
    expect(await footprint(fn, { inputs: given })).toBe(2 * tensor);
  }
});

test('what is used later is held until then, a reshaped tensor once', async () => {
  const fn = ({ x }: Record<string, tf.Tensor>) => {
    const [a, b] = [tf.exp(x!), tf.sqrt(x!)];
    return { y: tf.add(tf.reshape(a, [100, 10]), tf.reshape(b, [100, 10])) };
  };
  // x and its two functions, then these two and their sum.
  expect(await footprint(fn, { inputs: specs(inputs) })).toBe(3 * tensor);
});

test('state, and what is made of it alone, does not count; constants do', async () => {
  const weights = random([10, 100], 2);
  const fn = ({ x, w }: Record<string, tf.Tensor>) => ({
    y: tf.add(x!, tf.exp(tf.sqrt(w!))),
    next: tf.clone(w!),
  });
  const given = { inputs: specs({ ...inputs, w: weights }), state: { next: 'w' } };
  expect(await footprint(fn, given)).toBe(2 * tensor);
  const constant = ({ x, w }: Record<string, tf.Tensor>) => ({ y: tf.add(x!, w!) });
  expect(await footprint(constant, { inputs: specs(inputs), constants: { w: weights } })).toBe(3 * tensor);
});

test('parts of a large constant are written once, and nothing else of it', async () => {
  await startTfjs();
  const noise = random([6, 20_000], 3);
  const part = (given: tf.Tensor, row: number) => tf.slice(given, [row, 0], [1, 20_000]);
  const graph = record(
    ({ x, noise: all }) => ({
      a: tf.mul(x!, part(all!, 2)),
      b: tf.add(x!, part(all!, 2)),
      c: tf.add(x!, part(all!, 5)),
    }),
    { inputs: { x: { dtype: 'float32', shape: [1, 20_000] } }, constants: { noise } },
  );
  const { initializers } = lower(graph).model;
  expect(initializers.map(({ bytes }) => bytes.length)).toEqual([80_000, 80_000]);
  const written = initializers.map(({ bytes }) => new Float32Array(bytes.buffer, bytes.byteOffset, 20_000));
  expect(written.map((values) => [...values])).toEqual(
    [2, 5].map((row) => [...noise.values.subarray(row * 20_000, (row + 1) * 20_000)]),
  );
});

test.each<[readonly number[], readonly number[], readonly number[]]>([
  [[5], [1], [3]],
  [
    [4, 6],
    [1, 2],
    [2, 3],
  ],
  [
    [4, 6],
    [1, 0],
    [2, 6],
  ],
  [
    [4, 6],
    [0, 2],
    [4, 1],
  ],
  [
    [2, 3, 4, 5],
    [1, 0, 1, 2],
    [1, 3, 2, 3],
  ],
  [
    [2, 3, 4, 5],
    [0, 1, 0, 0],
    [2, 2, 4, 5],
  ],
  [
    [1, 3, 1, 2],
    [0, 2, 0, 1],
    [1, 1, 1, 1],
  ],
])('a constant of %j from %j, %j of it, is what tfjs gives', async (shape, begin, size) => {
  await startTfjs();
  const whole = random(shape, 4);
  const { outputs } = record(({ c }) => ({ y: tf.slice(c!, [...begin], [...size]) }), {
    inputs: {},
    constants: { c: whole },
  });
  const expected = tf.slice(tf.tensor(whole.values, [...shape]), [...begin], [...size]);
  const { kernel, values, shape: found, attributes } = outputs.y!;
  expect(found).toEqual(size);
  const given = kernel === 'Fill' ? [attributes.value] : [...values!];
  expect(given).toEqual([...(await expected.data())]);
});

test.each([
  [8, true],
  [3, false],
  [16, false],
  [12, false],
])('images of %i channels share blocks: %s', async (channels, shared) => {
  const x = random([1, 4, 4, channels], 5);
  expect(await sharesBlocks((given) => ({ y: tf.relu(given.x!) }), { inputs: specs({ x }) })).toBe(shared);
});
