import { extname } from 'node:path';
import { summarised, type Content, type ContentColumn, type Value } from '../content.ts';
import { readTable } from '../table-file.ts';

/** CSV and TSV: a line of names, then a line for each row. */
export async function delimitedContent(path: string, name: string): Promise<Content> {
  const { rows, columns } = await readTable(name.toLowerCase(), path);
  return {
    kind: 'table',
    format: `${extname(name).slice(1).toUpperCase()} file`,
    rows,
    columns: [...columns].map(([name, values]) => columnOf(name, values)),
    metadata: [],
  };
}

/** A column whose type is that of its values. */
export function columnOf(name: string, values: readonly Value[]): ContentColumn {
  return { name, type: typeOf(values), shape: [], ...summarised(values), values };
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ number: 'number', bigint: 'integer', string: 'text', boolean: 'boolean' },
};

function typeOf(values: readonly Value[]): string {
  const types = new Set(values.filter((value) => value !== null).map((value) => NAMES[typeof value]!));
  return [...types].sort().join(' or ') || 'nothing';
}
