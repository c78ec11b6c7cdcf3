import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { lower } from '../../lib/compute/lower/lower.ts';
import type { Engine, TensorFunction, TensorMap, TensorValue } from '../../lib/compute/program.ts';
import { startTfjs } from '../../lib/compute/start.ts';
import { record } from '../../lib/compute/trace/record.ts';
import { engineWith } from './layouts.ts';
import { random, specs } from './values.ts';

/** A layer with all that can follow a convolution, one with a rectifier alone, and the gradient of the first by x. */
const layers: TensorFunction = ({ x, filter, shift, other }) => {
  const layer = (image: tf.Tensor): Tensor4D =>
    tf.relu(tf.add<Tensor4D>(tf.add(tf.conv2d(image as Tensor4D, filter as Tensor4D, 1, 1), shift!), other!));
  return {
    y: layer(x!),
    rectified: tf.relu(tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 1)),
    gradient: tf.grad((image: tf.Tensor) => tf.sum(tf.square(layer(image))))(x!),
    kept: tf.clone(filter!),
  };
};

interface Given {
  readonly x: TensorValue;
  readonly filter: TensorValue;
  readonly shift: TensorValue;
  readonly other: TensorValue;
}

function given([batch, height, width, into, out]: readonly [number, number, number, number, number]): Given {
  return {
    x: random([batch, height, width, into], 1),
    filter: random([3, 3, into, out], 2),
    shift: random([out], 3),
    other: random([batch, height, width, out], 4),
  };
}

async function outputs(engine: Engine, { filter, ...fed }: Given): Promise<TensorMap> {
  const inputs = specs({ filter, ...fed });
  const program = await engine.compile(layers, { inputs, state: { kept: 'filter' } });
  program.setState({ filter });
  const found = await program.run(fed);
  await program.dispose();
  return found;
}

/** How many convolutions by filters of one place, with no group, there are. */
async function ofOnePlace(
  [height, width, into, out]: readonly [number, number, number, number],
  { changes = false, stride = 1 } = {},
): Promise<number> {
  await startTfjs();
  const inputs = { x: random([2, height, width, into], 1), filter: random([3, 3, into, out], 2) };
  const graph = record(
    ({ x, filter }) => ({
      y: tf.conv2d(x as Tensor4D, filter as Tensor4D, stride, 1),
      kept: changes ? tf.mul(filter!, 0.5) : tf.clone(filter!),
    }),
    { inputs: specs(inputs), state: { kept: 'filter' } },
  );
  const { nodes } = lower(graph, { state: { kept: 'filter' }, block: 16 }).model;
  return nodes.filter(
    ({ op, attributes }) => op === 'Conv' && JSON.stringify(attributes.kernel_shape) === '[1,1]',
  ).length;
}

describe('a convolution by three by three places', () => {
  let blocked: Engine;
  let portable: Engine;
  beforeAll(async () => {
    blocked = await engineWith('auto');
    portable = await engineWith('portable');
  });
  afterAll(async () => {
    await blocked.dispose();
    await portable.dispose();
  });

  test.each([
    { size: [2, 8, 10, 128, 128], title: 'of an even number of rows and columns' },
    { size: [3, 9, 7, 128, 144], title: 'of an odd number' },
    { size: [4, 8, 8, 144, 128], title: 'of images that lie side by side' },
    { size: [1, 7, 16, 128, 128], title: 'of one image' },
  ] as const)('of many channels, $title, gives what the portable one does', async ({ size }) => {
    const inputs = given(size);
    const [found, wanted] = [await outputs(blocked, inputs), await outputs(portable, inputs)];
    for (const name of ['y', 'rectified', 'gradient']) {
      const values = Array.from(wanted[name]!.values);
      const largest = Math.max(...values.map(Math.abs));
      const apart = values.map((value, i) => Math.abs(value - found[name]!.values[i]!) / largest);
      expect(largest).toBeGreaterThan(0);
      expect(Math.max(...apart)).toBeLessThan(2e-5);
    }
  });

  test('gives the same bits for an image however many there are', async () => {
    const all = given([8, 8, 8, 128, 128]);
    const whole = await outputs(blocked, all);
    const rows = (tensor: TensorValue): TensorValue => {
      const [count = 1, ...others] = tensor.shape;
      return {
        ...tensor,
        shape: [3, ...others],
        values: tensor.values.slice(0, (3 * tensor.values.length) / count),
      };
    };
    const some = await outputs(blocked, { ...all, x: rows(all.x), other: rows(all.other) });
    for (const name of ['y', 'rectified', 'gradient'])
      expect(some[name]!.values).toEqual(rows(whole[name]!).values);
  });
});

test('a convolution of many channels whose filter no call changes is done by sixteen of one place', async () => {
  expect(await ofOnePlace([8, 8, 128, 128])).toBe(16);
});

test.each([
  { title: 'of fewer channels', size: [8, 8, 112, 128], options: {} },
  { title: 'of few places', size: [6, 8, 128, 128], options: {} },
  { title: 'at stride 2', size: [8, 8, 128, 128], options: { stride: 2 } },
  { title: 'whose filter is trained', size: [8, 8, 128, 128], options: { changes: true } },
] as const)('one $title is done as it is', async ({ size, options }) => {
  expect(await ofOnePlace(size, options)).toBe(0);
});
