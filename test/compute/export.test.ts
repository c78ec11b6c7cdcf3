import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import { exportOnnx } from '../../lib/compute/export.ts';
import { batch, explain, weights } from './residual-net.ts';
import { specs } from './values.ts';

const net = { width: 4, batch: 3, size: 8 };

test('an exported function is an .onnx file that gives the same values under the same names', async () => {
  const { images } = batch(net);
  const options = { inputs: specs({ images: images! }), constants: weights(net) };
  const engine = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  const program = await engine.compile(explain, options);
  const expected = await program.run({ images: images! });

  const session = await ort.InferenceSession.create(await exportOnnx(explain, options), {
    graphOptimizationLevel: 'disabled',
  });
  expect(session.inputNames).toEqual(['images']);
  expect(session.outputNames).toEqual(['logits', 'gradient']);
  const outputs = await session.run({ images: new ort.Tensor('float32', images!.values, images!.shape) });
  for (const name of session.outputNames) {
    const values = outputs[name]!.data as Float32Array;
    expect(outputs[name]!.dims).toEqual(expected[name]!.shape);
    values.forEach((value, i) => {
      expect(Math.abs(value - expected[name]!.values[i]!)).toBeLessThan(1e-5);
    });
  }
  await session.release();
});

test('a name for both an input and an output is refused', async () => {
  const x = { dtype: 'float32', shape: [2] } as const;
  await expect(exportOnnx((t) => ({ x: tf.neg(t.x!) }), { inputs: { x } })).rejects.toThrow(
    "'x' is both an input and an output: an .onnx file needs two names",
  );
});
