import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { ArrowTable } from 'pipewright/arrow';
import { exportOnnx } from '../../compute/export.ts';
import { netOfMetadata } from './net-metadata.ts';
import { readWeights } from './weights-file.ts';

export interface OnnxOptions {
  /** Of the images, unless those it was trained on; any that the net's strides leave something of. */
  readonly height?: number;
  readonly width?: number;
  /** Images at once. */
  readonly batch: number;
  /** Which of the file's models; the only one, unless given. */
  readonly epoch?: number;
}

function rowOf(table: ArrowTable, epoch: number | undefined): number {
  const epochs = table.numbers('epoch');
  if (epoch === undefined && table.rows === 1) return 0;
  const row = epochs.findIndex((value) => value === epoch);
  if (row >= 0) return row;
  const asked = epoch === undefined ? 'say which model is meant' : `there is no epoch ${epoch}`;
  throw new Error(`${asked}: the file has epochs ${[...new Set(epochs)].join(', ') || 'none'}`);
}

/**
 * A net out of a file of weights (`snapshot.model`, `checkpoint.reference`; of `train.kept` the trained ones) as the
 * bytes of an `.onnx` file: `x`, `[batch, height, width, channels]`, normalised as in training, to `logits`,
 * `[batch, classes]`. Batch norm uses the running averages.
 */
export async function modelToOnnx(table: ArrowTable, options: OnnxOptions): Promise<Uint8Array> {
  const { height, width } = options;
  const size = { ...(height !== undefined && { height }), ...(width !== undefined && { width }) };
  const { model, image } = netOfMetadata(table.metadata, size);
  const weights = readWeights(table, model.weights, rowOf(table, options.epoch));
  const shape = [options.batch, image.height, image.width, image.channels];
  return exportOnnx(
    (given) => {
      const { logits } = model.forward(given, given.x as Tensor4D, { training: false, relu: tf.relu });
      return { logits };
    },
    { inputs: { x: { dtype: 'float32', shape } }, constants: weights },
  );
}
