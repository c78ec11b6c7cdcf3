type At = (view: DataView, byte: number) => number;

/** Of little-endian bytes, by NumPy's names of element types; `bf16` is the upper half of a float32. */
const types: Readonly<Record<string, { readonly size: number; readonly at: At }>> = {
  f2: { size: 2, at: (v, b) => half(v.getUint16(b, true)) },
  f4: { size: 4, at: (v, b) => v.getFloat32(b, true) },
  f8: { size: 8, at: (v, b) => v.getFloat64(b, true) },
  bf16: { size: 2, at: (v, b) => upperHalf(v.getUint16(b, true)) },
  i1: { size: 1, at: (v, b) => v.getInt8(b) },
  i2: { size: 2, at: (v, b) => v.getInt16(b, true) },
  i4: { size: 4, at: (v, b) => v.getInt32(b, true) },
  u2: { size: 2, at: (v, b) => v.getUint16(b, true) },
  u4: { size: 4, at: (v, b) => v.getUint32(b, true) },
  u8: { size: 8, at: (v, b) => Number(v.getBigUint64(b, true)) },
  i8: { size: 8, at: (v, b) => Number(v.getBigInt64(b, true)) },
  u1: { size: 1, at: (v, b) => v.getUint8(b) },
  b1: { size: 1, at: (v, b) => v.getUint8(b) },
};

/** Of 16 bits. */
export function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const bits = new Uint32Array(1);
const asFloat = new Float32Array(bits.buffer);

function upperHalf(high: number): number {
  bits[0] = high << 16;
  return asFloat[0]!;
}

/** Bytes of one element; null for a type that is not read. */
export function elementSize(type: string): number | null {
  return Object.hasOwn(types, type) ? types[type]!.size : null;
}

/** Writes the numbers that bytes hold into `into`, as many as it has places. */
export function readElements<T extends Float32Array | Float64Array>(
  type: string,
  bytes: Uint8Array,
  into: T,
): T {
  const { size, at } = types[type]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < into.length; i++) into[i] = at(view, i * size);
  return into;
}
