import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { partsInARow, type Family } from './family.ts';
import { convolutionNorm, depthwiseNorm, sequence } from './layers.ts';
import type { ImageShape, Layer } from './layers.ts';

/** ReLU that ends at 6. */
function rectified6(layer: Layer): Layer {
  return { ...layer, apply: (x, pass) => tf.minimum(pass.options.relu(layer.apply(x, pass)), 6) };
}

interface Block {
  readonly filters: number;
  readonly stride: number;
  readonly expansion: number;
}

/**
 * Sandler et al. 2018, "MobileNetV2: Inverted residuals and linear bottlenecks", §3.3: widened by a 1×1
 * convolution, 3×3 for each channel by itself, narrowed by another 1×1 without a rectifier; added to what came in
 * where shapes agree.
 */
function invertedResidual(name: string, input: ImageShape, { filters, stride, expansion }: Block): Layer {
  const wide = { filters: expansion * input.channels, kernel: 1, stride: 1 };
  const first = rectified6(convolutionNorm(`${name}.expand`, input, wide));
  const second = rectified6(depthwiseNorm(`${name}.depthwise`, first.output, { kernel: 3, stride }));
  const third = convolutionNorm(`${name}.project`, second.output, { filters, kernel: 1, stride: 1 });
  const whole = sequence(input, [first, second, third]);
  if (stride !== 1 || input.channels !== filters) return whole;
  return { ...whole, apply: (x, pass) => tf.add(whole.apply(x, pass), x) };
}

function group(name: string, input: ImageShape, blocks: number, first: Block): Layer {
  const layers: Layer[] = [];
  for (let i = 1; i <= blocks; i++) {
    const block = i === 1 ? first : { ...first, stride: 1 };
    layers.push(invertedResidual(`${name}.block${i}`, layers.at(-1)?.output ?? input, block));
  }
  return sequence(input, layers);
}

const count = z.int().positive();

const params = z.strictObject({
  family: z.literal('mobilenet'),
  /** Of each of the three groups. */
  blocks: count,
  /** Channels of the first group; the next have 2 and 4 times as many, the last convolution 8 times. */
  width: count,
  /** How many times wider a block is inside. */
  expansion: count.default(6),
});

/** MobileNetV2 for small images: the stem at stride 1, three groups of which the second and third halve the map. */
export const mobileNet: Family<typeof params> = {
  params,
  parts: ({ blocks, width, expansion }, input) =>
    partsInARow(input, [
      [
        'stem',
        (before) => rectified6(convolutionNorm('stem', before, { filters: width, kernel: 3, stride: 1 })),
      ],
      ...[1, 2, 4].map((times, i) => {
        const name = `group${i + 1}`;
        const block = { filters: times * width, stride: i === 0 ? 1 : 2, expansion };
        return [name, (before: ImageShape) => group(name, before, blocks, block)] as const;
      }),
      [
        'last',
        (before) => rectified6(convolutionNorm('last', before, { filters: 8 * width, kernel: 1, stride: 1 })),
      ],
    ]),
};
