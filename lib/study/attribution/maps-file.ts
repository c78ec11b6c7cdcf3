import type { Columns, TensorColumn, TensorValues } from 'pipewright/arrow';
import type { TensorValue } from '../../compute/program.ts';
import { sliceImages } from '../dataset/file.ts';
import { entropy } from '../score/entropy.ts';
import type { SelectedImages } from '../selection/file.ts';
import type { ExplainedBatch } from './explain.ts';
import { type MethodName, methodNames } from './methods.ts';
import { mostProbable } from './predict.ts';

/** Maps of selected images at one checkpoint. */
export interface MapsTable {
  readonly rows: number;
  readonly index: readonly number[];
  readonly label: readonly number[];
  readonly class: readonly string[];
  readonly group: readonly string[];
  readonly rank: readonly number[];
  /** The class each map is of. */
  readonly explained: readonly number[];
  readonly predicted: readonly number[];
  /** p_c of the labelled class. */
  readonly probability: readonly number[];
  readonly entropy: readonly number[];
  /** `[rows, height, width]`, 1 inside the object; null where the truth is not known. */
  readonly mask: { readonly shape: readonly number[]; readonly values: Uint8Array } | null;
  /** The methods it has maps of. */
  readonly methods: readonly MethodName[];
  /** `[rows, height, width, channels]` */
  map(method: MethodName): { readonly shape: readonly number[]; readonly values: Float32Array };
}

/**
 * A batch of explained images as columns: who they are, what the network says of them (probability of the
 * label, entropy in nats), and per method a map as computed, signed and not scaled.
 */
export function mapColumns(
  batch: ExplainedBatch,
  selected: SelectedImages,
  explainedClasses: ArrayLike<number>,
): Columns {
  const { first, count } = batch;
  const { set, classes } = selected.images;
  const { labels, index, masks } = sliceImages(set, first, first + count);
  const probabilities = batch.probabilities.values;
  const ofRow = (value: (row: number) => number): number[] =>
    Array.from({ length: count }, (_, row) => value(row));
  return {
    index: { type: 'int32', values: index },
    label: { type: 'int32', values: labels },
    class: { type: 'utf8', values: Array.from(labels, (label) => classes[label] ?? null) },
    group: { type: 'utf8', values: selected.group.slice(first, first + count) },
    rank: { type: 'int32', values: selected.rank.slice(first, first + count) },
    explained: { type: 'int32', values: ofRow((row) => explainedClasses[first + row]!) },
    predicted: {
      type: 'int32',
      values: ofRow((row) => mostProbable(probabilities, row * classes.length, classes.length)),
    },
    probability: {
      type: 'float64',
      values: ofRow((row) => probabilities[row * classes.length + labels[row]!]!),
    },
    entropy: {
      type: 'float64',
      values: ofRow((row) =>
        entropy(probabilities.subarray(row * classes.length, (row + 1) * classes.length)),
      ),
    },
    probabilities: tensorColumn(batch.probabilities, ['class']),
    ...(masks && {
      mask: {
        type: 'tensor',
        shape: [set.height, set.width],
        dimensions: ['height', 'width'],
        values: masks,
      },
    }),
    ...Object.fromEntries(
      Object.entries(batch.maps).map(([name, map]) => [
        name,
        tensorColumn(map, ['height', 'width', 'channel']),
      ]),
    ),
  };
}

function tensorColumn({ shape, values }: TensorValue, dimensions: readonly string[]): TensorColumn {
  return { type: 'tensor', shape: shape.slice(1), dimensions, values };
}

/** What `readMaps` asks of a table: an Arrow file's, or batches in memory. */
interface Table {
  readonly rows: number;
  readonly columns: Readonly<Record<string, unknown>>;
  numbers(name: string): (number | null)[];
  strings(name: string): (string | null)[];
  tensor(name: string): { readonly shape: readonly number[]; readonly values: TensorValues };
}

/** Reads what `mapColumns` made. */
export function readMaps(table: Table): MapsTable {
  const numbers = (name: string): number[] => table.numbers(name) as number[];
  const strings = (name: string): string[] => table.strings(name) as string[];
  const mask = 'mask' in table.columns ? table.tensor('mask') : null;
  return {
    rows: table.rows,
    index: numbers('index'),
    label: numbers('label'),
    class: strings('class'),
    group: strings('group'),
    rank: numbers('rank'),
    explained: numbers('explained'),
    predicted: numbers('predicted'),
    probability: numbers('probability'),
    entropy: numbers('entropy'),
    mask: mask && { shape: mask.shape, values: mask.values as Uint8Array },
    methods: methodNames.filter((name) => name in table.columns),
    map(method) {
      const { shape, values } = table.tensor(method);
      return { shape, values: values as Float32Array };
    },
  };
}

/** Some rows of a table of maps, copied, so that the rest need not stay in memory. */
export function pickMaps(maps: MapsTable, rows: readonly number[]): MapsTable {
  const of = <T>(values: readonly T[]): readonly T[] => rows.map((row) => values[row]!);
  const picked = <V extends Uint8Array | Float32Array>(
    tensor: { readonly shape: readonly number[]; readonly values: V },
    empty: V,
  ): { readonly shape: readonly number[]; readonly values: V } => {
    const size = empty.length / Math.max(1, rows.length);
    rows.forEach((row, i) => {
      empty.set(tensor.values.subarray(row * size, (row + 1) * size), i * size);
    });
    return { shape: [rows.length, ...tensor.shape.slice(1)], values: empty };
  };
  const lengthOf = ({ shape }: { readonly shape: readonly number[] }): number =>
    shape.slice(1).reduce((product, side) => product * side, rows.length);
  const own = new Map(
    maps.methods.map((method) => {
      const tensor = maps.map(method);
      return [method, picked(tensor, new Float32Array(lengthOf(tensor)))];
    }),
  );
  return {
    rows: rows.length,
    ...{ index: of(maps.index), label: of(maps.label), class: of(maps.class) },
    ...{ group: of(maps.group), rank: of(maps.rank), explained: of(maps.explained) },
    ...{ predicted: of(maps.predicted), probability: of(maps.probability), entropy: of(maps.entropy) },
    mask: maps.mask && picked(maps.mask, new Uint8Array(lengthOf(maps.mask))),
    methods: maps.methods,
    map: (method) => own.get(method)!,
  };
}
