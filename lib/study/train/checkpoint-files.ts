import { type ArrowTable, type Columns, readArrow, writeArrow } from 'pipewright/arrow';
import type { EarlyStopping } from './early-stopping.ts';
import { logColumns, readLog } from './log.ts';
import type { EpochLog } from './log.ts';

type Provenance = Readonly<Record<string, string>>;

/** The segments' logs joined; they must follow one another without a gap. */
export async function readHistory(paths: readonly string[]): Promise<EpochLog[]> {
  const logs = await Promise.all(paths.map(async (path) => readLog(await readArrow(path))));
  const history = logs.flat();
  history.forEach((row, i) => {
    if (row.epoch !== i + 1)
      throw new Error(`epoch ${i + 1} is missing in the logs, where ${row.epoch} follows`);
  });
  return history;
}

/** The joined log, with the early-stopping epoch marked in the column `early_stopping`. */
export async function writeHistory(
  path: string,
  history: readonly EpochLog[],
  stop: EarlyStopping,
  metadata: Provenance,
): Promise<void> {
  const values = history.map((row) => row.epoch === stop.epoch);
  const columns: Columns = { ...logColumns(history), early_stopping: { type: 'bool', values } };
  await writeArrow(path, columns, { metadata });
}

/** All tensors of one row. */
function tensorsOf(table: ArrowTable, row: number): Columns {
  const names = Object.keys(table.columns).filter((name) => table.columns[name]?.type === 'tensor');
  return Object.fromEntries(
    names.map((name) => {
      const {
        shape: [, ...shape],
        values,
      } = table.tensor(name);
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, { type: 'tensor', shape, values: values.slice(row * size, (row + 1) * size) }];
    }),
  );
}

/**
 * The weights of the early-stopping epoch, out of the segments' records, as a model file with the column
 * `triggered`.
 */
export async function writeReference(
  path: string,
  records: readonly string[],
  stop: EarlyStopping,
  metadata: Provenance,
): Promise<void> {
  for (const record of records) {
    const table = await readArrow(record);
    const row = table.numbers('epoch').indexOf(stop.epoch);
    if (row < 0) continue;
    const columns: Columns = {
      epoch: { type: 'int32', values: [stop.epoch] },
      triggered: { type: 'bool', values: [stop.triggered] },
      ...tensorsOf(table, row),
    };
    await writeArrow(path, columns, { metadata });
    return;
  }
  throw new Error(`no segment kept the weights of epoch ${stop.epoch}`);
}
