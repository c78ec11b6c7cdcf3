import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine, TensorMap, TensorValue } from '../../../lib/compute/program.ts';
import { Explainer } from '../../../lib/study/attribution/explain.ts';
import { attributeParams } from '../../../lib/study/attribution/parameters.ts';
import { readCheckpoint } from '../../../lib/study/model/imported/checkpoint.ts';
import { netOf } from '../../../lib/study/model/imported/model.ts';
import type { Model } from '../../../lib/study/model/model.ts';
import { readReferenceNet, referenceNets, referenceParameters } from '../attribution/reference-nets.ts';
import { expected, fixture, graphFixture } from './files.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
});
afterAll(() => engine.dispose());

interface Case {
  readonly model: Model;
  readonly weights: TensorMap;
  readonly x: TensorValue;
  readonly classes: ArrayLike<number>;
}

function imported(graph: string, weights: string, said: string): Case {
  const file = graphFixture(graph);
  const { x, classes, logits } = expected(said);
  const [, height, width, channels] = x!.dims as [number, number, number, number];
  return {
    model: netOf(file, { features: null, logits: null }, { height, width, channels }, logits!.dims[1]!),
    weights: readCheckpoint(file, fixture(weights)),
    x: { dtype: 'float32', shape: x!.dims, values: x!.values as Float32Array },
    classes: classes!.values,
  };
}

const torchvision = (name: string): Case => imported(`${name}.onnx`, `${name}.onnx`, `${name}.safetensors`);

const nets: Readonly<Record<string, () => Case>> = {
  'all that Captum has rules for': () => torchvision('deep_lift'),
  'pooling windows that overlap (resnet18)': () => torchvision('resnet18'),
  'ReLU6 (mobilenet_v2)': () => torchvision('mobilenet_v2'),
  'concatenation (densenet121)': () => torchvision('densenet121'),
  'SiLU, and products of activations (efficientnet_b0)': () => torchvision('efficientnet_b0'),
  'GELU and tanh': () =>
    imported('runs/plain/epoch=6.onnx', 'runs/plain/epoch=6.npz', 'runs/plain/expected.safetensors'),
  'squeeze and excitation': () =>
    imported(
      'runs/inverted/net.onnx',
      'runs/inverted/augment=true/seed=1/epoch=6.safetensors',
      'runs/inverted/expected.safetensors',
    ),
  ...Object.fromEntries(
    referenceNets.map(({ family, state }) => [
      `the layers of ${family}, ${state}`,
      () => readReferenceNet(family, state),
    ]),
  ),
};

async function explain({ model, weights, x, classes }: Case): Promise<Float32Array> {
  const noise: TensorValue = { dtype: 'float32', shape: [1, 1], values: new Float32Array(1) };
  const options = {
    methods: ['deep-lift' as const],
    target: 'logit' as const,
    parameters: referenceParameters,
    noise,
    memory: 1e9,
  };
  const explainer = await Explainer.compile(engine, model, x.shape.slice(1), options);
  const found: number[] = [];
  for await (const { maps } of explainer.explain(weights, { x, classes }))
    found.push(...(maps['deep-lift']!.values as Float32Array));
  await explainer.dispose();
  return Float32Array.from(found);
}

/** Of each image less that of zeros, [count, classes]. */
async function logitDifferences({ model, weights, x }: Case): Promise<ArrayLike<number>> {
  const forward = (given: Record<string, tf.Tensor>, images: tf.Tensor): tf.Tensor =>
    model.forward(given, images as Tensor4D, { training: false, relu: tf.relu }).logits;
  const program = await engine.compile(
    (given) => ({ difference: tf.sub(forward(given, given.x!), forward(given, tf.zerosLike(given.x!))) }),
    { inputs: { x: { dtype: 'float32', shape: x.shape } }, constants: weights },
  );
  const { difference } = await program.run({ x });
  await program.dispose();
  return difference!.values;
}

describe('DeepLIFT', () => {
  it.each(Object.entries(nets))(
    'of %s sums to the difference of the logit from that of the baseline',
    async (_name, make) => {
      const net = make();
      const map = await explain(net);
      const differences = await logitDifferences(net);
      const size = map.length / net.classes.length;
      Array.from(net.classes, (label, image) => {
        const values = map.subarray(image * size, (image + 1) * size);
        const wanted = differences[image * net.model.classes + label]!;
        const weight = values.reduce((sum, value) => sum + Math.abs(value), 0);
        expect(weight).toBeGreaterThan(0);
        expect(Math.abs(values.reduce((sum, value) => sum + value, 0) - wanted) / weight).toBeLessThan(1e-5);
      });
    },
  );

  it('of an imported net gives what Captum gives', async () => {
    const net = torchvision('deep_lift');
    const map = await explain(net);
    const wanted = expected('deep_lift.safetensors').deeplift!.values;
    const largest = Math.max(...Array.from(wanted, Math.abs));
    const apart = Math.max(...Array.from(wanted, (value, i) => Math.abs(value - map[i]!)));
    expect(map).toHaveLength(wanted.length);
    expect(apart / largest).toBeLessThan(1e-5);
  });

  it('of probabilities, which no rule is for, is refused with the parameters', () => {
    const wrong = attributeParams.safeParse({ target: 'probability', methods: ['saliency', 'deep-lift'] });
    expect(wrong.error!.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['target', 'deep-lift explains differences of logits: set target: logit, or leave it out of methods'],
    ]);
    expect(attributeParams.safeParse({ target: 'probability', methods: ['saliency'] }).success).toBe(true);
    expect(attributeParams.safeParse({ methods: ['deep-lift'] }).success).toBe(true);
  });

  it('of a net with attention is refused by node and operator', async () => {
    await expect(explain(torchvision('vit_b_16'))).rejects.toThrow(
      /^deep-lift has no rule for Softmax '\/encoder\/layers\/encoder_layer_1\/self_attention\/Softmax', where Softmax is computed/,
    );
  });
});
