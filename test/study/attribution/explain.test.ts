import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { Engine, TensorValue } from '../../../lib/compute/program.ts';
import {
  type ExplainedBatch,
  Explainer,
  type ExplainOptions,
} from '../../../lib/study/attribution/explain.ts';
import { noiseFields } from '../../../lib/study/attribution/noise.ts';
import { parkMiller } from './park-miller.ts';
import { readReferenceNet, referenceParameters } from './reference-nets.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'onnxruntime', device: 'cpu', threads: 1 });
});
afterAll(() => engine.dispose());

const net = readReferenceNet('resnet-cifar', 'trained');
const imageSize = 12 * 12 * 3;

function options(changes: Partial<ExplainOptions>): ExplainOptions {
  return {
    methods: ['saliency'],
    target: 'logit',
    parameters: referenceParameters,
    noise: net.noise,
    memory: 1e9,
    ...changes,
  };
}

function images(count: number): { readonly x: TensorValue; readonly classes: readonly number[] } {
  const values = Float32Array.from(parkMiller(3)(count * imageSize));
  const classes = Array.from({ length: count }, (_, i) => i % 5);
  return { x: { dtype: 'float32', shape: [count, 12, 12, 3], values }, classes };
}

async function explain(count: number, changes: Partial<ExplainOptions> = {}): Promise<ExplainedBatch[]> {
  return batchesOf(await compile(changes), count);
}

function compile(changes: Partial<ExplainOptions> = {}): Promise<Explainer> {
  return Explainer.compile(engine, net.model, [12, 12, 3], options(changes));
}

async function batchesOf(
  explainer: Explainer,
  count: number,
  weights = net.weights,
): Promise<ExplainedBatch[]> {
  const batches = [];
  for await (const batch of explainer.explain(weights, images(count))) batches.push(batch);
  return batches;
}

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function joined(batches: readonly ExplainedBatch[]): number[] {
  return batches.flatMap((batch) => [...batch.maps.saliency!.values]);
}

describe('explaining images', () => {
  it('covers each image once, in order, whatever the last batch holds', async () => {
    const batches = await explain(7);
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(7);
    expect(batches.at(-1)!.first + batches.at(-1)!.count).toBe(7);
    for (const { count, maps, probabilities } of batches) {
      expect(maps.saliency!.shape).toEqual([count, 12, 12, 3]);
      expect(probabilities.shape).toEqual([count, 5]);
    }
  });

  it('gives an image the same map, to the bit, in a full and in a padded batch', async () => {
    const full = joined(await explain(8));
    expect(joined(await explain(5))).toEqual(full.slice(0, 5 * imageSize));
  });

  it('explains any weights by one program, to the bit as one made for them does', async () => {
    const other = readReferenceNet('resnet-cifar', 'random').weights;
    const explainer = await compile();
    const [first, changed, again] = [
      await batchesOf(explainer, 4),
      await batchesOf(explainer, 4, other),
      await batchesOf(explainer, 4),
    ];
    expect(joined(changed)).toEqual(joined(await batchesOf(await compile(), 4, other)));
    expect(joined(changed)).not.toEqual(joined(first));
    expect(joined(again)).toEqual(joined(first));
  });

  it('gives no batch without images', async () => {
    expect(await explain(0)).toEqual([]);
  });
});

describe('integrated gradients', () => {
  it('sum to the difference in score between image and baseline', async () => {
    const parameters = { ...referenceParameters, integratedGradients: { steps: 256 } };
    const [batch] = await explain(2, {
      methods: ['integrated-gradients'],
      parameters,
      target: 'probability',
    });
    const blank = { x: { ...images(2).x, values: new Float32Array(2 * imageSize) }, classes: [0, 1] };
    const baselines = (await compile()).explain(net.weights, blank);
    const { probabilities: baseline } = (await baselines.next()).value as ExplainedBatch;
    await baselines.return(undefined);
    const { values } = batch!.maps['integrated-gradients']!;
    [0, 1].forEach((row) => {
      const sum = total([...values.subarray(row * imageSize, (row + 1) * imageSize)]);
      const at = row * 5 + row;
      expect(sum).toBeCloseTo(batch!.probabilities.values[at]! - baseline.values[at]!, 2);
    });
  });
});

describe('noise', () => {
  it('is standard normal and the same each time', () => {
    const { shape, values } = noiseFields(20, [8, 8, 3]);
    expect(shape).toEqual([20, 192]);
    const mean = total([...values]) / values.length;
    const variance = total(Array.from(values, (value) => (value - mean) ** 2)) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(Math.abs(variance - 1)).toBeLessThan(0.1);
    expect(noiseFields(20, [8, 8, 3]).values).toEqual(values);
  });

  it('of more samples begins with that of fewer', () => {
    expect(noiseFields(5, [4, 4, 3]).values.subarray(0, 3 * 48)).toEqual(noiseFields(3, [4, 4, 3]).values);
  });
});
