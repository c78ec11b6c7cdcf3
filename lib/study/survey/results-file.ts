import { type ArrowTable, writeArrow } from 'pipewright/arrow';
import type { Question, ResultRow } from './results.ts';

/** Packed maps that were shown, by their digests, so that a report tells whether they are its own. */
const MAPS = 'maps';

const texts = ['question', 'method', 'group', 'people'] as const;
const counts = ['raters', 'items', 'answers'] as const;
const numbers = ['value', 'low', 'high', 'chance'] as const;

export async function writeResults(
  path: string,
  rows: readonly ResultRow[],
  maps: readonly string[],
): Promise<void> {
  const columns = {
    ...Object.fromEntries(
      texts.map((name) => [name, { type: 'utf8' as const, values: rows.map((row) => row[name]) }]),
    ),
    ...Object.fromEntries(
      numbers.map((name) => [name, { type: 'float64' as const, values: rows.map((row) => row[name]) }]),
    ),
    ...Object.fromEntries(
      counts.map((name) => [
        name,
        { type: 'int32' as const, values: Int32Array.from(rows, (row) => row[name]) },
      ]),
    ),
  };
  await writeArrow(path, columns, { metadata: { [MAPS]: JSON.stringify(maps) } });
}

export interface Results {
  readonly rows: readonly ResultRow[];
  readonly maps: readonly string[];
}

/** Reads what `writeResults` wrote. */
export function readResults(table: ArrowTable): Results {
  const text = Object.fromEntries(texts.map((name) => [name, table.strings(name)]));
  const number = Object.fromEntries([...numbers, ...counts].map((name) => [name, table.numbers(name)]));
  const rows = Array.from({ length: table.rows }, (_, at): ResultRow => ({
    question: text['question']![at] as Question,
    method: text['method']![at]!,
    group: text['group']![at]!,
    people: text['people']![at] as ResultRow['people'],
    value: number['value']![at]!,
    low: number['low']![at]!,
    high: number['high']![at]!,
    chance: number['chance']![at]!,
    raters: number['raters']![at]!,
    items: number['items']![at]!,
    answers: number['answers']![at]!,
  }));
  return { rows, maps: JSON.parse(table.metadata[MAPS] ?? '[]') as string[] };
}
