import { expect, it } from 'vitest';
import { type Observed, seedBands } from '../../../lib/study/figure/data/behind.ts';

const of = (seed: number, images: readonly number[]): Observed[] =>
  // Each image by two methods.
  [...images, ...images].map((image) => ({ seed, image, class: image % 2 ? 'ring' : 'disc' }));

it('says how many seeds, images of each and classes stand behind a line, and what bands are', () => {
  expect(seedBands([...of(0, [1, 2, 3]), ...of(1, [4, 5, 6]), ...of(2, [1, 2, 3])])).toBe(
    'mean over 3 seeds of the mean over their images (3 each, of 2 classes); bands: its 95 % t interval over seeds.',
  );
  expect(seedBands([...of(0, [1, 3]), ...of(1, [5])])).toBe(
    'mean over 2 seeds of the mean over their images (1 to 2 each, of 1 class); bands: their range.',
  );
  expect(seedBands(of(7, [1, 2]))).toBe('mean over the 2 images of one seed, of 2 classes.');
  expect(seedBands(of(7, [1]))).toBe('mean over the image of one seed, of 1 class.');
});
