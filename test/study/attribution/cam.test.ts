import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { classActivation } from '../../../lib/study/attribution/cam.ts';
import { eigenCam } from '../../../lib/study/attribution/eigen-cam.ts';
import { type Explained, scoreOfCopies } from '../../../lib/study/attribution/explained.ts';
import { gradCam } from '../../../lib/study/attribution/grad-cam.ts';
import { rise } from '../../../lib/study/attribution/rise.ts';
import { scoreCam } from '../../../lib/study/attribution/score-cam.ts';
import { registerGradients } from '../../../lib/compute/gradients/register.ts';
import { parkMiller } from './park-miller.ts';
import { referenceParameters } from './reference-nets.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerGradients();
});

/** S = Σ w · x of images of one channel; a layer that is [x, 2x], whose score is 3 and 5 times its sums. */
function net(x: Tensor4D, weights: readonly number[]): Explained {
  const [, height, width] = x.shape;
  const w = tf.tensor4d([...weights], [1, height, width, 1]);
  return {
    x,
    score: (images) => tf.sum(tf.mul(images, w), [1, 2, 3]),
    layers: [
      {
        features: tf.concat<Tensor4D>([x, tf.mul<Tensor4D>(x, 2)], 3),
        score: (a) => tf.sum<tf.Tensor1D>(tf.mul(a, tf.tensor1d([3, 5])), [1, 2, 3]),
      },
    ],
    attentions: () => [],
    noise: tf.zeros<tf.Rank.R2>([1, height * width]),
    parameters: referenceParameters,
    imagesAtOnce: 100,
  };
}

function close(actual: tf.Tensor, wanted: readonly number[]): void {
  const values = actual.dataSync();
  expect(values.length).toBe(wanted.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, 4);
  });
}

const image = tf.tensor4d([1, 2, 4, 3], [1, 2, 2, 1]);

describe('Grad-CAM', () => {
  it('of which the ReLU leaves next to nothing is as near as what float32 rounds off of its terms', () => {
    const [places, channels, kept] = [108, 32, 40];
    const draw = parkMiller(3);
    const weights = Float32Array.from(draw(channels), (w) => w / places);
    const features = Float32Array.from(draw(places * channels), Math.abs);
    const term = (place: number, k: number): number => features[place * channels + k]! * weights[k]!;
    const sum = (place: number, count: number, f: (t: number) => number): number =>
      Array.from({ length: count }, (_, k) => f(term(place, k))).reduce((a, b) => a + b, 0);
    // The last channel brings every place below 0, but one to just above it.
    for (let place = 0; place < places; place++) {
      const wanted = place === kept ? 1e-6 : -1e-3;
      features[place * channels + channels - 1] =
        (wanted - sum(place, channels - 1, (t) => t)) / weights[channels - 1]!;
    }
    const layer = {
      features: tf.tensor4d(features, [1, 9, 12, channels]),
      // Its mean gradient is the weight.
      score: (a: Tensor4D) => tf.sum<tf.Tensor1D>(tf.mul(a, tf.tensor1d(weights)), [1, 2, 3]),
    };
    const map = gradCam({ ...net(image, [1, 1, 1, 1]), layers: [layer] }).dataSync();
    for (let place = 0; place < places; place++) {
      const exact = Math.max(
        0,
        sum(place, channels, (t) => t),
      );
      const rounding = 2 ** -24 * channels * sum(place, channels, Math.abs);
      if (place === kept) expect(exact).toBeGreaterThan(5e-7);
      else expect(exact).toBe(0);
      expect(Math.abs(map[place]! - exact)).toBeLessThan(place === kept ? rounding : 1e-12);
    }
  });
});

