import type { Tensor4D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { denseNet } from './densenet.ts';
import type { Part } from './family.ts';
import { importedModel } from './imported/model.ts';
import { importedParams } from './imported/params.ts';
import { head, linearWeights } from './layers.ts';
import type { ImageShape } from './layers.ts';
import { mobileNet } from './mobilenet.ts';
import type { Model } from './model.ts';
import type { Pass } from './pass.ts';
import { resnet18, resnetCifar } from './resnet.ts';
import { vgg } from './vgg.ts';

/** `model` in `pipeline.yaml`. */
export const modelParams = z.discriminatedUnion('family', [
  resnetCifar.params,
  resnet18.params,
  vgg.params,
  mobileNet.params,
  denseNet.params,
  importedParams,
]);

export type ModelParams = z.output<typeof modelParams>;

type BuiltParams = Exclude<ModelParams, { family: 'imported' }>;

function partsOf(params: BuiltParams, input: ImageShape): readonly Part[] {
  switch (params.family) {
    case 'resnet-cifar':
      return resnetCifar.parts(params, input);
    case 'resnet18':
      return resnet18.parts(params, input);
    case 'vgg':
      return vgg.parts(params, input);
    case 'mobilenet':
      return mobileNet.parts(params, input);
    case 'densenet':
      return denseNet.parts(params, input);
  }
}

/**
 * The net for images of the given shape. `metadata` is that of the file its weights are in, which says how a net
 * that was imported is built.
 */
export function createModel(
  params: ModelParams,
  input: ImageShape,
  classes: number,
  metadata: Readonly<Record<string, string>> = {},
): Model {
  if (params.family === 'imported') return importedModel(params, metadata, input, classes);
  const parts = partsOf(params, input);
  const features = parts.at(-1)!.layer.output.channels;
  const through = (x: Tensor4D, pass: Pass, from: number, to: number): Tensor4D =>
    parts.slice(from, to).reduce((y, { layer }) => layer.apply(y, pass), x);
  const placeOf = (name: string): number => {
    const place = parts.findIndex((part) => part.name === name);
    if (place >= 0) return place + 1;
    throw new Error(`the net has no layer '${name}'; it has ${parts.map((part) => part.name).join(', ')}`);
  };
  return {
    weights: [...parts.flatMap(({ layer }) => layer.weights), ...linearWeights(features, classes)],
    classes,
    multiplyAdds: parts.reduce((sum, { layer }) => sum + layer.multiplyAdds, features * classes),
    layer(name) {
      const place = name === null ? parts.length : placeOf(name);
      return {
        features: (weights, x, relu) =>
          through(x, { weights, options: { training: false, relu }, averages: {} }, 0, place),
        head(weights, map, _x, relu) {
          const pass = { weights, options: { training: false, relu }, averages: {} };
          return head(weights, through(map, pass, place, parts.length));
        },
      };
    },
    forward(weights, x, options) {
      const averages = {};
      const map = through(x, { weights, options, averages }, 0, parts.length);
      return { logits: head(weights, map), averages };
    },
  };
}
