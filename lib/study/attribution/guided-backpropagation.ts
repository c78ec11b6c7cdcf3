import { type AttributionMethod, inputGradient } from './explained.ts';
import { positiveValueAndGradient } from './rules.ts';

/**
 * The gradient to the input when each ReLU passes backwards only what is positive, and only where its forward
 * value was positive too: saliency's and deconvolution's gates together.
 *
 * Springenberg, Dosovitskiy, Brox and Riedmiller 2015, *Striving for simplicity*, §3.4.
 *
 * `[batch, height, width, channels]` of the input. Signed: no ReLU stands before the first convolution.
 */
export const guidedBackpropagation: AttributionMethod = (explained) =>
  inputGradient(explained, explained.x, positiveValueAndGradient);
