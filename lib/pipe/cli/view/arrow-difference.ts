import { firstDifference, type TableDifference } from '../../arrow/difference.ts';
import { readArrow, type ColumnInfo } from '../../arrow/read.ts';
import { count, grouped } from '../../report/quantity.ts';

/** The first tensor or column in which two Arrow files differ, and by how much. */
export async function arrowDifference(before: string, after: string): Promise<string> {
  return differenceWords(firstDifference(await readArrow(before), await readArrow(after)));
}

function differenceWords(found: TableDifference): string {
  switch (found.type) {
    case 'rows':
      return `has ${count(found.after, 'row')} instead of ${grouped(found.before)}`;
    case 'columns':
      return `has the columns ${found.after.join(', ')} instead of ${found.before.join(', ')}`;
    case 'kind':
      return `column ${found.column} is ${kindText(found.after)} instead of ${kindText(found.before)}`;
    case 'values': {
      const { column, tensor, differing, of, largest, row } = found;
      const what = `${tensor ? 'tensor' : 'column'} ${column}: ${grouped(differing)} of ${count(of, 'value')} ${differing === 1 ? 'differs' : 'differ'}`;
      if (largest === null) return `${what}, the first in row ${grouped(row)}`;
      const by = Number(largest.difference.toPrecision(3));
      return `${what}, by at most ${by} (row ${grouped(largest.row)}), the first in row ${grouped(row)}`;
    }
    case 'metadata':
      return `metadata ${found.key} differs; all values are the same`;
    case 'storage':
      return 'all values are the same, stored otherwise';
  }
}

function kindText(info: ColumnInfo): string {
  if (info.type === 'tensor') return `a tensor of ${info.element} [${info.shape.join(', ')}]`;
  return info.type === 'other' ? info.stored : info.type;
}
