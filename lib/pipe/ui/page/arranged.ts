import type { ComparisonView } from '../views.ts';

type Row = ComparisonView['rows'][number];

/** A column to sort by. */
export interface Order {
  readonly kind: 'name' | 'param' | 'metric';
  readonly index: number;
  readonly down: boolean;
}

/** The rows that have every word in their names or, as `name=value`, among their parameters; sorted, if asked for. */
export function arranged(
  { params, rows }: ComparisonView,
  wanted: string,
  order: Order | null,
): readonly Row[] {
  const words = wanted.split(/\s+/).filter((word) => word !== '');
  const found = rows.filter((row) => {
    const texts = [
      row.name,
      row.state,
      ...row.members,
      ...row.params.map((text, index) => `${params[index]!.name}=${text}`),
    ];
    return words.every((word) => texts.some((text) => text.includes(word)));
  });
  if (order === null) return found;
  const sign = order.down ? -1 : 1;
  return found.toSorted((a, b) => {
    const [left, right] = [valueIn(a, order), valueIn(b, order)];
    // What has no value stands below, whichever way.
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true });
  });
}

function valueIn(row: Row, { kind, index }: Order): number | string | null {
  if (kind === 'name') return row.name;
  if (kind === 'metric') return row.means[index]!;
  const text = row.params[index]!;
  return text === '' || Number.isNaN(Number(text)) ? text : Number(text);
}
