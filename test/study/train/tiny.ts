import type { LabelledImages } from '../../../lib/study/dataset/file.ts';
import { draws } from '../../../lib/study/random.ts';

export const CLASSES = ['dark', 'middle', 'bright'];

/** 8×6 images of two channels whose brightness says the class, more or less. */
export function tinyImages(count: number, purpose: string): LabelledImages {
  const [height, width, channels] = [8, 6, 2];
  const size = height * width * channels;
  const images = new Uint8Array(count * size);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES.length);
  for (let i = 0; i < count; i++) {
    const from = draws({ seed: 1, purpose, index: i });
    const level = 60 + 60 * labels[i]! + 25 * from.normal();
    for (let p = 0; p < size; p++)
      images[i * size + p] = Math.min(255, Math.max(0, level + 30 * from.normal()));
  }
  const index = Int32Array.from({ length: count }, (_, i) => 3 * i);
  return {
    set: { count, height, width, channels, images, labels, drawn: labels, index, masks: null },
    classes: CLASSES,
    mean: [0.47, 0.47],
    std: [0.25, 0.2],
  };
}
