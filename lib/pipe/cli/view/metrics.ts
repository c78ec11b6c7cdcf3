import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { parse } from 'yaml';
import { readFileSync } from '../../store/disk.ts';
import { groupBy } from '../../group.ts';
import type { Json } from '../../json.ts';
import type { Metrics } from '../../manifest/manifest.ts';
import { readTable, TABLE_FILES, type Cell, type TableFile } from './table-file.ts';

/** Which numbers of a file are told. */
export type Taken = Pick<Metrics, 'fields' | 'rows' | 'by'>;

const EVERYTHING: Taken = { fields: null, rows: null, by: [] };

/** Larger files hold data, not figures that anybody compares by eye; bytes. */
const LARGEST: Readonly<Record<string, number>> = { '.json': 1e6, '.arrow': 1e8 };

/** Whether an output of this name may hold metrics, though none were declared. */
export function mayHaveMetrics(path: string): boolean {
  return extname(path) in LARGEST;
}

/** What a file of which nothing is declared tells; nothing where it is not what its name says. */
export async function metricsOf(path: string, file: string): Promise<ReadonlyMap<string, number>> {
  if (statSync(file).size > (LARGEST[extname(path)] ?? 0)) return new Map();
  const told = await numbersIn(path, file, EVERYTHING);
  return told.type === 'told' ? told.values : new Map();
}

export type Told =
  | {
      readonly type: 'told';
      readonly values: ReadonlyMap<string, number>;
      /** Fields that are asked for and not there, and what is. */
      readonly missing: readonly string[];
      readonly known: readonly string[];
    }
  | { readonly type: 'unreadable'; readonly why: string };

/**
 * The numbers that a file tells, by name: of JSON and YAML every number, under its dotted path, of a table a number for
 * each column of numbers (tensors are data). `path` is its readable name, `file` where its bytes lie.
 */
export async function numbersIn(path: string, file: string, taken: Taken): Promise<Told> {
  try {
    if (TABLE_FILES.includes(extname(path))) return ofTable(await readTable(path, file), taken);
    const text = readFileSync(file, 'utf8');
    const value = extname(path) === '.json' ? parsedJson(text) : (parse(text) as Json);
    return ofTree(new Map(leaves(value, '')), taken);
  } catch (error) {
    return { type: 'unreadable', why: (error as Error).message.split('\n')[0]! };
  }
}

const MARK = '\0';

/** Also with the NaN and Infinity that Python writes, which are no JSON. */
function parsedJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (word) =>
      word.startsWith('"') ? word : `"\\u0000${word}"`,
    );
    if (marked === text) throw error;
    return JSON.parse(marked) as Json;
  }
}

function leaves(value: Json, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value === 'string' && value.startsWith(MARK)) return [[path, Number(value.slice(1))]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, path === '' ? key : `${path}.${key}`),
  );
}

function ofTree(all: ReadonlyMap<string, number>, { fields }: Taken): Told {
  if (fields === null) return { type: 'told', values: all, missing: [], known: [] };
  const values = new Map<string, number>();
  const missing: string[] = [];
  for (const field of fields) {
    const found = [...all].filter(([name]) => name === field || name.startsWith(`${field}.`));
    if (found.length === 0) missing.push(field);
    for (const [name, value] of found) values.set(name, value);
  }
  return { type: 'told', values, missing, known: [...all.keys()] };
}

function ofTable({ rows, columns }: TableFile, { fields, rows: which, by }: Taken): Told {
  const numeric = [...columns].filter(([, cells]) => cells.some((cell) => typeof cell === 'number'));
  const known = numeric.map(([name]) => name);
  const names = fields ?? known.filter((name) => !by.includes(name));
  const missing = [
    ...names.filter((name) => !known.includes(name) && rows > 0),
    ...by.filter((name) => !columns.has(name)),
  ];
  const label = (row: number) => by.map((name) => String(columns.get(name)?.[row] ?? '')).join('.');
  const groups = groupBy(
    Array.from({ length: rows }, (_, row) => row),
    label,
  );
  const values = new Map<string, number>();
  for (const [group, members] of groups) {
    for (const name of names) {
      const number = oneOf(
        members.map((row) => columns.get(name)?.[row] ?? null),
        which ?? 'mean',
      );
      const said = which === null && members.length > 1 ? `mean ${name}` : name;
      if (number !== null) values.set(by.length === 0 ? said : `${group}.${said}`, number);
    }
  }
  return { type: 'told', values, missing, known: [...columns.keys()] };
}

/** What stands for many rows; those without a number are left out. */
function oneOf(cells: readonly Cell[], which: NonNullable<Taken['rows']>): number | null {
  const numbers = cells.filter((cell) => typeof cell === 'number');
  if (numbers.length === 0) return null;
  switch (which) {
    case 'first':
      return numbers[0]!;
    case 'last':
      return numbers.at(-1)!;
    case 'min':
      return numbers.reduce((least, number) => Math.min(least, number));
    case 'max':
      return numbers.reduce((most, number) => Math.max(most, number));
    case 'mean':
      return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  }
}
