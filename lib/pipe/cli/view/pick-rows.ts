import { didYouMean, listed } from '../../manifest/suggest.ts';
import type { ContentColumn, ContentTable, Value } from './content.ts';

/** Which rows and columns of a table to print. */
export interface RowQuestion {
  /** Each `column=value`: all have to hold. */
  readonly where: readonly string[];
  /** In this order; null for all. */
  readonly columns: readonly string[] | null;
  /** The first so many; null for all. */
  readonly rows: number | null;
}

export interface Picked {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** Of how many rows that answer to the question these are the first. */
  readonly found: number;
}

export interface Unanswered {
  readonly problem: string;
  readonly hint?: string | undefined;
}

/** The rows asked for; or what is wrong with the question. */
export function pickRows(table: ContentTable, { where, columns, rows }: RowQuestion): Picked | Unanswered {
  const plain = new Map(
    table.columns.flatMap(({ name, values }: ContentColumn) =>
      values === null ? [] : [[name, values] as const],
    ),
  );
  const known = [...plain.keys()];
  const conditions = where.map(conditionOf);
  const asked = [...conditions.map(({ column }) => column), ...(columns ?? [])];
  const unknown = asked.find((column) => !plain.has(column));
  if (unknown !== undefined)
    return {
      problem: `it has no column \`${unknown}\` of plain values`,
      hint: didYouMean(unknown, known) ?? `its columns are ${listed(known, 40)}`,
    };
  const holds = (row: number): boolean =>
    conditions.every(({ column, value }) => equals(plain.get(column)![row]!, value));
  const found = Array.from({ length: table.rows }, (_, row) => row).filter(holds);
  const names = columns ?? known;
  const cells = found
    .slice(0, rows ?? found.length)
    .map((row) => names.map((name) => plain.get(name)![row]!));
  return { names, rows: cells, found: found.length };
}

function conditionOf(text: string): { readonly column: string; readonly value: string } {
  const [column = '', ...rest] = text.split('=');
  return { column, value: rest.join('=') };
}

function equals(value: Value, text: string): boolean {
  if (typeof value === 'number') return text !== '' && Number(text) === value;
  return String(value) === text;
}
