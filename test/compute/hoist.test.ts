import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import { lower } from '../../lib/compute/lower/lower.ts';
import { hoist } from '../../lib/compute/onnx/hoist.ts';
import type { TensorFunction } from '../../lib/compute/program.ts';
import { startTfjs } from '../../lib/compute/start.ts';
import { record } from '../../lib/compute/trace/record.ts';
import { difference, random, specs } from './values.ts';

const inputs = { x: random([3, 4, 4, 16], 1), filter: random([3, 3, 16, 16], 2), scale: random([16], 3) };
const state = { 'same filter': 'filter', 'same scale': 'scale' };

/** A convolution whose filter is scaled by state, and a number made of constants alone. */
const scaled: TensorFunction = ({ x, filter, scale }) => ({
  y: tf.mul(tf.conv2d(x as Tensor4D, tf.mul<Tensor4D>(filter!, tf.add(scale!, 1)), 1, 1), tf.scalar(2)),
  'same filter': tf.clone(filter!),
  'same scale': tf.clone(scale!),
});

test('what is made of weights alone is taken out, what is made of images is left', async () => {
  await startTfjs();
  const graph = record(scaled, { inputs: specs(inputs), state });
  const { model } = lower(graph, { state, block: 16 });
  const { before, rest } = hoist(model, new Set(['filter', 'scale']), false);
  expect(before!.inputs.map(({ name }) => name)).toEqual(['filter', 'scale']);
  expect(before!.nodes.map(({ op }) => op)).toContain('ReorderInput');
  expect(before!.outputs).toHaveLength(1);
  expect(rest.inputs.map(({ name }) => name)).toEqual(['x', before!.outputs[0]!.name]);
  expect(rest.nodes.filter(({ op }) => op === 'ReorderInput' || op === 'Transpose')).toEqual([]);
});

test('nothing is taken out where no input stays what it is', async () => {
  await startTfjs();
  const { model } = lower(record(scaled, { inputs: specs(inputs) }));
  expect(hoist(model, new Set(), true)).toEqual({ before: null, rest: model });
});

test('what was made of weights is made again when they are set', async () => {
  const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
  const reference = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  const options = { inputs: specs(inputs), state };
  const [program, expected] = [
    await engine.compile(scaled, options),
    await reference.compile(scaled, options),
  ];
  const { x, ...weights } = inputs;
  for (const filter of [weights.filter, random([3, 3, 16, 16], 9), weights.filter]) {
    program.setState({ ...weights, filter });
    expected.setState({ ...weights, filter });
    const { y } = await program.run({ x });
    expect(difference(y, (await expected.run({ x })).y)).toBeLessThan(3e-6);
    expect(await program.run({ x })).toEqual({ y });
  }
  await engine.dispose();
  await reference.dispose();
});

test('what is made of weights is taken out as what it is: truth values, whole numbers', async () => {
  const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
  const reference = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  const chosen: TensorFunction = ({ x, scale, ...kept }) => ({
    positive: tf.where(tf.greater(scale!, 0), x!, tf.zerosLike(x!)),
    most: tf.add(tf.sum(x!), tf.cast(tf.argMax(scale!), 'float32')),
    whole: tf.mul(tf.cast(tf.mul(scale!, 10), 'int32'), tf.cast(tf.mul(x!, 10), 'int32')),
    'same filter': tf.clone(kept.filter!),
    'same scale': tf.clone(scale!),
  });
  const options = { inputs: specs(inputs), state };
  const [program, expected] = [
    await engine.compile(chosen, options),
    await reference.compile(chosen, options),
  ];
  const { x, ...weights } = inputs;
  program.setState(weights);
  expected.setState(weights);
  const found = await program.run({ x });
  const wanted = await expected.run({ x });
  expect(found.positive).toEqual(wanted.positive);
  expect(found.whole).toEqual(wanted.whole);
  expect(difference(found.most, wanted.most)).toBeLessThan(3e-6);
  await engine.dispose();
  await reference.dispose();
});

test('truth values that lie in blocks of channels are moved out of them', async () => {
  const engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
  const reference = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  const options = { inputs: specs(inputs) };
  const mixed: TensorFunction = ({ x, filter, scale }) => {
    const y = tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 1);
    const above = tf.greater(y, tf.conv2d(y, filter as Tensor4D, 1, 1));
    return { y: tf.where(above, tf.add(tf.zerosLike(y), scale!), tf.tanh(tf.transpose(y, [0, 2, 1, 3]))) };
  };
  const [program, expected] = [await engine.compile(mixed, options), await reference.compile(mixed, options)];
  expect(difference((await program.run(inputs)).y, (await expected.run(inputs)).y)).toBeLessThan(3e-6);
  await engine.dispose();
  await reference.dispose();
});
