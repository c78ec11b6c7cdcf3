import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Json } from '../../json.ts';

/** Larger files hold data, not figures that anybody compares by eye; bytes. */
const LARGEST: Readonly<Record<string, number>> = { '.json': 1e6, '.arrow': 1e8 };

/** Whether an output of this name may hold metrics. */
export function mayHaveMetrics(path: string): boolean {
  return extname(path) in LARGEST;
}

/**
 * The numbers that a file tells, by name: of JSON every number, under its dotted path; of an Arrow table
 * the mean of every plain column of numbers (tensors are data). `path` is its readable name, `file` where
 * its bytes lie.
 */
export async function metricsOf(path: string, file: string): Promise<ReadonlyMap<string, number>> {
  const kind = extname(path);
  if (statSync(file).size > (LARGEST[kind] ?? 0)) return new Map();
  try {
    if (kind === '.json') return new Map(leaves(JSON.parse(readFileSync(file, 'utf8')) as Json, ''));
    return await columnMeans(file);
  } catch {
    // Not what its name says: it tells no numbers.
    return new Map();
  }
}

function leaves(value: Json, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, path === '' ? key : `${path}.${key}`),
  );
}

async function columnMeans(file: string): Promise<Map<string, number>> {
  const { readArrow } = await import('../../arrow/read.ts');
  const { summarise } = await import('../../arrow/summary.ts');
  const table = await readArrow(file);
  const name = (column: string) => (table.rows === 1 ? column : `mean ${column}`);
  return new Map(
    summarise(table).flatMap(({ name: column, info, range }): [string, number][] =>
      info.type === 'tensor' || range === null ? [] : [[name(column), range.mean]],
    ),
  );
}
