import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { lower } from '../lower/lower.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { TensorFunction } from '../program.ts';
import { record } from '../trace/record.ts';
import { type Device, reasonOf } from './device.ts';

/** Float16 counts no further than 2048 by ones. */
const TERMS = 4096;

const SHAPES = { rows: [16, TERMS], columns: [TERMS, 16], image: [1, 1, 1, TERMS], filter: [1, 1, TERMS, 8] };

const sums: TensorFunction = ({ rows, columns, image, filter }) => ({
  product: tf.matMul(rows as Tensor2D, columns as Tensor2D),
  convolution: tf.conv2d(image as Tensor4D, filter as Tensor4D, 1, 'valid'),
});

/**
 * Throws where the device has no float16; else says what of mixed precision it does otherwise than it should, a
 * sentence each. Both are tried: a session that cannot run starts all the same, and which sums are in float32
 * is nowhere told.
 */
export async function tryMixedPrecision(device: Device): Promise<string[]> {
  const notes = device === 'cpu' ? ['mixed precision gains nothing on cpu'] : [];
  const outputs = await runSums(device).catch((error: unknown) => {
    throw new Error(
      `mixed precision needs float16, which the onnxruntime engine's ${device} device does not have here; ` +
        `take precision: float32 (${reasonOf(error)})`,
      { cause: error },
    );
  });
  const exact = Object.values(outputs).every(({ data }) =>
    (data as Float32Array).every((sum) => sum === TERMS),
  );
  if (!exact)
    notes.push(
      `onnxruntime adds products up in float16 on ${device}, where mixed precision means float32: ` +
        'sums of many lose digits',
    );
  return notes;
}

async function runSums(device: Device): Promise<ort.InferenceSession.OnnxValueMapType> {
  const inputs = Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => [name, { dtype: 'float32', shape } as const]),
  );
  const { model } = lower(record(sums, { inputs }), { precision: 'mixed' });
  const feeds = Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => {
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, new ort.Tensor('float32', new Float32Array(count).fill(1), shape)];
    }),
  );
  const session = await ort.InferenceSession.create(encodeModel(model), {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    return await session.run(feeds, { logSeverityLevel: 4 });
  } finally {
    await session.release();
  }
}
