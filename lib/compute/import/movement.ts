import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { isKnown, knownConcat, knownPicked, knownTransposed } from './known.ts';
import { listAt, listOf, numberOf, scalarAt, textOf, x0, type Operator } from './operation.ts';
import { axisOf, channelsLast, image, inOrder, integers, known, plain, type Value } from './value.ts';

export const transpose: Operator = (operation) => {
  const x = x0(operation);
  const rank = x.shape.length;
  const perm = listOf(operation, 'perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (x.last) {
    // Where each of ONNX's axes lies now.
    const lies = perm.map((axis) => axisOf(axis, x));
    return plain(lies.every((axis, i) => axis === i) ? x.tensor! : tf.transpose(x.tensor!, lies));
  }
  if (isKnown(x)) return knownTransposed(x, perm);
  // To [batch, channels, …] from channels last: it lies as it should.
  const back = perm.every(
    (axis, i) => axis === [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, j) => j + 1)][i],
  );
  if (back && rank === 4) return image(x.tensor!);
  return plain(tf.transpose(inOrder(x), perm));
};

export const pad: Operator = (operation) => {
  const x = x0(operation);
  const given = listAt(operation, 1, 'pads') ?? listOf(operation, 'paddings')!;
  const value = scalarAt(operation, 2, 'value') ?? 0;
  const axesGiven =
    operation.inputs[3] === undefined ? x.shape.map((_, i) => i) : integers(operation.inputs[3], 'axes');
  const t = x.last ? x.tensor! : inOrder(x);
  const pads = t.shape.map((): [number, number] => [0, 0]);
  axesGiven.forEach((axis, i) => (pads[axisOf(axis, x)] = [given[i]!, given[i + axesGiven.length]!]));
  const wrap = x.last ? image : plain;
  // Negative pads cut.
  const begin = pads.map(([before]) => Math.max(0, -before));
  const size = t.shape.map((length, i) => length - begin[i]! - Math.max(0, -pads[i]![1]));
  const cut = tf.slice(t, begin, size);
  const grown = pads.map(([before, after]): [number, number] => [Math.max(0, before), Math.max(0, after)]);
  const mode = textOf(operation, 'mode', 'constant');
  if (mode === 'constant') return wrap(tf.pad(cut, grown, value));
  return wrap(grown.reduce((y, sides, axis) => mirrored(y, axis, sides, mode), cut));
};

function mirrored(x: Tensor, axis: number, [before, after]: [number, number], mode: string): Tensor {
  if (before === 0 && after === 0) return x;
  const length = x.shape[axis]!;
  const source = Array.from({ length: length + before + after }, (_, i) => {
    const place = i - before;
    if (mode === 'edge') return Math.min(length - 1, Math.max(0, place));
    if (mode === 'wrap') return ((place % length) + length) % length;
    const period = Math.max(1, 2 * (length - 1));
    const turned = ((place % period) + period) % period;
    return turned < length ? turned : period - turned;
  });
  return picked(x, axis, source);
}

/** The given places along an axis; runs of neighbours in one piece. */
export function picked(x: Tensor, axis: number, places: readonly number[]): Tensor {
  const parts: Tensor[] = [];
  for (let i = 0; i < places.length;) {
    let length = 1;
    while (i + length < places.length && places[i + length] === places[i]! + length) length += 1;
    const begin = x.shape.map((_, a) => (a === axis ? places[i]! : 0));
    parts.push(
      tf.slice(
        x,
        begin,
        x.shape.map((size, a) => (a === axis ? length : size)),
      ),
    );
    i += length;
  }
  return parts.length === 1 ? parts[0]! : tf.concat(parts, axis);
}

export const slice: Operator = (operation) => {
  const x = x0(operation);
  const starts = listAt(operation, 1, 'starts')!;
  const ends = listAt(operation, 2, 'ends')!;
  const axes =
    operation.inputs[3] === undefined
      ? (listOf(operation, 'axes') ?? starts.map((_, i) => i))
      : integers(operation.inputs[3], 'axes');
  const steps =
    operation.inputs[4] === undefined ? starts.map(() => 1) : integers(operation.inputs[4], 'steps');
  const along = axes.map((axis, i) => {
    const which = (axis + x.shape.length) % x.shape.length;
    const length = x.shape[which]!;
    const step = steps[i]!;
    const bound = (at: number, low: number, high: number): number =>
      Math.min(high, Math.max(low, at < 0 ? at + length : at));
    const from = step > 0 ? bound(starts[i]!, 0, length) : bound(starts[i]!, 0, length - 1);
    const to =
      step > 0 ? bound(ends[i]!, 0, length) : ends[i]! < -length ? -1 : bound(ends[i]!, -1, length - 1);
    const places: number[] = [];
    for (let at = from; step > 0 ? at < to : at > to; at += step) places.push(at);
    return { which, places };
  });
  if (isKnown(x)) return along.reduce((part, { which, places }) => knownPicked(part, which, places), x);
  const t = x.last ? x.tensor! : inOrder(x);
  const y = along.reduce((part, { which, places }) => {
    const axis = axisOf(which, x);
    if (places.length === 0)
      return tf.slice(
        part,
        part.shape.map(() => 0),
        part.shape.map((s, a) => (a === axis ? 0 : s)),
      );
    return picked(part, axis, places);
  }, t);
  return (x.last ? image : plain)(y);
};

