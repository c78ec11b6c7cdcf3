import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { ImportError, type ImportedGraph } from '../../../compute/import/graph.ts';
import { channelsLast, image, inOrder, type Value } from '../../../compute/import/value.ts';
import type { ImageShape } from '../layers.ts';
import type { ForwardOptions, Model, Weights } from '../model.ts';
import type { ImportedParams } from './params.ts';
import { graphOf } from './structure.ts';
import { placedWeights } from './weights.ts';

/** An ONNX graph as a net of the study. */
export function netOf(
  graph: ImportedGraph,
  { features, logits }: Pick<ImportedParams, 'features' | 'logits'>,
  input: ImageShape,
  classes: number,
): Model {
  const places = placedWeights(graph);
  const [x, ...others] = graph.file.inputs;
  const output = logits === null ? graph.file.outputs[0]?.name : graph.find(logits);
  if (x === undefined || output === undefined || others.length > 0)
    throw new ImportError(
      `a net of images has one input and an output; the graph has ${graph.file.inputs.length} and ${graph.file.outputs.length}`,
    );
  checkInput(x.dims, input);
  const inFile = (weights: Weights): Record<string, Tensor> =>
    Object.fromEntries(
      places.map(({ spec: { name }, order }) => {
        const inverse = order?.map((_, axis) => order.indexOf(axis));
        return [name, inverse === undefined ? weights[name]! : tf.transpose(weights[name]!, inverse)];
      }),
    );
  const runAll = (
    given: Record<string, Tensor4D>,
    weights: Weights,
    wanted: readonly string[],
    { relu, at }: Pick<ForwardOptions, 'relu' | 'at'>,
  ): Record<string, Value> =>
    graph.run(
      Object.fromEntries(Object.entries(given).map(([name, value]) => [name, image(value)])),
      inFile(weights),
      wanted,
      { relu: relu as (t: Tensor) => Tensor, at },
    );
  const run = (
    given: Record<string, Tensor4D>,
    weights: Weights,
    wanted: string,
    options: Pick<ForwardOptions, 'relu' | 'at'>,
  ): Value => runAll(given, weights, [wanted], options)[wanted]!;
  const logitsOf = (value: Value): Tensor2D => {
    const count = value.shape.reduce((product, size) => product * size, 1) / value.shape[0]!;
    if (count !== classes)
      throw new ImportError(
        `the net gives ${count} numbers for an image, and the data set has ${classes} classes`,
      );
    return tf.reshape(inOrder(value), [value.shape[0]!, classes]);
  };
  return {
    weights: places.map(({ spec }) => spec),
    classes,
    multiplyAdds: 0,
    hasRelu: graph.rectifiers > 0,
    layer(name) {
      const wanted = name ?? features;
      if (wanted === null)
        throw new ImportError(
          'name the layer that class activation maps are made of: features of the model, or attribute.layers',
        );
      const layer = graph.find(wanted);
      return {
        features(weights, images, relu) {
          const value = run({ [x.name]: images }, weights, layer, { relu });
          if (value.shape.length !== 4)
            throw new ImportError(
              `'${wanted}' gives [${value.shape.join(', ')}]; Grad-CAM looks at a layer of images, [batch, channels, height, width]`,
            );
          if (hasChannelsLast(value.shape, images.shape))
            throw new ImportError(
              `'${wanted}' gives [${value.shape.join(', ')}], whose channels come last; Grad-CAM looks at a layer of [batch, channels, height, width]: take one behind it that puts them in order, Swin's permute say`,
            );
          return channelsLast(value) as Tensor4D;
        },
        head: (weights, map, images, relu) =>
          logitsOf(run({ [x.name]: images, [layer]: map }, weights, output, { relu })),
      };
    },
    attentions(weights, images) {
      const names = graph.attentions;
      const values = runAll({ [x.name]: images }, weights, names, { relu: tf.relu });
      return names.map((name) => inOrder(values[name]!));
    },
    forward(weights, images, options) {
      if (options.training) throw new Error('an imported net is not trained here');
      return { logits: logitsOf(run({ [x.name]: images }, weights, output, options)), averages: {} };
    },
  };
}

/**
 * Whether a layer's values [batch, a, b, c] are images by a and b, and not by b and c: a net keeps the proportions of
 * its images, but for what rounding takes.
 */
function hasChannelsLast([, a, b, c]: readonly number[], [, height, width]: readonly number[]): boolean {
  const off = (down: number, across: number): number => Math.abs(down * width! - across * height!);
  const rounded = Math.max(height!, width!);
  const inOrder = off(b!, c!) <= rounded;
  return !inOrder && off(a!, b!) <= rounded;
}

/** Sizes that the graph was written for, where it was written for any. */
function checkInput(dims: readonly (number | null)[] | null, { channels, height, width }: ImageShape): void {
  const here = [channels, height, width];
  const written = dims?.slice(1) ?? [];
  if (written.every((size, i) => size === null || size === here[i])) return;
  throw new ImportError(
    `the graph takes images of [${written.map((size) => size ?? 'any').join(', ')}] (channels, height, width), ` +
      `and the data set has [${here.join(', ')}]; set the data set's size, or export the net for these`,
  );
}

/** The net that a file of weights holds. */
export function importedModel(
  params: ImportedParams,
  metadata: Readonly<Record<string, string>>,
  input: ImageShape,
  classes: number,
): Model {
  return netOf(graphOf(metadata), params, input, classes);
}
