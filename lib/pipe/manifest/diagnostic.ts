/** A place in a text. Lines and columns count from 1, offsets (UTF-16 code units) from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Where a value was written. */
export interface Place {
  /** The manifest's file name, or `command line`. */
  readonly file: string;
  readonly range: Range;
  /** The text the range lies in, where it is not the manifest's: an argument as typed. */
  readonly typed?: string;
  /** The text of the file, where it is another than the manifest. */
  readonly text?: string;
}

/** A mistake in the configuration, as a value; `report/diagnostic.ts` prints it. */
export interface Diagnostic extends Place {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint?: string;
}

/** Keys and positions from the top of the manifest file: `['stages', 'train', 'inputs', 'data']`. */
export type Path = readonly (string | number)[];

/** Point at the key instead of the value, or past references to where the value is given. */
export type Part = 'key' | 'origin';

/** A mistake before its place in the text is looked up (see `Source`). */
export interface Problem {
  readonly path: Path;
  readonly part?: Part;
  /** Point at this piece of the value's text only. */
  readonly within?: string;
  /** Of several such pieces, this one, counted from 0. */
  readonly nth?: number;
  readonly severity?: 'warning';
  readonly message: string;
  readonly hint?: string | undefined;
}

export const COMMAND_LINE = 'command line';

/** A mistake in an argument, pointing at a piece of it. */
export function commandLineDiagnostic(
  typed: string,
  within: string,
  message: string,
  hint?: string,
): Diagnostic {
  const place = commandLinePlace(typed, within);
  return { severity: 'error', ...place, message, ...(hint === undefined ? {} : { hint }) };
}

/** The last occurrence counts: options come first, what they are given after. */
export function commandLinePlace(typed: string, within: string): Place {
  const offset = Math.max(0, typed.lastIndexOf(within));
  const end = offset + within.length;
  const at = (position: number): Position => ({ line: 1, column: position + 1, offset: position });
  return { file: COMMAND_LINE, range: { start: at(offset), end: at(end) }, typed };
}

/** In the order of the file, then those of the command line; equal ones once. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { file, range, typed, message } = diagnostic;
    unique.set(JSON.stringify([file, typed, range.start.offset, range.end.offset, message]), diagnostic);
  }
  // Those of other files come after those of the manifest.
  const others = [...new Set(diagnostics.flatMap(({ file, text }) => (text === undefined ? [] : [file])))];
  const rank = ({ typed, text, file }: Diagnostic): number =>
    typed !== undefined ? others.length + 1 : text === undefined ? 0 : others.indexOf(file) + 1;
  const offset = ({ typed, range }: Diagnostic): number => (typed === undefined ? range.start.offset : 0);
  return [...unique.values()].sort((a, b) => rank(a) - rank(b) || offset(a) - offset(b));
}