export const gather: Operator = (operation) => {
  const [x, indices] = operation.inputs as [Value, Value];
  const axis = axisOf(numberOf(operation, 'axis', 0), { ...x, last: false });
  const length = x.shape[axis]!;
  const places = integers(indices, 'the indices of Gather').map((place) =>
    place < 0 ? place + length : place,
  );
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  if (isKnown(x)) return known(knownPicked(x, axis, places).known, shape, x.integer);
  return plain(tf.reshape(picked(inOrder(x), axis, places), shape));
};

export const split: Operator = (operation) => {
  const x = x0(operation);
  const axis = numberOf(operation, 'axis', 0);
  const at = axisOf(axis, x);
  const t = x.last ? x.tensor! : inOrder(x);
  const length = t.shape[at]!;
  const even = Math.ceil(length / operation.outputs);
  const sizes =
    listAt(operation, 1, 'split') ??
    Array.from({ length: operation.outputs }, (_, i) => Math.min(even, length - i * even));
  let from = 0;
  return sizes.map((size) => {
    const part = tf.slice(
      t,
      t.shape.map((_, a) => (a === at ? from : 0)),
      t.shape.map((s, a) => (a === at ? size : s)),
    );
    from += size;
    return (x.last ? image : plain)(part);
  });
};

export const concat: Operator = (operation) => {
  const values = operation.inputs as Value[];
  const axis = numberOf(operation, 'axis', 0);
  if (values.every(isKnown)) return knownConcat(values, axisOf(axis, { ...values[0]!, last: false }));
  const last = values.some((value) => value.last);
  if (last) return image(tf.concat(values.map(channelsLast), axisOf(axis, { ...values[0]!, last })));
  return plain(tf.concat(values.map(inOrder), axisOf(axis, values[0]!)));
};

export const tile: Operator = (operation) => {
  const repeats = integers(operation.inputs[1], 'the repeats of Tile');
  return plain(
    repeats.reduce(
      (x, count, axis) => (count === 1 ? x : tf.concat(new Array<Tensor>(count).fill(x), axis)),
      inOrder(x0(operation)),
    ),
  );
};

export const depthToSpace: Operator = (operation) => {
  const x = inOrder(x0(operation));
  const b = numberOf(operation, 'blocksize', 2);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const dcr = textOf(operation, 'mode', 'DCR') === 'DCR';
  const split6 = dcr ? [n, b, b, c / (b * b), h, w] : [n, c / (b * b), b, b, h, w];
  const order = dcr ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  return plain(tf.reshape(tf.transpose(tf.reshape(x, split6), order), [n, c / (b * b), h * b, w * b]));
};

export const spaceToDepth: Operator = (operation) => {
  const x = inOrder(x0(operation));
  const b = numberOf(operation, 'blocksize', 2);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const split6 = tf.reshape(x, [n, c, h / b, b, w / b, b]);
  const order = textOf(operation, 'mode', 'DCR') === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4];
  return plain(tf.reshape(tf.transpose(split6, order), [n, c * b * b, h / b, w / b]));
};

/** Of positions and the like, which are known before the net runs. */
export const cumSum: Operator = (operation) => {
  const x = x0(operation);
  if (!isKnown(x)) throw new Error('what CumSum adds up must be known before the net runs');
  const axis = axisOf(scalarAt(operation, 1, 'axis') ?? 0, x);
  const exclusive = numberOf(operation, 'exclusive', 0) === 1;
  const places = Array.from({ length: x.shape[axis]! }, (_, i) => i);
  if (numberOf(operation, 'reverse', 0) === 1) places.reverse();
  const inner = x.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const outer = x.shape.slice(0, axis).reduce((product, size) => product * size, 1);
  const sums = Array.from(x.known);
  for (let row = 0; row < outer * inner; row++) {
    const start = Math.floor(row / inner) * places.length * inner + (row % inner);
    let sum = 0;
    for (const place of places) {
      const at = start + place * inner;
      const before = sum;
      sum += x.known[at]!;
      sums[at] = exclusive ? before : sum;
    }
  }
  return known(sums, x.shape, x.integer);
};
