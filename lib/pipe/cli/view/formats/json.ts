import { extname } from 'node:path';
import type { Json } from '../../../json.ts';
import { readFileSync } from '../../../store/disk.ts';
import type { Content, ContentTable, Value } from '../content.ts';
import { columnOf } from './delimited.ts';

const LINES = new Set(['.ndjson', '.jsonl']);

/** JSON, and a value a line: records as a table, anything else as it is written. */
export function jsonContent(path: string, name: string): Content {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  if (LINES.has(extname(name).toLowerCase())) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return tableOf('NDJSON file', lines.map(parseLine)) ?? { kind: 'text', format: 'NDJSON file', lines };
  }
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    const format = `JSON, which cannot be read (${(error as Error).message})`;
    return { kind: 'text', format, lines: text.replace(/\n$/, '').split('\n') };
  }
  const table = Array.isArray(value) ? tableOf('JSON file', value) : null;
  return table ?? { kind: 'text', format: 'JSON file', lines: JSON.stringify(value, null, 2).split('\n') };
}

function parseLine(line: string, index: number): Json {
  try {
    return JSON.parse(line) as Json;
  } catch (error) {
    throw new Error(`line ${index + 1}: ${(error as Error).message}`, { cause: error });
  }
}

type Record = Readonly<{ [name: string]: Json }>;

/** Null where not every value is a record. */
function tableOf(format: string, values: readonly Json[]): ContentTable | null {
  const isRecord = (value: Json): value is Record =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (values.length === 0 || !values.every(isRecord)) return null;
  const names = [...new Set(values.flatMap((record) => Object.keys(record)))];
  const columns = names.map((name) =>
    columnOf(
      name,
      values.map((record) => (Object.hasOwn(record, name) ? cellOf(record[name]!) : null)),
    ),
  );
  return { kind: 'table', format, rows: values.length, columns, metadata: [] };
}

function cellOf(value: Json): Value {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
