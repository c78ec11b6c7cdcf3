import { readFileSync } from 'node:fs';
import type { TensorMap, TensorValue } from '../../../lib/compute/program.ts';
import { createModel, type ModelParams } from '../../../lib/study/model/create.ts';
import type { Model, WeightSpec } from '../../../lib/study/model/model.ts';
import { parkMiller } from './park-miller.ts';

const imageShape = { height: 12, width: 12, channels: 3 };
const classCount = 5;
const samples = 4;

interface Fixture {
  readonly model: ModelParams;
  readonly state: 'random' | 'trained';
  readonly classes: readonly number[];
  readonly logits: string;
  readonly weights: readonly string[] | null;
  readonly maps: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: string }>>;
}

/** A net, images and maps that `fixtures/references.py` computed of them. */
export interface ReferenceNet {
  readonly model: Model;
  readonly weights: TensorMap;
  readonly x: TensorValue;
  readonly classes: readonly number[];
  /** `[samples, values of one image]` */
  readonly noise: TensorValue;
  readonly logits: Float32Array;
  readonly maps: Readonly<Record<string, TensorValue & { readonly values: Float32Array }>>;
}

export const referenceNets = ['resnet-cifar', 'resnet18', 'vgg'].flatMap((family) =>
  ['random', 'trained'].map((state) => ({ family, state })),
);

/** What the maps in the fixtures were made with. */
export const referenceParameters = {
  smoothGrad: { samples, noise: 0.15 },
  integratedGradients: { steps: 6 },
  occlusion: { window: 4, stride: 2 },
  rise: { masks: 6, cells: 3 },
} as const;

export function readReferenceNet(family: string, state: string): ReferenceNet {
  const url = new URL(`fixtures/${family}-${state}.json`, import.meta.url);
  const fixture = JSON.parse(readFileSync(url, 'utf8')) as Fixture;
  const model = createModel(fixture.model, imageShape, classCount);
  return {
    model,
    weights: fixture.weights ? storedWeights(model, fixture.weights) : drawnWeights(model),
    x: drawnImages(fixture.classes.length, 5),
    classes: fixture.classes,
    noise: noiseRows(),
    logits: floats(fixture.logits),
    maps: Object.fromEntries(
      Object.entries(fixture.maps).map(([name, { shape, values }]) => [name, tensor(shape, floats(values))]),
    ),
  };
}

function drawnImages(count: number, seed: number): TensorValue & { readonly values: Float32Array } {
  const { height, width, channels } = imageShape;
  const values = Float32Array.from(parkMiller(seed)(count * height * width * channels));
  return tensor([count, height, width, channels], values);
}

function noiseRows(): TensorValue {
  const { values } = drawnImages(samples, 6);
  return tensor([samples, values.length / samples], values);
}

function storedWeights(model: Model, stored: readonly string[]): TensorMap {
  return Object.fromEntries(
    model.weights.map(({ name, shape }, i) => [name, tensor(shape, floats(stored[i]!))]),
  );
}

/** Random weights that look like a net's, batch-norm averages included. */
function drawnWeights(model: Model): TensorMap {
  const normals = parkMiller(13);
  return Object.fromEntries(
    model.weights.map((spec) => {
      const size = spec.shape.reduce((product, length) => product * length, 1);
      return [spec.name, tensor(spec.shape, Float32Array.from(normals(size), scaling(spec)))];
    }),
  );
}

function scaling({ role, shape }: WeightSpec): (normal: number) => number {
  switch (role) {
    case 'convolution':
      return (n) => n * Math.sqrt(2 / (shape[0]! * shape[1]! * shape[2]!));
    case 'linear':
      return (n) => n / Math.sqrt(shape[0]!);
    case 'scale':
      return (n) => 1 + 0.2 * n;
    case 'variance':
      return (n) => 1 + 0.3 * Math.abs(n);
    case 'shift':
    case 'mean':
    case 'bias':
      return (n) => 0.2 * n;
  }
}

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

function tensor(
  shape: readonly number[],
  values: Float32Array,
): TensorValue & { readonly values: Float32Array } {
  return { dtype: 'float32', shape, values };
}
