import { ImportError } from '../../../compute/import/graph.ts';
import type { FileTensor } from '../../../compute/onnx/decode.ts';
import { elementSize, readElements } from '../../../compute/onnx/elements.ts';

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Element types by safetensors' names. */
const TYPES: Readonly<Record<string, string>> = {
  F32: 'f4',
  F64: 'f8',
  F16: 'f2',
  BF16: 'bf16',
  I64: 'i8',
  I32: 'i4',
  I16: 'i2',
  I8: 'i1',
  U8: 'u1',
  BOOL: 'u1',
};

const BROKEN = 'this is not a .safetensors file, or a part of one';

function header(bytes: Uint8Array): { entries: Record<string, Entry>; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (length > bytes.byteLength - 8) throw new ImportError(BROKEN);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length));
    return { entries: JSON.parse(text) as Record<string, Entry>, data: bytes.subarray(8 + length) };
  } catch (error) {
    throw new ImportError(BROKEN, { cause: error });
  }
}

/** Tensors of a `.safetensors` file: eight bytes of length, a header in JSON, the values. Throws `ImportError`. */
export function readSafetensors(bytes: Uint8Array): Record<string, FileTensor> {
  const { entries, data } = header(bytes);
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([name]) => name !== '__metadata__')
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [from, to],
          },
        ]) => {
          const type = TYPES[dtype];
          if (type === undefined)
            throw new ImportError(`'${name}' has elements of type ${dtype}, which are not read`);
          const count = shape.reduce((product, size) => product * size, 1);
          if (to > data.byteLength || to - from !== count * elementSize(type)!) throw new ImportError(BROKEN);
          const values = readElements(type, data.subarray(from, to), new Float32Array(count));
          return [name, { name, dims: shape, type: 'float32' as const, values }];
        },
      ),
  );
}
