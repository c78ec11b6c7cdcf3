import { readArrow, type ArrowTable } from '../../arrow/read.ts';
import { didYouMean, listed } from '../../manifest/suggest.ts';
import { count } from '../../report/quantity.ts';
import { table } from '../../report/table.ts';

/** Which rows and columns of a table to print. */
export interface RowQuestion {
  /** Each `column=value`: all have to hold. */
  readonly where: readonly string[];
  /** In this order; null for all. */
  readonly columns: readonly string[] | null;
}

export interface Unanswered {
  readonly problem: string;
  readonly hint?: string | undefined;
}

type Value = number | string | boolean | null;

/** The rows asked for, every digit of them; or what is wrong with the question. */
export async function arrowRows(
  path: string,
  { where, columns }: RowQuestion,
): Promise<readonly string[] | Unanswered> {
  const arrow = await readArrow(path);
  const known = Object.entries(arrow.columns)
    .filter(([, { type }]) => type !== 'tensor' && type !== 'other')
    .map(([name]) => name);
  const conditions = where.map(conditionOf);
  const asked = [...conditions.map(({ column }) => column), ...(columns ?? [])];
  const unknown = asked.find((column) => !known.includes(column));
  if (unknown !== undefined)
    return {
      problem: `it has no column \`${unknown}\` of plain values`,
      hint: didYouMean(unknown, known) ?? `its columns are ${listed(known, 40)}`,
    };
  const values = new Map([...new Set([...asked, ...known])].map((name) => [name, valuesOf(arrow, name)]));
  const rows = Array.from({ length: arrow.rows }, (_, row) => row).filter((row) =>
    conditions.every(({ column, value }) => equals(values.get(column)![row]!, value)),
  );
  const shown = columns ?? known;
  const cells = rows.map((row) => shown.map((name) => String(values.get(name)![row]).replaceAll('\n', ' ')));
  return [`${count(rows.length, 'row')} of ${arrow.rows}`, ...table([[...shown], ...cells])];
}

function conditionOf(text: string): { readonly column: string; readonly value: string } {
  const [column = '', ...rest] = text.split('=');
  return { column, value: rest.join('=') };
}

function equals(value: Value, text: string): boolean {
  return typeof value === 'number' ? text !== '' && Number(text) === value : String(value) === text;
}

function valuesOf(arrow: ArrowTable, name: string): readonly Value[] {
  const type = arrow.columns[name]?.type;
  if (type === 'bool') return arrow.booleans(name);
  return type === 'utf8' ? arrow.strings(name) : arrow.numbers(name);
}
