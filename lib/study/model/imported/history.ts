import { ImportError } from '../../../compute/import/graph.ts';
import type { NamedBytes } from './checkpoint.ts';

const PARTS = ['train', 'validation', 'test'] as const;

/** What a table may say of an epoch. */
export interface HistoryRow {
  readonly epoch: number;
  readonly learningRate: number | null;
  readonly scores: Readonly<
    Partial<Record<(typeof PARTS)[number], { readonly loss: number; readonly error: number }>>
  >;
}

type Cells = Readonly<Record<string, unknown>>;

const COLUMNS = [
  'epoch',
  ...PARTS.flatMap((part) => [`${part}_loss`, `${part}_error (or ${part}_accuracy)`]),
  'learning_rate',
].join(', ');

function csvRows(text: string): Cells[] {
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const names = head.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  return lines.map((line) => {
    const cells = line.split(',').map((cell) => cell.trim());
    return Object.fromEntries(names.map((name, i) => [name, cells[i] === '' ? undefined : cells[i]]));
  });
}

function jsonRows(text: string, name: string): Cells[] {
  try {
    const rows = JSON.parse(text) as unknown;
    if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null))
      return rows as Cells[];
  } catch {
    // Said below.
  }
  throw new ImportError(`${name}: it must be a list of objects, one an epoch, with ${COLUMNS}`);
}

/**
 * Losses and errors by epoch, of a `.csv` file with a line of names or a `.json` list of objects. What a row does
 * not say is left out. Throws `ImportError`.
 */
export function readHistoryTable({ name, bytes }: NamedBytes): readonly HistoryRow[] {
  const text = new TextDecoder().decode(bytes);
  const rows = name.endsWith('.json') ? jsonRows(text, name) : csvRows(text);
  return rows.map((cells, i) => {
    const number = (column: string): number | null => {
      const cell = cells[column];
      if (cell === undefined || cell === null) return null;
      const value = Number(cell);
      if (Number.isFinite(value)) return value;
      throw new ImportError(
        `${name}: row ${i + 1} has ${JSON.stringify(cell)} as ${column}, which is no number`,
      );
    };
    const epoch = number('epoch');
    if (epoch === null) throw new ImportError(`${name}: row ${i + 1} has no epoch; columns are ${COLUMNS}`);
    const scores = PARTS.flatMap((part) => {
      const loss = number(`${part}_loss`);
      const accuracy = number(`${part}_accuracy`);
      const error = number(`${part}_error`) ?? (accuracy === null ? null : 1 - accuracy);
      return loss === null || error === null ? [] : [[part, { loss, error }] as const];
    });
    return { epoch, learningRate: number('learning_rate'), scores: Object.fromEntries(scores) };
  });
}
