import { DataType } from 'apache-arrow';
import type { PlainValue } from './columns.ts';

/** As people read it: dates and times by ISO 8601, decimals with all digits, bytes as hex, lists and records as JSON. */
export function plainValue(value: unknown, type: DataType): PlainValue {
  if (DataType.isDictionary(type)) return plainValue(value, type.dictionary as DataType);
  if (DataType.isDate(type)) return dateText(Number(value)).replace('T00:00:00.000Z', '');
  if (DataType.isTimestamp(type)) return dateText(Number(value));
  if (DataType.isDecimal(type)) return decimalText(value as Uint32Array, type.scale);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  // Lists, structs and maps: as JSON would have them.
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'bigint' ? String(part) : ArrayBuffer.isView(part) ? [...(part as Float64Array)] : part,
  );
}

function dateText(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}

/** A whole number of 128 or 256 bits, in words from the lowest on, with so many decimals. */
function decimalText(words: Uint32Array, scale: number): string {
  const unsigned = [...words].reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const value = BigInt.asIntN(32 * words.length, unsigned);
  if (scale <= 0) return String(value * 10n ** BigInt(-scale));
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
