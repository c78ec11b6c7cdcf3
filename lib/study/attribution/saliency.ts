import { type AttributionMethod, inputGradient } from './explained.ts';
import { ordinary } from './rules.ts';

/**
 * The gradient of the class score with respect to the input, ∂S_c/∂x: which pixels change the score most
 * when they are changed a little.
 *
 * Simonyan, Vedaldi and Zisserman 2014, *Deep inside convolutional networks*, §3. They go on to take the
 * greatest magnitude over the channels; here the gradient is kept as computed, and reducing it is left to
 * whoever compares or draws it.
 *
 * `[batch, height, width, channels]` of the input, signed, unbounded.
 */
export const saliency: AttributionMethod = (explained) => inputGradient(explained, explained.x, ordinary);
