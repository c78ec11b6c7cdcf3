import { expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { lower } from '../../lib/compute/lower/lower.ts';
import type { OnnxModel } from '../../lib/compute/onnx/model.ts';
import { startTfjs } from '../../lib/compute/start.ts';
import { record } from '../../lib/compute/trace/record.ts';
import { engineWith } from './layouts.ts';
import { trainingStep } from './residual-net.ts';
import { random, specs } from './values.ts';

/** A training step in blocks of 16. */
function stepModel(width: number, batch: number): OnnxModel {
  const { fn, options } = trainingStep({ width, batch, size: 8 });
  return lower(record(fn, options), { state: options.state ?? {}, block: 16 }).model;
}

/** ONNX's own convolutions, transposed ones too, as opposed to the blocked ones. */
function portable(width: number, batch: number): number {
  return stepModel(width, batch).nodes.filter(({ op, domain }) => op.startsWith('Conv') && domain === '')
    .length;
}

test.each([
  { width: 16, batch: 16, title: 'as wide as a block' },
  { width: 8, batch: 32, title: 'half as wide, two images to a block' },
  { width: 4, batch: 64, title: 'a quarter, four images to a block' },
])('every convolution of a net $title is a blocked one', async ({ width, batch }) => {
  await startTfjs();
  expect(portable(width, batch)).toBe(0);
});

test.each([
  { width: 8, batch: 15, title: 'images that leave one over' },
  { width: 5, batch: 32, title: 'channels that do not divide a block' },
  { width: 2, batch: 64, title: 'channels too few to fill a block' },
])('$title: the first convolutions stay as they are', async ({ width, batch }) => {
  await startTfjs();
  expect(portable(width, batch)).toBeGreaterThan(0);
});

test('a training step in blocks moves whole rows or planes at most with what one thread does alone', async () => {
  await startTfjs();
  // The images fed, for the first convolution; and the outermost two axes.
  const perms = stepModel(32, 32)
    .nodes.filter(({ op }) => op === 'Transpose')
    .map(({ attributes }) => (attributes.perm as readonly number[]).join());
  expect(new Set(perms)).toEqual(new Set(['0,3,1,2', '1,0,2']));
  expect(perms.filter((perm) => perm === '0,3,1,2')).toHaveLength(1);
});

test('a product of images that is only summed is never written', async () => {
  await startTfjs();
  const inputs = { x: random([16, 4, 4, 16], 1), w: random([3, 3, 16, 16], 2) };
  const graph = record(
    ({ x, w }) => {
      const y = tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 1);
      return { y: tf.sum(tf.mul(y, tf.relu(y)), [0, 1, 2]) };
    },
    { inputs: specs(inputs) },
  );
  expect(lower(graph, { block: 16 }).model.nodes.filter(({ op }) => op === 'Mul')).toEqual([]);
});

test('filters that are state come back as they were set', async () => {
  const filter = random([3, 1, 32, 16], 3);
  const engine = await engineWith('auto');
  const inputs = { x: random([16, 4, 4, 32], 1), filter };
  const program = await engine.compile(
    ({ x, filter: given }) => ({
      y: tf.conv2d(x as Tensor4D, given as Tensor4D, 1, 'same'),
      halved: tf.mul(given!, 0.5),
    }),
    { inputs: specs(inputs), state: { halved: 'filter' } },
  );
  program.setState({ filter });
  expect(await program.getState()).toEqual({ filter });
  await program.run({ x: inputs.x });
  expect((await program.getState()).filter!.values).toEqual(filter.values.map((value) => value * 0.5));
  await engine.dispose();
});

test.each([
  { batch: 32, size: 4, images: 16 },
  { batch: 12, size: 8, images: 4 },
  { batch: 3, size: 4, images: 1 },
  { batch: 32, size: 9, images: 1 },
])('of $batch images of $size columns, $images lie side by side in a convolution', async (item) => {
  await startTfjs();
  const { batch, size, images } = item;
  const inputs = { x: random([batch, size, size, 16], 1), w: random([3, 3, 16, 16], 2) };
  const graph = record(({ x, w }) => ({ y: tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 1) }), {
    inputs: specs(inputs),
  });
  const convolutions = lower(graph, { block: 16 }).model.nodes.filter(
    ({ op, attributes }) => op === 'Conv' && attributes.group === undefined,
  );
  expect(convolutions.map(({ attributes }) => attributes.dilations)).toEqual([[1, images]]);
});
