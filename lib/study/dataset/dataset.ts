/** Labelled images as bytes, in row-major order. */
export interface ImageSet {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `[count, height, width, channels]`, 0 to 255. */
  readonly images: Uint8Array;
  /** `[count]`, 0-based class numbers: what is trained and scored on. */
  readonly labels: Uint8Array;
  /** `[count]`, the source's own labels: another than `labels` where label noise has changed one. */
  readonly drawn: Uint8Array;
  /** Position in the source's own order, kept through every split: the image's name. */
  readonly index: Int32Array;
  /** `[count, height, width]`, 1 inside the object; null where the truth is not known. */
  readonly masks: Uint8Array | null;
}

/** Of a data set. */
export const PARTS = ['train', 'validation', 'test'] as const;

export type Part = (typeof PARTS)[number];

export interface Dataset {
  readonly classes: readonly string[];
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
  /** Per channel over the training images, pixels scaled to [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}
