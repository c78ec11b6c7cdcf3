import type { Numbers } from './executor.ts';

/** What a line of a command's progress says: how far it is of what, where it says so, a text, and numbers by name. */
export interface Report {
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
  readonly unit: string;
  readonly note: string;
  readonly numbers?: Numbers;
}

/**
 * A line as a command writes it: `5/40 epochs loss=0.41 almost there`, of which each part may be left out, or as JSON
 * `{"done": 5, "total": 40, "unit": "epochs", "note": "almost there", "loss": 0.41}`. Null where a number is none.
 */
export function readReport(line: string): Report | null {
  const text = line.trim();
  return text.startsWith('{') ? fromJson(text) : fromWords(text.split(/\s+/));
}

const FAR = /^(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?$/;
const NAMED = /^([\p{L}_][^\s=]*)=(\S+)$/u;

function fromWords(words: readonly string[]): Report | null {
  const far = FAR.exec(words[0] ?? '');
  const numbers: Record<string, number | null> = {};
  const others: string[] = [];
  for (const word of far === null ? words : words.slice(1)) {
    const [, name, text] = NAMED.exec(word) ?? [];
    const value = text === undefined ? undefined : numberOf(text);
    if (name === undefined) others.push(word);
    else if (value === undefined) return null;
    else numbers[name] = value;
  }
  const [unit, ...note] = far === null ? ['', ...others] : others;
  return report(Number(far?.[1] ?? 0), Number(far?.[2] ?? 0), unit ?? '', note.join(' '), numbers);
}

const NO_NUMBER = /^[+-]?(?:nan|na|inf(?:inity)?)$/i;

/** Undefined of what is not written as a number. */
function numberOf(text: string): number | null | undefined {
  if (NO_NUMBER.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** What programs write as JSON though it is none. */
const BARE = /(?<=[:\s])[+-]?(?:NaN|NA|Inf|Infinity)(?=\s*[,}])/g;

function fromJson(text: string): Report | null {
  const said = parsed(text) ?? parsed(text.replace(BARE, 'null'));
  if (said === null) return null;
  const { done = 0, total = 0, unit = '', note = '', ...numbers } = said;
  if (!isCount(done) || !isCount(total) || typeof unit !== 'string' || typeof note !== 'string') return null;
  return Object.values(numbers).every((value) => value === null || typeof value === 'number')
    ? report(done, total, unit, note, numbers as Numbers)
    : null;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function report(done: number, total: number, unit: string, note: string, numbers: Numbers): Report {
  const named = Object.keys(numbers).length > 0;
  return { done, total, unit, note, ...(named && { numbers }) };
}
