import * as tf from '@tensorflow/tfjs-core';
import { depthAndWidth } from './depth.ts';
import { partsInARow, type Family, type Part } from './family.ts';
import { convolutionNorm, rectified, sequence } from './layers.ts';
import type { ImageShape, Layer } from './layers.ts';

/**
 * He et al. 2016, "Deep residual learning for image recognition": two 3×3 convolutions and an addition, ReLU
 * after the first and after the addition. Where the shape changes, the shortcut is a 1×1 convolution with
 * batch norm (their option B).
 */
function basicBlock(name: string, input: ImageShape, filters: number, stride: number): Layer {
  const first = rectified(convolutionNorm(`${name}.conv1`, input, { filters, kernel: 3, stride }));
  const second = convolutionNorm(`${name}.conv2`, first.output, { filters, kernel: 3, stride: 1 });
  const changes = stride !== 1 || input.channels !== filters;
  const shortcut = changes
    ? convolutionNorm(`${name}.shortcut`, input, { filters, kernel: 1, stride })
    : sequence(input, []);
  const parts = [first, second, shortcut];
  return {
    weights: parts.flatMap((part) => part.weights),
    output: second.output,
    multiplyAdds: parts.reduce((sum, part) => sum + part.multiplyAdds, 0),
    apply(x, pass) {
      const residual = second.apply(first.apply(x, pass), pass);
      return pass.options.relu(tf.add(residual, shortcut.apply(x, pass)));
    },
  };
}

function group(name: string, input: ImageShape, blocks: number, filters: number, stride: number): Layer {
  const layers: Layer[] = [];
  for (let block = 1; block <= blocks; block++) {
    const before = layers.at(-1)?.output ?? input;
    layers.push(basicBlock(`${name}.block${block}`, before, filters, block === 1 ? stride : 1));
  }
  return sequence(input, layers);
}

/** 3×3 stem at stride 1, then groups of basic blocks: the first at stride 1, each later one halves the map. */
function residualNet(input: ImageShape, blocks: number, widths: readonly number[]): readonly Part[] {
  const stem = { filters: widths[0]!, kernel: 3, stride: 1 };
  return partsInARow(input, [
    ['stem', (before) => rectified(convolutionNorm('stem', before, stem))],
    ...widths.map((filters, i) => {
      const name = `group${i + 1}`;
      const make = (before: ImageShape): Layer => group(name, before, blocks, filters, i === 0 ? 1 : 2);
      return [name, make] as const;
    }),
  ]);
}

const cifar = depthAndWidth(
  'resnet-cifar',
  (depth) => depth >= 8 && depth % 6 === 2,
  '6n + 2: 8, 14, 20, 26, 32…',
);

/** He et al.'s CIFAR nets of depth 6n + 2: three groups of n blocks, widths w, 2w, 4w (w = 16 in the paper). */
export const resnetCifar: Family<typeof cifar> = {
  params: cifar,
  parts: ({ depth, width }, input) => residualNet(input, (depth - 2) / 6, [width, 2 * width, 4 * width]),
};

const eighteen = depthAndWidth('resnet18', (depth) => depth === 18, '18');

/** ResNet-18 for small images: no pooling in the stem; widths w, 2w, 4w, 8w (w = 64 in the paper). */
export const resnet18: Family<typeof eighteen> = {
  params: eighteen,
  parts: ({ width }, input) => residualNet(input, 2, [width, 2 * width, 4 * width, 8 * width]),
};
