import * as tf from '@tensorflow/tfjs-core';
import { coordinates } from '../ops/resize.ts';
import type { Operation } from './operation.ts';
import { channelsLast, image, integers, type Value } from './value.ts';

/*
 * A resized image is a product with one small matrix for each axis, whatever the mode: it has a gradient, and all
 * of ONNX's coordinates are the same few lines.
 */

const rounding: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

function cubic(distance: number, a: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

interface Along {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Places of the source around `at`, and the share that each has in the result. */
function shares(
  { attributes }: Operation,
  mode: string,
  at: number,
  from: number,
): (readonly [number, number])[] {
  if (mode === 'nearest') {
    const nearest = (attributes.nearest_mode as string | undefined) ?? 'round_prefer_floor';
    return [[rounding[nearest]!(at), 1]];
  }
  const low = Math.floor(at);
  const a = (attributes.cubic_coeff_a as number | undefined) ?? -0.75;
  const weighed = (mode === 'linear' ? [0, 1] : [-1, 0, 1, 2]).map((i): readonly [number, number] => {
    const distance = at - low - i;
    return [low + i, mode === 'linear' ? 1 - Math.abs(distance) : cubic(distance, a)];
  });
  if (attributes.exclude_outside !== 1) return weighed;
  const inside = weighed.filter(([place]) => place >= 0 && place < from);
  const total = inside.reduce((sum, [, share]) => sum + share, 0);
  return inside.map(([place, share]) => [place, share / total]);
}

/** Resizing along one axis, [to, from]; beyond the ends, the end counts. */
function matrix(operation: Operation, { from, to, scale }: Along): Float32Array {
  const { attributes } = operation;
  const old = isOld(operation);
  const name = (attributes.coordinate_transformation_mode as string | undefined) ?? 'half_pixel';
  const where = coordinates[old ? 'asymmetric' : name];
  if (where === undefined) throw new Error(`coordinate_transformation_mode '${name}' is not imported`);
  if (attributes.antialias === 1) throw new Error('resizing with antialias is not imported');
  const mode = (attributes.mode as string | undefined) ?? 'nearest';
  const given = old ? { ...operation, attributes: { ...attributes, nearest_mode: 'floor' } } : operation;
  const values = new Float32Array(from * to);
  for (let row = 0; row < to; row++)
    for (const [place, share] of shares(given, mode, where(row, from, to, scale), from))
      values[row * from + Math.min(from - 1, Math.max(0, place))]! += share;
  return values;
}

function isOld({ op, opset }: Operation): boolean {
  return op === 'Upsample' || opset < 11;
}

/** How many times longer each axis becomes, and how long. */
function target(operation: Operation, { shape }: Value): { sizes: number[]; scales: number[] } {
  const { inputs, attributes } = operation;
  const list = (at: number): number[] | null => {
    const given = inputs[at];
    return given === undefined || given.shape[0] === 0 ? null : integers(given, 'what it resizes to');
  };
  const rank = shape.length;
  const axes =
    (attributes.axes as number[] | undefined)?.map((axis) => (axis + rank) % rank) ?? shape.map((_, i) => i);
  const ofAll = (given: readonly number[], otherwise: (axis: number) => number): number[] =>
    shape.map((_, axis) => given[axes.indexOf(axis)] ?? otherwise(axis));
  const old = isOld(operation);
  const sizes = old ? null : list(3);
  if (sizes === null) {
    const given = old ? (list(1) ?? (attributes.scales as number[])) : list(2)!;
    const scales = ofAll(given, () => 1);
    return { scales, sizes: shape.map((size, axis) => Math.floor(size * scales[axis]!)) };
  }
  const wanted = ofAll(sizes, (axis) => shape[axis]!);
  const scales = wanted.map((size, axis) => size / shape[axis]!);
  const policy = (attributes.keep_aspect_ratio_policy as string | undefined) ?? 'stretch';
  if (policy === 'stretch') return { sizes: wanted, scales };
  const chosen = axes.map((axis) => scales[axis]!);
  const scale = policy === 'not_larger' ? Math.min(...chosen) : Math.max(...chosen);
  return {
    scales: scales.map((own, axis) => (axes.includes(axis) ? scale : own)),
    sizes: shape.map((size, axis) => (axes.includes(axis) ? Math.round(size * scale) : size)),
  };
}

export function resize(operation: Operation, value: Value): Value {
  const { sizes, scales } = target(operation, value);
  if (value.shape.length !== 4 || sizes[0] !== value.shape[0] || sizes[1] !== value.shape[1])
    throw new Error('resizing of more than height and width is not imported');
  const x = channelsLast(value);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [toHeight, toWidth] = [sizes[2]!, sizes[3]!];
  const along = (from: number, to: number, scale: number): tf.Tensor3D =>
    tf.tensor3d(matrix(operation, { from, to, scale }), [1, to, from]);
  const same = (from: number, to: number, scale: number): boolean => from === to && scale === 1;
  const tall = same(height, toHeight, scales[2]!)
    ? x
    : tf.matMul(along(height, toHeight, scales[2]!), tf.reshape(x, [batch, height, width * channels]));
  if (same(width, toWidth, scales[3]!)) return image(tf.reshape(tall, [batch, toHeight, width, channels]));
  const wide = tf.matMul(
    along(width, toWidth, scales[3]!),
    tf.reshape(tall, [batch * toHeight, width, channels]),
  );
  return image(tf.reshape(wide, [batch, toHeight, toWidth, channels]));
}
