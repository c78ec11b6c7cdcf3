import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type AttributionMethod, scoreOfCopies } from './explained.ts';
import { ordinary } from './rules.ts';

/**
 * How far the class score falls when a square of the image is covered, S_c(x) − S_c(x covered), averaged for
 * each pixel over the squares that cover it. No gradient is involved.
 *
 * Zeiler and Fergus 2014, *Visualizing and understanding convolutional networks*, §4.2. They cover with grey;
 * here the cover is 0 in the space the network sees, the data set's mean colour. The last square of a row or
 * column is moved in so that it ends at the border; each pixel is covered at least once.
 *
 * `[batch, height, width, 1]`, signed: positive where the class needs the pixels.
 */
export const occlusion: AttributionMethod = (explained) => {
  const { x, parameters } = explained;
  const [batch, height, width, channels] = x.shape;
  const side = parameters.occlusion.window ?? Math.max(1, Math.floor(Math.min(height, width) / 4));
  const stride = parameters.occlusion.stride ?? Math.max(1, Math.floor(side / 2));
  const visible = visibility(height, width, side, stride);
  const squares = visible.length / (height * width);
  const some = (first: number, count: number): Tensor4D => {
    const kept = visible.slice(first * height * width, (first + count) * height * width);
    const covered = tf.mul(
      tf.reshape(x, [1, batch, height * width, channels]),
      tf.tensor(kept, [count, 1, height * width, 1]),
    );
    return tf.reshape(covered, [count * batch, height, width, channels]);
  };
  const whole = tf.reshape(explained.score(x, ordinary), [1, batch]);
  const falls = tf.sub(
    whole,
    tf.reshape(scoreOfCopies(explained, { count: squares, some }), [squares, batch]),
  );
  // [batch, squares] × [squares, pixels]: each pixel's mean over the squares that cover it.
  const means = tf.matMul(
    falls,
    tf.tensor(coverageShares(visible, squares), [squares, height * width]),
    true,
  );
  return tf.reshape(means, [batch, height, width, 1]);
};

/** 0 where a square covers, 1 elsewhere: `[squares, height × width]`. */
function visibility(height: number, width: number, side: number, stride: number): Float32Array {
  const rows = starts(height, side, stride);
  const columns = starts(width, side, stride);
  const visible = new Float32Array(rows.length * columns.length * height * width).fill(1);
  let offset = 0;
  for (const top of rows)
    for (const left of columns) {
      for (let y = top; y < Math.min(height, top + side); y++)
        visible.fill(0, offset + y * width + left, offset + y * width + Math.min(width, left + side));
      offset += height * width;
    }
  return visible;
}

function starts(length: number, side: number, stride: number): readonly number[] {
  const last = Math.max(0, length - side);
  const positions = [];
  for (let start = 0; start < last; start += stride) positions.push(start);
  return [...positions, last];
}

/** For each square and pixel, 1 / (squares that cover the pixel) where it covers it, 0 elsewhere. */
function coverageShares(visible: Float32Array, squares: number): Float32Array {
  const pixels = visible.length / squares;
  const shares = new Float32Array(visible.length);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let covering = 0;
    for (let square = 0; square < squares; square++) covering += 1 - visible[square * pixels + pixel]!;
    for (let square = 0; square < squares; square++)
      shares[square * pixels + pixel] = (1 - visible[square * pixels + pixel]!) / covering;
  }
  return shares;
}
