/** Letters that take two columns of a terminal: East Asian wide ones and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
/** Marks that sit on the letter before them. */
const MARK = /\p{Mark}|\u200d/u;

/** Columns of a terminal that a text without colours takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += columnsOfLetter(letter);
  return columns;
}

function columnsOfLetter(letter: string): number {
  if (letter < '\u007f') return 1;
  if (MARK.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}

/** A stretch of one line, and how to paint it. */
export interface Span {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** One line of at most `columns`: what does not fit is cut off, and an ellipsis says so. */
export function fitted(spans: readonly Span[], columns: number, ellipsis: string): string {
  const total = spans.reduce((sum, span) => sum + columnsOf(span.text), 0);
  const room = total <= columns ? columns : columns - columnsOf(ellipsis);
  let left = room;
  let line = '';
  for (const { text, paint = String } of spans) {
    const kept = cut(text, left);
    left -= columnsOf(kept);
    if (kept !== '') line += paint(kept);
    if (kept.length < text.length) return line + ellipsis;
  }
  return line;
}

function cut(text: string, columns: number): string {
  let used = 0;
  let kept = '';
  for (const letter of text) {
    used += columnsOfLetter(letter);
    if (used > columns) break;
    kept += letter;
  }
  return kept;
}

/** Filled with blanks on the right up to a width in columns. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}
