import { DataType } from 'apache-arrow';
import { readArrow, type ArrowTable, type ColumnInfo } from '../../../arrow/read.ts';
import { summarise } from '../../../arrow/summary.ts';
import { summarised, type Content, type ContentColumn, type Range, type Value } from '../content.ts';

/** Arrow IPC files, Feather among them, compressed or not. */
export async function arrowContent(path: string): Promise<Content> {
  const table = await readArrow(path);
  const columns = summarise(table).map(({ name, info, missing, range }): ContentColumn => {
    if (info.type === 'tensor')
      return { name, type: info.element, shape: sidesOf(info), missing, range, values: null };
    const type = table.typeOf(name);
    const values = valuesOf(table, name, type);
    const known =
      info.type === 'other' ? { ...summarised(values), ...spanOf(values, type) } : { missing, range };
    return { name, type: info.type === 'other' ? info.stored : info.type, shape: [], ...known, values };
  });
  return {
    kind: 'table',
    format: 'Arrow file',
    rows: table.rows,
    columns,
    metadata: Object.entries(table.metadata),
  };
}

function sidesOf({ shape, dimensions }: Extract<ColumnInfo, { type: 'tensor' }>): readonly string[] {
  return shape.map((side, index) => (dimensions === null ? String(side) : `${dimensions[index]!} ${side}`));
}

function valuesOf(table: ArrowTable, name: string, type: DataType): readonly Value[] {
  return table
    .values(name)
    .map((value) => (value === null || value === undefined ? null : plain(value, type)));
}

/** First and last of dates and times, which are told as texts. */
function spanOf(
  values: readonly Value[],
  type: DataType,
): { readonly range: Range | null } | Record<string, never> {
  if (!DataType.isDate(type) && !DataType.isTimestamp(type)) return {};
  const there = values.filter((value) => typeof value === 'string').sort();
  return there.length === 0 ? {} : { range: { min: there[0]!, mean: null, max: there.at(-1)! } };
}

function plain(value: unknown, type: DataType): Value {
  if (DataType.isDictionary(type)) return plain(value, type.dictionary as DataType);
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
