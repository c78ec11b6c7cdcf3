import { readFileSync } from '../../../store/disk.ts';
import type { Content } from '../content.ts';
import { contentArray } from './arrays.ts';
import type { ElementName } from './elements.ts';

const ELEMENTS: Readonly<Record<string, ElementName>> = {
  ...{ BOOL: 'bool', I8: 'int8', U8: 'uint8', I16: 'int16', U16: 'uint16', I32: 'int32', U32: 'uint32' },
  ...{ I64: 'int64', U64: 'uint64', F16: 'float16', BF16: 'bfloat16', F32: 'float32', F64: 'float64' },
};

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [from: number, to: number];
}

/** Tensors by name: eight bytes of length, a header in JSON, the values. */
export function safetensorsContent(path: string): Content {
  const bytes = readFileSync(path);
  const length = bytes.length < 8 ? Infinity : Number(bytes.readBigUInt64LE(0));
  if (length > bytes.length - 8) throw new Error('it is no safetensors file, or a part of one');
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, Entry>;
  const { __metadata__: metadata = {}, ...entries } = header as typeof header & {
    readonly __metadata__?: Readonly<Record<string, string>>;
  };
  const data = bytes.subarray(8 + length);
  const arrays = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ]) => {
      const element = ELEMENTS[dtype] ?? null;
      const type = element ?? dtype.toLowerCase();
      return contentArray({ name, element, type, shape, bytes: data.subarray(from, to), little: true });
    },
  );
  return { kind: 'arrays', format: 'safetensors file', arrays, metadata: Object.entries(metadata) };
}
