import type { Engine, TensorMap } from '../lib/compute/program.ts';
import { readCheckpoint, readGraph } from '../lib/study/model/imported/checkpoint.ts';
import { netOf } from '../lib/study/model/imported/model.ts';
import type { Model } from '../lib/study/model/model.ts';
import { inference } from '../lib/study/train/step.ts';
import { readFileSync } from 'node:fs';
import type { Torch } from './compute-torch.ts';
import { floats } from './floats.ts';
import { mapsOf } from './maps.ts';
import { compare, time, type Seconds } from './turns.ts';

/** A net of torchvision on images of a size. */
export interface TorchvisionNet {
  readonly name: string;
  readonly size: number;
  readonly threads: number;
  /** Explained in a call, which takes seconds. */
  readonly images: number;
}

/** The layer that Grad-CAM looks at, as in compute-torch.py. */
const LAST: Readonly<Record<string, string>> = { resnet18: 'layer4', mobilenet_v2: 'features' };

export const TORCHVISION: readonly TorchvisionNet[] = Object.keys(LAST).flatMap((name) => [
  { name, size: 64, threads: 1, images: 16 },
  { name, size: 224, threads: 1, images: 2 },
]);

export function parseTorchvision(text: string): TorchvisionNet {
  const [, name = '', size, threads] = text.split(',');
  const known = TORCHVISION.find((net) => net.name === name && net.size === Number(size));
  if (known === undefined || !Number.isInteger(Number(threads)))
    throw new Error(`'${text}' is not torchvision,{resnet18|mobilenet_v2},{64|224},threads`);
  return { ...known, threads: Number(threads) };
}

interface Imported {
  readonly model: Model;
  readonly weights: TensorMap;
}

/** The net and the weights of a file that PyTorch exported. */
export function imported(path: string, features: string | null, size: number, classes: number): Imported {
  const file = { name: path, bytes: readFileSync(path) };
  const graph = readGraph(file);
  const input = { height: size, width: size, channels: 3 };
  return {
    model: netOf(graph, { features, logits: null }, input, classes),
    weights: readCheckpoint(graph, file),
  };
}

/** Evaluation and maps of a net of torchvision, imported, beside PyTorch's and Captum's. */
export async function compareTorchvision(
  { name, size, images }: TorchvisionNet,
  engine: Engine,
  torch: Torch,
  { path, seconds }: { readonly path: string; readonly seconds: Seconds },
): Promise<string[]> {
  const { model, weights } = imported(path, LAST[name]!, size, 1000);
  const { fn, options } = inference(model, [size, size, 3], images);
  const program = await engine.compile(fn, options);
  program.setState(weights);
  const x = floats([images, size, size, 3], (i) => Math.sin(i * 1.37));
  const ours = (count: number): Promise<number[]> => time(() => program.run({ x }), count, seconds);
  const evaluated = await compare('evaluate, images', images, ours, (count) => torch.time('evaluate', count));
  await program.dispose();
  const maps = await mapsOf(model, weights, engine, { images, size, seconds });
  const captum = await torch.explains();
  const theirs = captum ? (count: number) => torch.time('explain', count) : null;
  const explained = await compare('explain, maps', maps.count, maps.call, theirs);
  await maps.dispose();
  return [evaluated.line, explained.line];
}
