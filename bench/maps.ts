import type { Engine, TensorMap } from '../lib/compute/program.ts';
import { Explainer } from '../lib/study/attribution/explain.ts';
import { noiseFields } from '../lib/study/attribution/noise.ts';
import type { Model } from '../lib/study/model/model.ts';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { floats } from './floats.ts';
import { median, time, type Seconds, type Timed } from './turns.ts';

/** The study's seven methods; SmoothGrad's map counts as one, though it takes 25 gradients. */
const METHODS = [
  'saliency',
  'deconvolution',
  'guided-backpropagation',
  'guided-backpropagation-minus',
  'grad-cam',
  'guided-grad-cam',
  'smooth-grad',
] as const;

/**
 * Passes through the net, forwards or back, that the methods cannot do without: forwards once for all and 25
 * times for SmoothGrad, back as often for it and once each for four more.
 */
export const PASSES = 26 + 29;

export async function explainer(model: Model, engine: Engine, size: number): Promise<Explainer> {
  return Explainer.compile(engine, model, [size, size, 3], {
    methods: METHODS,
    target: 'logit',
    parameters: {
      smoothGrad: { samples: 25, noise: 0.15 },
      integratedGradients: { steps: 32 },
      occlusion: { window: 8, stride: 4 },
      rise: { masks: 500, cells: 7 },
    },
    noise: noiseFields(25, [size, size, 3]),
    memory: 4e9,
  });
}

/** All maps of some images of one checkpoint after another, by one program, as the study makes them. */
export interface Maps {
  readonly call: Timed;
  /** That a call gives. */
  readonly count: number;
  dispose(): Promise<void>;
}

export async function mapsOf(
  model: Model,
  weights: TensorMap,
  engine: Engine,
  { images, size, seconds }: { readonly images: number; readonly size: number; readonly seconds: Seconds },
): Promise<Maps> {
  const program = await explainer(model, engine, size);
  const given = {
    x: floats([images, size, size, 3], (i) => Math.sin(i * 1.37)),
    classes: Array.from({ length: images }, (_, i) => i % 10),
  };
  const count = images * METHODS.length;
  const explain = async (): Promise<void> => {
    let maps = 0;
    for await (const batch of program.explain(weights, given)) maps += batch.count * METHODS.length;
    if (maps !== count) throw new Error(`${maps} maps came`);
  };
  return { call: (times) => time(explain, times, seconds), count, dispose: () => program.dispose() };
}

/** 10⁹ multiply-adds a second in a 3×3 convolution of 128 channels: about all that the processor can do. */
export async function convolutionRate(engine: Engine, kind: Seconds): Promise<number> {
  const [batch, side, channels] = [64, 8, 128];
  const x = floats([batch, side, side, channels], (i) => Math.sin(i * 1.37));
  const filter = floats([3, 3, channels, channels], (i) => Math.sin(i * 0.71));
  const program = await engine.compile(
    (given) => ({ y: tf.sum(tf.conv2d(given.x as Tensor4D, given.filter as Tensor4D, 1, 1), [1, 2]) }),
    { inputs: { x, filter } },
  );
  const seconds = median(await time(() => program.run({ x, filter }), 20, kind));
  await program.dispose();
  return (batch * side * side * 9 * channels * channels) / seconds / 1e9;
}
