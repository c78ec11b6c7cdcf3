import type { Content, Value } from './content.ts';
import { pickRows, type RowQuestion, type Unanswered } from './pick-rows.ts';

/** What is in a file, as JSON has it; rows are told where they are asked for. */
export function contentJson(content: Content, question: RowQuestion | null): object | Unanswered {
  if (content.kind !== 'table') return content;
  const columns = content.columns.map((column) => ({ ...column, values: undefined }));
  if (question === null) return { ...content, columns };
  const picked = pickRows(content, question);
  if ('problem' in picked) return picked;
  const records = picked.rows.map((row) =>
    Object.fromEntries(row.map((value, at) => [picked.names[at]!, value])),
  );
  return { ...content, columns, found: picked.found, records };
}

/** As `JSON.stringify`, but for what that has no word for: integers beyond 2⁵³ keep their digits, as text. */
export function jsonText(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part: unknown) => (typeof part === 'bigint' ? plainInteger(part) : part),
    2,
  );
}

function plainInteger(value: bigint): Value {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
