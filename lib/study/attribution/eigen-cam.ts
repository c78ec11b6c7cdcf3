import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { classActivation } from './cam.ts';

/** Squarings of the matrix of products: its largest eigenvalue stands to the others as its 256th power. */
const SQUARINGS = 8;

/**
 * The last convolutional features, seen along the direction in which they are largest: their first principal
 * component. Neither class nor gradient is involved.
 *
 *     A = U Σ Vᵀ, of all places by all channels      map = A v₁
 *
 * Muhammad and Yeasin 2020, *Eigen-CAM*, eq. 3 and 4. v₁ is found by powers of AᵀA, whose rows come to point along
 * it. Its sign is chosen so that the map's sum is not negative, which after a ReLU makes every value 0 or more.
 *
 * `[batch, u, v, 1]`, unbounded.
 */
export const eigenCam = classActivation(({ features }) => {
  const [batch, height, width, channels] = features.shape;
  const places = tf.reshape<Tensor3D['rankType']>(features, [batch, height * width, channels]);
  let products = scaled(tf.matMul(places, places, true, false));
  for (let i = 0; i < SQUARINGS; i++) products = scaled(tf.matMul(products, products));
  // Of the rows, all along v₁, the sum weighted by the places' sum: no row is zero by chance.
  const towards = tf.matMul(products, tf.sum(places, 1, true), false, true);
  const length = tf.sqrt(tf.sum(tf.square(towards), 1, true));
  const direction = tf.div(towards, tf.add(length, tf.cast(tf.equal(length, 0), 'float32')));
  return tf.reshape<Tensor4D['rankType']>(tf.matMul(places, direction), [batch, height, width, 1]);
});

/** Divided by the largest element, so that powers stay in range; zeros stay. */
function scaled(x: Tensor3D): Tensor3D {
  const most = tf.max(tf.abs(x), [1, 2], true);
  return tf.div(x, tf.add(most, tf.cast(tf.equal(most, 0), 'float32')));
}
