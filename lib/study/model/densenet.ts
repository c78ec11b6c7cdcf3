import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { partsInARow, type Family } from './family.ts';
import { averagePool, convolution, normalised, rectified, sequence } from './layers.ts';
import type { ImageShape, Layer } from './layers.ts';

/** Batch norm and ReLU, then a convolution: the order of Huang et al. */
function preactivated(name: string, input: ImageShape, filters: number, kernel: number): Layer {
  return sequence(input, [
    rectified(normalised(`${name}.norm`, input)),
    convolution(`${name}.conv`, input, { filters, kernel, stride: 1 }),
  ]);
}

/** What came in, with `growth` channels more: a 1×1 convolution to four times as many, then a 3×3. */
function denseLayer(name: string, input: ImageShape, growth: number): Layer {
  const bottleneck = preactivated(`${name}.first`, input, 4 * growth, 1);
  const grown = preactivated(`${name}.second`, bottleneck.output, growth, 3);
  const inside = sequence(input, [bottleneck, grown]);
  return {
    ...inside,
    output: { ...input, channels: input.channels + growth },
    apply: (x, pass) => tf.concat<Tensor4D>([x, inside.apply(x, pass)], 3),
  };
}

function denseBlock(name: string, input: ImageShape, layers: number, growth: number): Layer {
  const all: Layer[] = [];
  for (let i = 1; i <= layers; i++)
    all.push(denseLayer(`${name}.layer${i}`, all.at(-1)?.output ?? input, growth));
  return sequence(input, all);
}

/** That share of the channels, half the size. */
function transition(name: string, input: ImageShape, compression: number): Layer {
  const narrow = preactivated(name, input, Math.max(1, Math.floor(compression * input.channels)), 1);
  return sequence(input, [narrow, averagePool(narrow.output)]);
}

const count = z.int().positive();

const params = z.strictObject({
  family: z.literal('densenet'),
  /** Layers of each dense block; between two blocks the map is halved. */
  blocks: z.array(count).min(1),
  /** Channels that each layer adds; the stem has twice as many. */
  growth: count,
  /** The share of channels that is left between two blocks. */
  compression: z.number().positive().max(1).default(0.5),
});

/** Huang et al. 2017, "Densely connected convolutional networks": DenseNet-BC for small images (their §3, CIFAR). */
export const denseNet: Family<typeof params> = {
  params,
  parts: ({ blocks, growth, compression }, input) =>
    partsInARow(input, [
      ['stem', (before) => convolution('stem', before, { filters: 2 * growth, kernel: 3, stride: 1 })],
      ...blocks.flatMap((layers, i) => {
        const name = `block${i + 1}`;
        const dense = [name, (before: ImageShape) => denseBlock(name, before, layers, growth)] as const;
        const between = `transition${i + 1}`;
        const down = [between, (before: ImageShape) => transition(between, before, compression)] as const;
        return i < blocks.length - 1 ? [dense, down] : [dense];
      }),
      ['last', (before) => rectified(normalised('last', before))],
    ]),
};
