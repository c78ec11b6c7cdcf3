import { type Columns, readArrow, writeArrow } from 'pipewright/arrow';
import type { EarlyStopping } from './early-stopping.ts';
import type { KeptWeights } from './kept-file.ts';
import { logColumns, readLog } from './log.ts';
import type { EpochLog } from './log.ts';

type Provenance = Readonly<Record<string, string>>;

/** The segments' logs joined, in the order of their epochs; checkpoints from elsewhere may be of any epochs. */
export async function readHistory(paths: readonly string[]): Promise<EpochLog[]> {
  const logs = await Promise.all(paths.map(async (path) => readLog(await readArrow(path))));
  const history = logs.flat();
  history.forEach((row, i) => {
    const before = history[i - 1]?.epoch ?? 0;
    if (row.epoch <= before) throw new Error(`epoch ${row.epoch} follows ${before} in the logs`);
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

/** One epoch's weights as a model file; `more` are further columns of its one row. */
export async function writeModel(
  path: string,
  { epoch, tensors, net }: KeptWeights,
  more: Columns,
  metadata: Provenance,
): Promise<void> {
  const columns: Columns = { epoch: { type: 'int32', values: [epoch] }, ...more, ...tensors };
  await writeArrow(path, columns, { metadata: { ...metadata, ...net } });
}
