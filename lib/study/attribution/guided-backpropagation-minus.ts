import { type AttributionMethod, inputGradient } from './explained.ts';
import { positiveValueNegativeGradient } from './rules.ts';

/**
 * Guided backpropagation with the gradient's sign turned: each ReLU passes backwards only what is negative,
 * where its forward value was positive. What remains is evidence against the class.
 *
 * Furusawa, Tawatsuji and Matsui, *Investigation of the influence of over training on CNN*, §2.2. They do
 * not define it elsewhere; the gradient that arrives from the class score is used as it is, so that the last
 * ReLU passes it where the class's weight is negative.
 *
 * `[batch, height, width, channels]` of the input. Signed: no ReLU stands before the first convolution.
 */
export const guidedBackpropagationMinus: AttributionMethod = (explained) =>
  inputGradient(explained, explained.x, positiveValueNegativeGradient);
