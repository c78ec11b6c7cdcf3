import { readArrow, type ColumnInfo } from '../../../arrow/read.ts';
import { summarise } from '../../../arrow/summary.ts';
import { summarised, type Content, type ContentColumn, type Range, type Value } from '../content.ts';

/** Arrow IPC files, Feather among them, compressed or not. */
export async function arrowContent(path: string): Promise<Content> {
  const table = await readArrow(path);
  const columns = summarise(table).map(({ name, info, missing, range }): ContentColumn => {
    if (info.type === 'tensor')
      return { name, type: info.element, shape: sidesOf(info), missing, range, values: null };
    const values = table.values(name);
    const known =
      info.type === 'other' ? { ...summarised(values), ...spanOf(values, info.stored) } : { missing, range };
    return { name, type: info.type === 'other' ? info.stored : info.type, shape: [], ...known, values };
  });
  return {
    kind: 'table',
    format: 'Arrow file',
    rows: table.rows,
    columns,
    metadata: Object.entries(table.metadata),
  };
}

function sidesOf({ shape, dimensions }: Extract<ColumnInfo, { type: 'tensor' }>): readonly string[] {
  return shape.map((side, index) => (dimensions === null ? String(side) : `${dimensions[index]!} ${side}`));
}

/** First and last of dates and times, which are told as texts. */
function spanOf(
  values: readonly Value[],
  type: string,
): { readonly range: Range | null } | Record<string, never> {
  if (!/^(?:Date|Timestamp)/.test(type)) return {};
  const there = values.filter((value) => typeof value === 'string').sort();
  return there.length === 0 ? {} : { range: { min: there[0]!, mean: null, max: there.at(-1)! } };
}
