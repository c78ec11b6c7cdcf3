import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { AttributionMethod } from './explained.ts';
import { MethodRefusal } from './refusal.ts';

/**
 * How much of each patch reaches the class token through all layers, when every layer passes on one half as it is and
 * of the other what its heads attend to on average. Neither class nor gradient is involved.
 *
 *     Â_l = (mean over heads of A_l + I) / 2      R = Â_L · … · Â_1      map = R[class token, patches]
 *
 * Abnar and Zuidema 2020, *Quantifying attention flow in transformers*, §3. A is the softmax of each attention, whose
 * first token is the class's; a token of distillation after it is left out. Where there are patches alone, the map is
 * the mean over all of them, which is what such a net goes by.
 *
 * `[batch, rows, columns]` of patches, with one channel; 0 or more, and with the class token's own share 1 in sum.
 */
export const attentionRollout: AttributionMethod = (explained) => {
  const [batch, height, width] = explained.x.shape;
  const layers = explained.attentions().map((attention) => layerFlow(attention, batch));
  const tokens = layers[0]!.shape[1];
  const other = layers.find((layer) => layer.shape[1] !== tokens);
  if (other !== undefined)
    throw new MethodRefusal(
      `attention-rollout follows the same tokens through all layers, and this net has ${tokens}, then ${other.shape[1]}`,
    );
  const { rows, columns, first } = patches(tokens, height, width);
  const flow = layers.reduce((below, layer) => tf.matMul(layer, below));
  const towards = first === 0 ? tf.mean(flow, 1, true) : tf.slice(flow, [0, 0, 0], [batch, 1, tokens]);
  const map = tf.slice(towards, [0, 0, first], [batch, 1, rows * columns]);
  return tf.reshape<Tensor4D['rankType']>(map, [batch, rows, columns, 1]);
};

/** Â of an attention, `[batch, tokens, tokens]`. */
function layerFlow(attention: tf.Tensor, batch: number): Tensor3D {
  const [to, from] = attention.shape.slice(-2) as [number, number];
  const heads = attention.size / (batch * to * from);
  if (to !== from || !Number.isInteger(heads) || attention.shape[0] % batch !== 0)
    throw new MethodRefusal(
      `attention-rollout needs attention of all tokens to one another, [images, heads, tokens, tokens], and this net, ` +
        `for ${batch} images, has [${attention.shape.join(', ')}]`,
    );
  const mean = tf.mean<Tensor3D>(tf.reshape(attention, [batch, heads, to, from]), 1);
  return tf.mul(tf.add(mean, tf.eye(to)), 0.5);
}

/** The grid of square patches that tokens are, after a class token, it and one of distillation, or none. */
function patches(
  tokens: number,
  height: number,
  width: number,
): { readonly rows: number; readonly columns: number; readonly first: number } {
  for (const first of [1, 2, 0]) {
    const side = Math.sqrt((height * width) / (tokens - first));
    const [rows, columns] = [height / side, width / side];
    if (tokens > first && Number.isInteger(rows) && Number.isInteger(columns))
      return { rows, columns, first };
  }
  throw new MethodRefusal(
    `attention-rollout makes a map of tokens that are square patches of the image, and ${tokens} tokens are none of ` +
      `${height} × ${width} pixels`,
  );
}
