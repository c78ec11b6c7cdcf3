import { type AttributionMethod, inputGradient } from './explained.ts';
import { positiveGradient } from './rules.ts';

/**
 * The gradient to the input when each ReLU passes backwards what is positive, whatever its forward value was:
 * the network's features projected back by a deconvolutional network.
 *
 * Zeiler and Fergus 2014, *Visualizing and understanding convolutional networks*, §2.1. They project single
 * feature maps back and undo max-pooling by switches; here, as in later work, the class score is projected
 * back, and pooling has its ordinary gradient, which does what the switches do.
 *
 * `[batch, height, width, channels]` of the input. Signed: no ReLU stands before the first convolution.
 */
export const deconvolution: AttributionMethod = (explained) =>
  inputGradient(explained, explained.x, positiveGradient);
