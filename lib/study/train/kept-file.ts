import { type ArrowRows, type Columns, readArrow } from 'pipewright/arrow';
import type { TensorMap } from '../../compute/program.ts';
import type { WeightSpec } from '../model/model.ts';
import { netMetadataOf } from '../model/net-metadata.ts';
import { weightColumns } from '../model/weights-file.ts';

/** Which of an epoch's weights: as trained, or the average of those of the last epochs. */
export const WEIGHTS = ['trained', 'averaged'] as const;

export type WeightsName = (typeof WEIGHTS)[number];

/** One row for each of an epoch's weights that there are. */
export function keptColumns(
  specs: readonly WeightSpec[],
  epoch: number,
  values: Readonly<Partial<Record<WeightsName, TensorMap | null>>>,
): Columns {
  const there = WEIGHTS.filter((name) => values[name]);
  return {
    epoch: { type: 'int32', values: there.map(() => epoch) },
    weights: { type: 'utf8', values: there },
    ...weightColumns(
      specs,
      there.map((name) => values[name]!),
    ),
  };
}

/** Said where averaged weights are asked for. */
export const NONE_AVERAGED =
  'there are no averaged weights: params.train.average is null; set it, or take `averaged` out of params.weights';

/** Weights of one epoch as columns of one row. */
export interface KeptWeights {
  readonly epoch: number;
  readonly tensors: Columns;
  /** Which net they are of, as the file's metadata says. */
  readonly net: Readonly<Record<string, string>>;
}

/** Where the kept weights of a segment of training lie, and the epoch that ends it. */
export interface KeptFile {
  readonly path: string;
  readonly end: number;
}

/** Of files gathered over the epochs that end the segments. */
export function keptFiles(
  files: readonly { readonly path: string; readonly point: Readonly<Record<string, unknown>> }[],
): readonly KeptFile[] {
  return files.map(({ path, point }) => ({ path, end: Number(point.epoch) }));
}

/** The epochs of which there are such weights, rising. */
export async function keptEpochs(segments: readonly KeptFile[], weights: WeightsName): Promise<number[]> {
  const epochs: number[] = [];
  for (const { path } of segments) {
    const table = await readArrow(path);
    const kinds = table.strings('weights');
    (table.numbers('epoch') as number[]).forEach((epoch, row) => {
      if (kinds[row] === weights) epochs.push(epoch);
    });
  }
  return epochs;
}

/**
 * The weights of an epoch out of the segments' files, in their order; where that epoch was not kept, those of
 * the nearest that was, the earlier of two. Null where there are none of this kind.
 */
export async function findKept(
  segments: readonly KeptFile[],
  weights: WeightsName,
  epoch: number,
): Promise<KeptWeights | null> {
  const holder = segments.find(({ end }) => epoch <= end);
  const found = holder ? await nearestIn([holder], weights, epoch) : null;
  return found?.epoch === epoch ? found : nearestIn(segments, weights, epoch);
}

async function nearestIn(
  segments: readonly KeptFile[],
  weights: WeightsName,
  epoch: number,
): Promise<KeptWeights | null> {
  let best: KeptWeights | null = null;
  for (const { path } of segments) {
    const table = await readArrow(path);
    const names = Object.keys(table.columns).filter((name) => table.columns[name]?.type === 'tensor');
    for (const batch of table.batches()) {
      const kinds = batch.strings('weights');
      for (const [row, here] of (batch.numbers('epoch') as number[]).entries()) {
        if (kinds[row] !== weights) continue;
        if (best !== null && Math.abs(here - epoch) >= Math.abs(best.epoch - epoch)) continue;
        best = { epoch: here, tensors: tensorsOf(batch, names, row), net: netMetadataOf(table.metadata) };
      }
    }
  }
  return best;
}

function tensorsOf(rows: ArrowRows, names: readonly string[], row: number): Columns {
  return Object.fromEntries(
    names.map((name) => {
      const { shape, values } = rows.tensor(name);
      const size = values.length / rows.rows;
      const own = values.subarray(row * size, (row + 1) * size);
      return [name, { type: 'tensor', shape: shape.slice(1), values: own }];
    }),
  );
}
