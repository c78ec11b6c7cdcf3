import { expect, test } from 'vitest';
import { lower } from '../../lib/compute/lower/lower.ts';
import { startTfjs } from '../../lib/compute/start.ts';
import { record } from '../../lib/compute/trace/record.ts';
import { trainingStep } from './residual-net.ts';

/** ONNX's own convolutions, transposed ones too, as opposed to the blocked ones. */
function portable(width: number, batch: number): number {
  const { fn, options } = trainingStep({ width, batch, size: 8 });
  const { model } = lower(record(fn, options), { state: options.state ?? {}, block: 16 });
  return model.nodes.filter(({ op, domain }) => op.startsWith('Conv') && domain === '').length;
}

test.each([
  { width: 16, batch: 16, title: 'as wide as a block' },
  { width: 8, batch: 32, title: 'half as wide, two images to a block' },
  { width: 4, batch: 64, title: 'a quarter, four images to a block' },
])('every convolution of a net $title is a blocked one', async ({ width, batch }) => {
  await startTfjs();
  expect(portable(width, batch)).toBe(0);
});

test.each([
  { width: 8, batch: 15, title: 'images that leave one over' },
  { width: 5, batch: 32, title: 'channels that do not divide a block' },
  { width: 2, batch: 64, title: 'channels too few to fill a block' },
])('$title: the first convolutions stay as they are', async ({ width, batch }) => {
  await startTfjs();
  expect(portable(width, batch)).toBeGreaterThan(0);
});
