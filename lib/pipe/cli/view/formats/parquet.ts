import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Content, Value } from '../content.ts';
import { summarised } from '../content.ts';

/** Parquet, compressed or not; nested columns as JSON. */
export async function parquetContent(path: string): Promise<Content> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const records = (await parquetReadObjects({ file, metadata, compressors, utf8: false })) as Record<
    string,
    unknown
  >[];
  const columns = parquetSchema(metadata).children.map((schema) => {
    const { name } = schema.element;
    const values = records.map((record) => cellOf(record[name]));
    return { name, type: typeOf(schema), shape: [], ...summarised(values), ...spanOf(values), values };
  });
  const entries = (metadata.key_value_metadata ?? [])
    // The schema again, as Arrow and pandas write it for themselves.
    .filter(({ key }) => key !== 'ARROW:schema' && key !== 'pandas')
    .map(({ key, value }): [string, string] => [key, value ?? '']);
  return { kind: 'table', format: 'Parquet file', rows: records.length, columns, metadata: entries };
}

function typeOf({ element, children }: SchemaTree): string {
  if (children.length > 0) return element.converted_type?.toLowerCase() ?? 'record';
  const logical = element.logical_type?.type ?? element.converted_type ?? element.type ?? 'unknown';
  const plain: Readonly<Record<string, string>> = {
    STRING: 'text',
    UTF8: 'text',
    DOUBLE: 'float64',
    FLOAT: 'float32',
  };
  return plain[logical] ?? logical.toLowerCase();
}

function cellOf(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().replace('T00:00:00.000Z', '');
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'object')
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
  return value as Value;
}

/** First and last of dates. */
function spanOf(values: readonly Value[]): Record<string, unknown> {
  const dates = values.filter((value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d(T.*Z)?$/.test(value));
  if (dates.length === 0 || dates.length !== values.filter((value) => value !== null).length) return {};
  const sorted = (dates as string[]).sort();
  return { range: { min: sorted[0]!, mean: null, max: sorted.at(-1)! } };
}
