import { columnsOf } from './width.ts';

/** Rows of cells under each other, two blanks between columns; numbers stand to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: count }, (_, index) => rows.map((row) => row[index] ?? ''));
  const widths = columns.map((cells) => Math.max(...cells.map(columnsOf)));
  const right = columns.map((cells) => cells.slice(1).some(isNumber));
  return rows.map((row) =>
    widths
      .map((width, index) => {
        const cell = row[index] ?? '';
        const blanks = ' '.repeat(width - columnsOf(cell));
        return right[index] ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd(),
  );
}

function isNumber(cell: string): boolean {
  return cell !== '' && !Number.isNaN(Number(cell));
}
