import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { AttributionMethod, ExplainedLayer } from './explained.ts';

/**
 * A class activation map, `[batch, u, v, 1]`, as a method: of one layer that map; of several their mean, each
 * enlarged to the largest (bilinearly, with half-pixel centres) and divided by its own maximum, so that no layer
 * counts for more than another because its numbers are larger. A map of zeros stays one.
 */
export function classActivation(map: (layer: ExplainedLayer) => Tensor4D): AttributionMethod {
  return ({ layers }) => {
    const maps = layers.map(map);
    const [first, ...more] = maps as [Tensor4D, ...Tensor4D[]];
    if (more.length === 0) return first;
    const size = [1, 2].map((axis) => Math.max(...maps.map(({ shape }) => shape[axis]!))) as [number, number];
    const scaled = maps.map((each) => {
      const large = tf.image.resizeBilinear(each, size, false, true);
      const most = tf.max(tf.abs(large), [1, 2, 3], true);
      return tf.div(large, tf.add(most, tf.cast(tf.equal(most, 0), 'float32')));
    });
    return tf.div(tf.addN(scaled), maps.length);
  };
}