describe('Score-CAM', () => {
  it('weights each feature by the score of what it leaves to be seen', () => {
    // Both features scale to (0, 1/3, 1, 2/3): the same is seen, and their weights are a half each.
    close(scoreCam(net(image, [1, 1, 1, 1])), [1.5, 3, 6, 4.5]);
  });

  it('lets a feature that is the same everywhere cover all', () => {
    const flat = tf.ones<tf.Rank.R4>([1, 2, 2, 1]);
    close(scoreCam(net(flat, [1, 2, 3, 4])), [1.5, 1.5, 1.5, 1.5]);
  });
});

describe('Eigen-CAM', () => {
  it('is the projection of every place on the direction in which the features are largest', () => {
    // A = x ⊗ (1, 2), of rank one: v₁ = (1, 2) / √5.
    close(
      eigenCam(net(image, [1, 1, 1, 1])),
      [1, 2, 4, 3].map((value) => value * Math.sqrt(5)),
    );
  });

  it('is zero where the features are', () => {
    close(eigenCam(net(tf.zeros([1, 2, 2, 1]), [1, 1, 1, 1])), [0, 0, 0, 0]);
  });
});

describe('RISE', () => {
  it('comes near the score of each pixel, up to what all share, with many masks', () => {
    // The score is Σ w x M: the mean of it where pixel i is seen is w x of i and half of the others'.
    const weights = [0, 0, 8, 0];
    const many = {
      ...net(image, weights),
      parameters: { ...referenceParameters, rise: { masks: 4000, cells: 2 } },
    };
    const [a, b, c, d] = rise(many).dataSync();
    expect(Math.abs(c! - 32)).toBeLessThan(1.5);
    for (const other of [a!, b!, d!]) expect(Math.abs(other - 16)).toBeLessThan(1.5);
  });
});

describe('a class activation map of several layers', () => {
  it('is the mean of theirs, enlarged to the largest, each from 0 to 1', () => {
    const { layers, ...rest } = net(image, [1, 1, 1, 1]);
    const small = { ...layers[0]!, features: tf.tensor4d([7], [1, 1, 1, 1]) };
    const map = classActivation(({ features }) => tf.slice(features, [0, 0, 0, 0], [-1, -1, -1, 1]));
    close(map({ ...rest, layers: [layers[0]!, small] }), [0.625, 0.75, 1, 0.875]);
  });

  it('of one layer is that layer’s, as it is', () => {
    // Weights are the mean gradients, 3 and 5.
    close(gradCam(net(image, [1, 1, 1, 1])), [13, 26, 52, 39]);
  });
});

describe('copies of images', () => {
  const side = 4;
  const pixels = Float32Array.from({ length: 3 * side * side }, (_, i) => Math.sin(i));
  const x = tf.tensor4d(pixels, [3, side, side, 1]);
  const whole = net(x, new Array<number>(side * side).fill(1));

  function passesOf(imagesAtOnce: number): { readonly counts: number[]; readonly scores: tf.Tensor } {
    const counts: number[] = [];
    const counting: Explained = {
      ...whole,
      imagesAtOnce,
      score(images, relu) {
        counts.push(images.shape[0]);
        return whole.score(images, relu);
      },
    };
    const some = (first: number, count: number): Tensor4D =>
      tf.concat(Array.from({ length: count }, (_, i) => tf.mul<Tensor4D>(x, first + i)));
    return { scores: scoreOfCopies(counting, { count: 20, some }), counts };
  }

  it.each([
    ['as many as may', 12, [12, 12, 12, 12, 12]],
    ['of whole batches', 26, [24, 24, 12]],
    ['a batch where not even that may', 1, new Array<number>(20).fill(3)],
  ])('pass through the network %s at once', (_, most, counts) => {
    expect(passesOf(most).counts).toEqual(counts);
  });

  it('have the same scores however many pass at once', () => {
    const expected = [...passesOf(60).scores.dataSync()];
    expect(expected).toHaveLength(60);
    expect(expected[3 * 7 + 1]).toBeCloseTo(7 * expected[3 + 1]!, 5);
    for (const most of [1, 7, 26]) expect([...passesOf(most).scores.dataSync()]).toEqual(expected);
  });
});
