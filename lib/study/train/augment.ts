import { draws } from '../random.ts';

/** Pixels of black around the image from which the crop is taken. */
export const PADDING = 4;

/** How an image is moved and mirrored. */
export interface Augmentation {
  /** Rows and columns by which the crop begins before (negative) or after the image's own corner. */
  readonly down: number;
  readonly right: number;
  /** Mirrored left to right, after the crop. */
  readonly flip: boolean;
}

export const UNCHANGED: Augmentation = { down: 0, right: 0, flip: false };

/** Random crop and flip of one image in one epoch: every offset equally likely, and flipped or not. */
export function drawAugmentation(seed: number, epoch: number, image: number): Augmentation {
  const from = draws({ seed, purpose: 'augmentation', epoch, index: image });
  return {
    down: from.integer(2 * PADDING + 1) - PADDING,
    right: from.integer(2 * PADDING + 1) - PADDING,
    flip: from.integer(2) === 1,
  };
}
