import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine, TensorMap, TensorValue } from '../../../lib/compute/program.ts';
import { Explainer } from '../../../lib/study/attribution/explain.ts';
import type { MethodName } from '../../../lib/study/attribution/methods.ts';
import { readCheckpoint } from '../../../lib/study/model/imported/checkpoint.ts';
import { netOf } from '../../../lib/study/model/imported/model.ts';
import { graphOf, structureOf } from '../../../lib/study/model/imported/structure.ts';
import { referenceParameters } from '../attribution/reference-nets.ts';
import { expected, fixture, graphFixture } from './files.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
});
afterAll(() => engine.dispose());

interface Net {
  readonly graph: string;
  readonly weights: string;
  readonly expected: string;
  readonly features: string | null;
  readonly relus: boolean;
}

const torchvision = (name: string, features: string | null, relus: boolean): Net => ({
  graph: `${name}.onnx`,
  weights: `${name}.onnx`,
  expected: `${name}.safetensors`,
  features,
  relus,
});

const inverted = 'runs/inverted/augment=true/seed=1/epoch=6.safetensors';

const nets: readonly Net[] = [
  torchvision('resnet18', 'layer3', true),
  torchvision('mobilenet_v2', 'features.6', true),
  torchvision('densenet121', 'features', true),
  torchvision('efficientnet_b0', 'features.5', false),
  torchvision('vit_b_16', null, false),
  torchvision('swin_t', 'permute', false),
  torchvision('maxvit_t', 'blocks.0', false),
  {
    graph: 'runs/inverted/net.onnx',
    weights: inverted,
    expected: 'runs/inverted/expected.safetensors',
    features: 'last',
    relus: true,
  },
  {
    graph: 'runs/plain/epoch=6.onnx',
    weights: 'runs/plain/epoch=6.npz',
    expected: 'runs/plain/expected.safetensors',
    features: 'second',
    relus: false,
  },
];

/** Largest difference over the largest value. */
function apart(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(actual.length).toBe(wanted.length);
  let [worst, size] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    worst = Math.max(worst, Math.abs(actual[i]! - wanted[i]!));
    size = Math.max(size, Math.abs(wanted[i]!));
  }
  expect(size).toBeGreaterThan(0);
  return worst / size;
}

/** Softmax by row. */
function probabilities(logits: ArrayLike<number>, classes: number): number[] {
  const powers = Array.from(logits, (value) => Math.exp(value));
  return powers.map((power, i) => {
    const row = i - (i % classes);
    return power / powers.slice(row, row + classes).reduce((sum, value) => sum + value, 0);
  });
}

const columns: Readonly<Partial<Record<MethodName, string>>> = {
  saliency: 'saliency',
  'grad-cam': 'gradcam',
  'guided-backpropagation': 'guided',
  deconvolution: 'deconvolution',
};

describe.each(nets)('$graph with $weights', ({ graph, weights, features, relus, ...net }) => {
  const said = expected(net.expected);

  it('gives the logits, saliency, Grad-CAM and ruled gradients that PyTorch gives', async () => {
    // By way of the text that weights files carry.
    const imported = graphOf({ structure: structureOf(graphFixture(graph)) });
    const values: TensorMap = readCheckpoint(imported, fixture(weights));
    const [count, height, width, channels] = said.x!.dims as [number, number, number, number];
    const classes = said.logits!.dims[1]!;
    const model = netOf(imported, { features, logits: null }, { height, width, channels }, classes);
    expect(model.hasRelu).toBe(relus);
    const methods = (Object.keys(columns) as MethodName[]).filter(
      (name) => said[columns[name]!] !== undefined,
    );
    const noise: TensorValue = { dtype: 'float32', shape: [1, 1], values: new Float32Array(1) };
    const options = {
      methods,
      target: 'logit' as const,
      parameters: referenceParameters,
      noise,
      memory: 1e9,
    };
    const explainer = await Explainer.compile(engine, model, [height, width, channels], options);
    const x: TensorValue = { dtype: 'float32', shape: said.x!.dims, values: said.x!.values as Float32Array };
    let batches = 0;
    for await (const batch of explainer.explain(values, { x, classes: said.classes!.values })) {
      batches += batch.count;
      expect(apart(batch.probabilities.values, probabilities(said.logits!.values, classes))).toBeLessThan(
        1e-4,
      );
      for (const name of methods)
        expect(apart(batch.maps[name]!.values, said[columns[name]!]!.values), name).toBeLessThan(2e-4);
    }
    expect(batches).toBe(count);
    await explainer.dispose();
  });
});

it('a graph exported before training, whose equal weights are written once, takes each weight of a checkpoint', async () => {
  const graph = graphFixture('runs/untrained/net.onnx');
  expect(graph.weights).toContain('1.running_var');
  const weights = readCheckpoint(graph, fixture('runs/untrained/epoch=1.safetensors'));
  const { x, logits } = expected('runs/untrained/expected.safetensors');
  const [, height, width, channels] = x!.dims as [number, number, number, number];
  const imported = graphOf({ structure: structureOf(graph) });
  const model = netOf(imported, { features: '5', logits: null }, { height, width, channels }, 3);
  const program = await engine.compile(
    (given) => ({
      logits: model.forward(given, given.x as Tensor4D, { training: false, relu: tf.relu }).logits,
    }),
    { inputs: { x: { dtype: 'float32', shape: x!.dims } }, constants: weights },
  );
  const found = await program.run({
    x: { dtype: 'float32', shape: x!.dims, values: x!.values as Float32Array },
  });
  expect(apart(found.logits!.values, logits!.values)).toBeLessThan(1e-4);
  await program.dispose();
});

it('a layer whose channels come last is refused before anything is explained, and it is said which to take', async () => {
  const imported = graphOf({ structure: structureOf(graphFixture('swin_t.onnx')) });
  const { x, logits } = expected('swin_t.safetensors');
  const [, height, width, channels] = x!.dims as [number, number, number, number];
  const classes = logits!.dims[1]!;
  const model = netOf(
    imported,
    { features: '/features/features.1/features.1.0/mlp/mlp.1/Gelu', logits: null },
    { height, width, channels },
    classes,
  );
  const noise: TensorValue = { dtype: 'float32', shape: [1, 1], values: new Float32Array(1) };
  const options = { target: 'logit' as const, parameters: referenceParameters, noise, memory: 1e9 };
  await expect(
    Explainer.compile(engine, model, [height, width, channels], { ...options, methods: ['grad-cam'] }),
  ).rejects.toThrow(/mlp\.1\/Gelu' gives \[\d+, 8, 8, 32\], whose channels come last; .*Swin's permute say$/);
});
