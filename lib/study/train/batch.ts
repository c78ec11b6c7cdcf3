import type { TensorValue } from '../../compute/program.ts';
import type { LabelledImages } from '../dataset/file.ts';
import type { Augmentation } from './augment.ts';
import { UNCHANGED } from './augment.ts';

/** Normalised values of bytes, channel after channel: `table[256 * channel + byte]`. */
function normalisation({ mean, std }: LabelledImages): Float32Array {
  const table = new Float32Array(256 * mean.length);
  mean.forEach((centre, channel) => {
    for (let byte = 0; byte < 256; byte++) {
      table[256 * channel + byte] = (byte / 255 - centre) / std[channel]!;
    }
  });
  return table;
}

/**
 * Assembles batches of normalised images in one array that is used again and again: crop, flip and
 * normalisation in one pass. What a crop takes from outside the image is black (byte 0) before normalising,
 * as with torchvision's `RandomCrop` in front of `Normalize`.
 */
export class BatchAssembler {
  readonly #images: LabelledImages;
  readonly #table: Float32Array;
  readonly #pixels: Float32Array;
  readonly #size: number;

  constructor(images: LabelledImages, size: number) {
    const { height, width, channels } = images.set;
    this.#images = images;
    this.#size = size;
    this.#table = normalisation(images);
    this.#pixels = new Float32Array(size * height * width * channels);
  }

  /** `[size, height, width, channels]`; where there are fewer rows than `size`, the rest is left as it was. */
  assemble(rows: ArrayLike<number>, augment: (image: number) => Augmentation = () => UNCHANGED): TensorValue {
    const { height, width, channels, index } = this.#images.set;
    for (let i = 0; i < rows.length; i++) this.#put(i, rows[i]!, augment(index[rows[i]!]!));
    return { dtype: 'float32', shape: [this.#size, height, width, channels], values: this.#pixels };
  }

  #put(place: number, row: number, { down, right, flip }: Augmentation): void {
    const { height, width, channels, images } = this.#images.set;
    const table = this.#table;
    const pixels = this.#pixels;
    const source = row * height * width * channels;
    let to = place * height * width * channels;
    for (let y = 0; y < height; y++) {
      const fromY = y + down;
      const rowInside = fromY >= 0 && fromY < height;
      for (let x = 0; x < width; x++) {
        const fromX = (flip ? width - 1 - x : x) + right;
        const inside = rowInside && fromX >= 0 && fromX < width;
        const from = source + (fromY * width + fromX) * channels;
        for (let channel = 0; channel < channels; channel++) {
          pixels[to++] = table[256 * channel + (inside ? images[from + channel]! : 0)]!;
        }
      }
    }
  }

  /** One-hot labels of the rows, `[size, classes]`. */
  labels(rows: ArrayLike<number>): TensorValue {
    const classes = this.#images.classes.length;
    const values = new Float32Array(this.#size * classes);
    for (let i = 0; i < rows.length; i++) values[i * classes + this.#images.set.labels[rows[i]!]!] = 1;
    return { dtype: 'float32', shape: [this.#size, classes], values };
  }
}
