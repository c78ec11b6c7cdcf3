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
