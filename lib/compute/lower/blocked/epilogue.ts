import type { Node } from '../../trace/graph.ts';
import type { Attributes, Context } from '../context.ts';
import { repeatedVector, type Shape4 } from './images.ts';
import { oneByOne } from './movements.ts';

/** What a blocked convolution can do to its result in the same pass, in this order. */
export interface Epilogue {
  /** One number per output channel each, by name. */
  readonly scale?: string;
  readonly shift?: string;
  /** A blocked image to add. */
  readonly other?: string;
  readonly relu?: boolean;
}

/** Inputs and attributes of a blocked convolution that ask for its epilogue, the scale left out. */
export function withEpilogue(
  inputs: readonly string[],
  attributes: Attributes,
  { shift, other, relu }: Epilogue,
): [string[], Attributes] {
  const more = other === undefined ? (shift === undefined ? [] : [shift]) : [shift ?? '', other];
  return [[...inputs, ...more], relu === true ? { ...attributes, activation: 'Relu' } : attributes];
}

/**
 * What is left of an epilogue when the scale is in the filter, for `images` images taken together, each by
 * itself.
 */
export function forImages(
  node: Node,
  context: Context,
  images: number,
  block: number,
  { shift, other, relu }: Epilogue,
): Epilogue {
  const shape = node.shape as Shape4;
  const [batch, height, width, channels] = shape;
  const whole = [batch / images, channels * images, height, width];
  return {
    ...(shift === undefined ? {} : { shift: repeatedVector(shift, images, context) }),
    ...(other === undefined
      ? {}
      : { other: context.reshape(oneByOne(other, shape, block, context.graph), whole) }),
    relu: relu === true,
  };
}
