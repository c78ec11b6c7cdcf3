import type { TensorValue } from '../../compute/program.ts';
import { draws } from '../random.ts';

/** Standard normal draws for noisy copies of images of a shape, `[samples, values of one image]`. */
export function noiseFields(samples: number, imageShape: readonly number[]): TensorValue {
  const size = imageShape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(samples * size);
  for (let sample = 0; sample < samples; sample++) {
    const fields = draws({ seed: 0, purpose: 'attribution noise', index: sample });
    for (let i = 0; i < size; i++) values[sample * size + i] = fields.normal();
  }
  return { dtype: 'float32', shape: [samples, size], values };
}
