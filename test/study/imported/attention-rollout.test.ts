import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import { ImportedGraph } from '../../../lib/compute/import/graph.ts';
import type { FileNode } from '../../../lib/compute/onnx/decode.ts';
import type { Engine, TensorValue } from '../../../lib/compute/program.ts';
import { startTfjs } from '../../../lib/compute/start.ts';
import { attentionRollout } from '../../../lib/study/attribution/attention-rollout.ts';
import { Explainer } from '../../../lib/study/attribution/explain.ts';
import type { Explained } from '../../../lib/study/attribution/explained.ts';
import { readCheckpoint } from '../../../lib/study/model/imported/checkpoint.ts';
import { netOf } from '../../../lib/study/model/imported/model.ts';
import { readReferenceNet, referenceParameters } from '../attribution/reference-nets.ts';
import { expected, fixture, graphFixture } from './files.ts';

let engine: Engine;
beforeAll(async () => {
  await startTfjs();
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
});
afterAll(() => engine.dispose());

const options = {
  methods: ['attention-rollout' as const],
  target: 'logit' as const,
  parameters: referenceParameters,
  noise: { dtype: 'float32' as const, shape: [1, 1], values: new Float32Array(1) },
  memory: 4e9,
};

async function ofTorchvision(name: string): Promise<TensorValue> {
  const graph = graphFixture(`${name}.onnx`);
  const { x, classes, logits } = expected(`${name}.safetensors`);
  const [, height, width, channels] = x!.dims as [number, number, number, number];
  const model = netOf(graph, { features: null, logits: null }, { height, width, channels }, logits!.dims[1]!);
  const explainer = await Explainer.compile(engine, model, [height, width, channels], options);
  const images = { dtype: 'float32' as const, shape: x!.dims, values: x!.values as Float32Array };
  const weights = readCheckpoint(graph, fixture(`${name}.onnx`));
  const found: TensorValue[] = [];
  for await (const { maps } of explainer.explain(weights, { x: images, classes: classes!.values }))
    found.push(maps['attention-rollout']!);
  await explainer.dispose();
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('attention rollout', () => {
  it('of a vision transformer is what torch’s own attention gives', async () => {
    const map = await ofTorchvision('vit_b_16');
    const { rollout } = expected('attention_rollout.safetensors');
    expect(map.shape).toEqual(rollout!.dims);
    const largest = Math.max(...rollout!.values);
    expect(largest).toBeGreaterThan(0);
    map.values.forEach((value, i) => {
      expect(Math.abs(value - rollout!.values[i]!) / largest).toBeLessThan(1e-5);
    });
  });

  it('of a net without attention is refused in words, imported or not', async () => {
    await expect(ofTorchvision('resnet18')).rejects.toThrow(
      'the net has no attention, a Softmax of the product of two activations with which a third is multiplied; it has no Softmax at all',
    );
    const { model, x } = readReferenceNet('vgg', 'random');
    await expect(Explainer.compile(engine, model, x.shape.slice(1), options)).rejects.toThrow(
      'attention-rollout needs attention, and the net has none; leave it out of attribute.methods',
    );
  });
});

/** What the method is given of images of a size, whose attentions are these. */
function stub(size: readonly [number, number], ...attentions: readonly tf.Tensor[]): Explained {
  const x = tf.zeros<tf.Rank.R4>([attentions[0]!.shape[0], ...size, 3]);
  return { x, attentions: () => attentions } as unknown as Explained;
}

/** Every token looks at one, with all of its weight. */
function towards(tokens: number, at: number): Tensor4D {
  const row = Array.from({ length: tokens }, (_, i) => Number(i === at));
  return tf.tensor4d([...new Array<number[]>(tokens).fill(row)].flat(), [1, 1, tokens, tokens]);
}

describe('the map of attention rollout', () => {
  it('is what the class token takes from each patch through the layers, each of which keeps one half', () => {
    const map = attentionRollout(stub([8, 12], towards(7, 3), towards(7, 4)));
    expect(map.shape).toEqual([1, 2, 3, 1]);
    // The class token takes half from token 4 in the second layer, which had half of token 3 from the first.
    expect([...map.dataSync()]).toEqual([0, 0, 0.5, 0.25, 0, 0].map((value) => value));
  });

  it('is the mean of the heads', () => {
    const heads = tf.concat<Tensor4D>([towards(5, 1), towards(5, 4)], 1);
    expect([...attentionRollout(stub([16, 16], heads)).dataSync()]).toEqual([0.25, 0, 0, 0.25]);
  });

  it('leaves a token of distillation out, and is the mean over patches where there is no class token', () => {
    const distilled = attentionRollout(stub([8, 8], towards(6, 5)));
    expect([...distilled.dataSync()]).toEqual([0, 0, 0, 0.5]);
    const alone = attentionRollout(stub([8, 8], towards(4, 1)));
    expect([...alone.dataSync()]).toEqual([0.125, 0.625, 0.125, 0.125]);
  });

  it('takes heads that lie beside the images', () => {
    const two = tf.reshape(
      tf.concat([towards(5, 1), towards(5, 2), towards(5, 3), towards(5, 4)], 0),
      [4, 5, 5],
    );
    const x = tf.zeros<tf.Rank.R4>([2, 16, 16, 3]);
    const map = attentionRollout({ x, attentions: () => [two] } as unknown as Explained);
    expect([...map.dataSync()]).toEqual([0.25, 0.25, 0, 0, 0, 0, 0.25, 0.25]);
  });

  it('is refused in words of tokens that are no grid, of windows, and of numbers that change', () => {
    expect(() => attentionRollout(stub([8, 8], towards(8, 1)))).toThrow(
      'attention-rollout makes a map of tokens that are square patches of the image, and 8 tokens are none of 8 × 8 pixels',
    );
    expect(() => attentionRollout(stub([8, 8], towards(5, 1), towards(2, 1)))).toThrow(
      'attention-rollout follows the same tokens through all layers, and this net has 5, then 2',
    );
    expect(() => attentionRollout(stub([8, 8], tf.zeros([1, 2, 5, 4])))).toThrow(
      'attention-rollout needs attention of all tokens to one another, [images, heads, tokens, tokens], and this net, for 1 images, has [1, 2, 5, 4]',
    );
  });
});

function graphOfNodes(
  ...nodes: readonly (readonly [op: string, inputs: string, output: string])[]
): ImportedGraph {
  const file = nodes.map(([op, inputs, output]): FileNode => ({
    op,
    domain: '',
    name: `/${output}`,
    inputs: inputs.split(' '),
    outputs: [output],
    attributes: {},
    notes: {},
  }));
  const port = { dims: null, type: 1 };
  return new ImportedGraph({
    opset: 17,
    nodes: file,
    tensors: {},
    inputs: [{ name: 'x', ...port }],
    outputs: [{ name: nodes.at(-1)![2], ...port }],
  });
}

describe('the attentions of a graph', () => {
  it('are found through scaling, masks and dropout, in the order of the layers', () => {
    const layer = (i: number, x: string): (readonly [string, string, string])[] => [
      ['MatMul', `${x} query`, `q${i}`],
      ['MatMul', `${x} key`, `k${i}`],
      ['Transpose', `k${i}`, `t${i}`],
      ['MatMul', `q${i} t${i}`, `product${i}`],
      ['Div', `product${i} root`, `scaled${i}`],
      ['Add', `scaled${i} mask`, `masked${i}`],
      ['Softmax', `masked${i}`, `attention${i}`],
      ['Dropout', `attention${i}`, `dropped${i}`],
      ['MatMul', `dropped${i} ${x}`, `y${i}`],
      ['Add', `y${i} ${x}`, `sum${i}`],
    ];
    const graph = graphOfNodes(...layer(0, 'x'), ...layer(1, 'sum0'), ['Softmax', 'sum1', 'probabilities']);
    expect(graph.attentions).toEqual(['attention0', 'attention1']);
  });

  it('are no softmax of classes, and none of a product with weights, whatever was done to those', () => {
    const graph = graphOfNodes(
      ['Transpose', 'weight', 'turned'],
      ['MatMul', 'x turned', 'scores'],
      ['Softmax', 'scores', 'gate'],
      ['MatMul', 'gate x', 'pooled'],
      ['Softmax', 'pooled', 'probabilities'],
    );
    expect(() => graph.attentions).toThrow(/; its Softmax '\/gate', Softmax '\/probabilities' is none$/);
  });
});
