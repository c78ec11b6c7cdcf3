import type { Column, Columns, TensorColumn, TensorValues } from 'pipewright/arrow';
import { type MapsTable, readMaps } from './maps-file.ts';

/** Record batches of a maps file, for who goes on computing with them and writes no file. */
export async function collectMaps(batches: AsyncIterable<Columns>): Promise<MapsTable> {
  const parts: Columns[] = [];
  for await (const columns of batches) parts.push(columns);
  const [first] = parts;
  if (!first) throw new Error('there are no maps to collect');
  const column = (name: string): readonly Column[] => parts.map((columns) => columns[name]!);
  return readMaps({
    rows: column('index').reduce((rows, { values }) => rows + values.length, 0),
    columns: first,
    numbers: (name) => column(name).flatMap(({ values }) => Array.from(values as ArrayLike<number>)),
    strings: (name) => column(name).flatMap(({ values }) => Array.from(values as ArrayLike<string>)),
    tensor: (name) => joinTensors(column(name) as readonly TensorColumn[]),
  });
}

function joinTensors(parts: readonly TensorColumn[]): { shape: number[]; values: TensorValues } {
  const { shape, values: first } = parts[0]!;
  const size = parts.reduce((sum, { values }) => sum + values.length, 0);
  const joined = first instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  let at = 0;
  for (const { values } of parts) {
    joined.set(values, at);
    at += values.length;
  }
  const rowSize = shape.reduce((product, length) => product * length, 1);
  return { shape: [size / rowSize, ...shape], values: joined };
}
