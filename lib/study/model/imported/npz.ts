import { unzipSync } from 'fflate';
import { ImportError } from '../../../compute/import/graph.ts';
import type { FileTensor } from '../../../compute/onnx/decode.ts';
import { elementSize, readElements } from '../../../compute/onnx/elements.ts';
import { permuteValues } from '../../../compute/trace/fold.ts';

/** Before the header of an array: a magic number, and the version, which says how long the header's length is. */
const MAGIC = '\x93NUMPY';

function unpacked(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch (error) {
    throw new ImportError('this is not an .npz file, or a part of one', { cause: error });
  }
}

/** One array, of NumPy's format NEP 1. */
function arrayOf(name: string, bytes: Uint8Array): FileTensor {
  const text = (from: number, to: number): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || text(0, 6) !== MAGIC) throw new ImportError(`'${name}' is not an array of NumPy`);
  const [start, length] = bytes[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const header = text(start, start + length);
  const type = /'descr': '[<|=]([a-z]\d)'/.exec(header)?.[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (type === undefined || shape === undefined || elementSize(type) === null)
    throw new ImportError(`'${name}' has elements that are not read: ${header.trim()}`);
  const dims = shape
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const count = dims.reduce((product, size) => product * size, 1);
  const data = bytes.subarray(start + length);
  if (data.length < count * elementSize(type)!) throw new ImportError(`'${name}' is a part of an array`);
  const values = readElements(type, data, new Float32Array(count));
  if (!header.includes("'fortran_order': True")) return { name, dims, type: 'float32', values };
  // The first axis lies innermost.
  const order = dims.map((_, axis) => dims.length - 1 - axis);
  return { name, dims, type: 'float32', values: permuteValues(values, [...dims].reverse(), order) };
}

/** Arrays of an `.npz` file, by their names. Throws `ImportError`. */
export function readNpz(bytes: Uint8Array): Record<string, FileTensor> {
  return Object.fromEntries(
    Object.entries(unpacked(bytes)).map(([file, array]) => {
      const name = file.replace(/\.npy$/, '');
      return [name, arrayOf(name, array)];
    }),
  );
}
