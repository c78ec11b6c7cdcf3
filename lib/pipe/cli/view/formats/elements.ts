/** Numbers as files of arrays have them, little-endian or big. */
export interface Elements {
  /** Bytes of one. */
  readonly size: number;
  readonly read: (view: DataView, at: number, little: boolean) => number | bigint | boolean;
}

export const elements = {
  bool: { size: 1, read: (view, at) => view.getUint8(at) !== 0 },
  int8: { size: 1, read: (view, at) => view.getInt8(at) },
  uint8: { size: 1, read: (view, at) => view.getUint8(at) },
  int16: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  uint16: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  int32: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  uint32: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  int64: { size: 8, read: (view, at, little) => view.getBigInt64(at, little) },
  uint64: { size: 8, read: (view, at, little) => view.getBigUint64(at, little) },
  float16: { size: 2, read: (view, at, little) => half(view.getUint16(at, little)) },
  bfloat16: { size: 2, read: (view, at, little) => upperHalf(view.getUint16(at, little)) },
  float32: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  float64: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
} satisfies Readonly<Record<string, Elements>>;

export type ElementName = keyof typeof elements;

/** All numbers of an array; booleans as 0 and 1. */
export function* numbersOf(bytes: Uint8Array, name: ElementName, little = true): Generator<number | bigint> {
  const { size, read }: Elements = elements[name];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + size <= bytes.length; at += size) {
    const value = read(view, at, little);
    yield typeof value === 'boolean' ? Number(value) : value;
  }
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function upperHalf(bits: number): number {
  word.setUint32(0, bits * 2 ** 16);
  return word.getFloat32(0);
}
