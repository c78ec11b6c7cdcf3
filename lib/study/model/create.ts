import { z } from 'zod';
import { head, linearWeights } from './layers.ts';
import type { ImageShape, Layer } from './layers.ts';
import type { ForwardOptions, Model } from './model.ts';
import { resnet18, resnetCifar } from './resnet.ts';
import { vgg } from './vgg.ts';

const FAMILIES = ['resnet-cifar', 'resnet18', 'vgg'] as const;

/** Depths each family has, as a rule and in words. */
const DEPTHS: Readonly<
  Record<(typeof FAMILIES)[number], { fits: (depth: number) => boolean; rule: string }>
> = {
  'resnet-cifar': { fits: (depth) => depth >= 8 && depth % 6 === 2, rule: '6n + 2: 8, 14, 20, 26, 32…' },
  resnet18: { fits: (depth) => depth === 18, rule: '18' },
  vgg: { fits: (depth) => depth >= 4 && depth % 3 === 1, rule: '3n + 1: 4, 7, 10, 13…' },
};

/** `model` in `pipeline.yaml`. */
export const modelParams = z
  .strictObject({
    family: z.enum(FAMILIES),
    /** Convolutions in a row, and the linear layer. */
    depth: z.int().positive(),
    /** Channels of the first group; later groups have 2, 4 (and 8) times as many. */
    width: z.int().positive(),
  })
  .check((context) => {
    const { family, depth } = context.value;
    const { fits, rule } = DEPTHS[family];
    if (fits(depth)) return;
    context.issues.push({
      code: 'custom',
      input: depth,
      path: ['depth'],
      message: `${family} has a depth of ${rule}; got ${depth}`,
    });
  });

export type ModelParams = z.output<typeof modelParams>;

function body({ family, depth, width }: ModelParams, input: ImageShape): Layer {
  switch (family) {
    case 'resnet-cifar':
      return resnetCifar(input, depth, width);
    case 'resnet18':
      return resnet18(input, width);
    case 'vgg':
      return vgg(input, depth, width);
  }
}

/** The net for images of the given shape. */
export function createModel(params: ModelParams, input: ImageShape, classes: number): Model {
  const layers = body(params, input);
  const features = layers.output.channels;
  return {
    weights: [...layers.weights, ...linearWeights(features, classes)],
    classes,
    multiplyAdds: layers.multiplyAdds + features * classes,
    head,
    forward(weights, x, options: ForwardOptions) {
      const averages = {};
      const map = layers.apply(x, { weights, options, averages });
      return { logits: head(weights, map), features: map, averages };
    },
  };
}
