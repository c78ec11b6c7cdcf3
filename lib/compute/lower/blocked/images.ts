import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { blocked, channelsFirst, imagesAcross, imagesPerBlock, physical, type Laid } from '../layout.ts';
import { oneByOne, sideBySide } from './movements.ts';

/** A lowering to blocked operators; null where it does not apply. */
export type BlockedLowering = (node: Node, context: Context, block: number) => Laid | null;

export type Shape4 = [number, number, number, number];

/** What an operator gave, of whatever number of images taken together, as the node's image. */
export function image(name: string, node: Node, context: Context, block: number, images: number): Laid {
  const layout = blocked(block);
  const shape = node.shape as Shape4;
  const same = images === imagesPerBlock(block, shape[0], shape[3]) && imagesAcross(block, shape) === 1;
  const beside = sideBySide(name, shape, block, context.graph);
  const whole = same ? name : context.reshape(beside, physical(layout, shape));
  return { name: whole, layout, dims: shape };
}

/**
 * An image as [batch / images, channels · images, height, width], in blocks or with whole channels; each by
 * itself.
 */
export function together(node: Node, context: Context, block: number, images: number): string {
  const [batch, height, width, channels] = node.shape as Shape4;
  const name = context.whole(node, block > 0 ? blocked(block) : channelsFirst);
  const shape = node.shape as Shape4;
  if (images === imagesPerBlock(block, batch, channels) && imagesAcross(block, shape) === 1) return name;
  const alone = oneByOne(name, shape, block, context.graph);
  return context.reshape(alone, [batch / images, channels * images, height, width]);
}

/** Images side by side, with columns of zeros before and after. */
export function imageAcross(
  node: Node,
  [before, after]: readonly [number, number],
  context: Context,
  block: number,
): string {
  const shape = node.shape as Shape4;
  const images = imagesAcross(block, shape);
  const dims = physical(blocked(block), shape) as Shape4;
  return besideZeros(context.whole(node, blocked(block)), dims, [before * images, after * images], context);
}

/** Zeros before and after the rows of an image in blocks: a convolution with 1, which all threads share. */
export function besideZeros(
  name: string,
  dims: Readonly<Shape4>,
  [before, after]: readonly [number, number],
  context: Context,
): string {
  const image = context.reshape(name, dims);
  if (before === 0 && after === 0) return image;
  const channels = dims[1];
  const ones = context.graph.tensor(new Float32Array(channels).fill(1), [channels, 1, 1, 1]);
  return context.blockedOp('Conv', [image, ones], {
    group: channels,
    kernel_shape: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, before, 0, after],
  });
}

/** Ones where an image meets itself, [images, 1, images, 1, 1]. */
export function diagonal(images: number, context: Context): string {
  const values = Float32Array.from({ length: images ** 2 }, (_, i) => Number(i % (images + 1) === 0));
  return context.graph.tensor(values, [images, 1, images, 1, 1]);
}

/**
 * A filter, [out, in, height, width], for several images at once: the channels of an image meet its own, and
 * zeros for those of the others.
 */
export function repeatedFilter(
  name: string,
  [out, into, ...places]: Shape4,
  images: number,
  context: Context,
): string {
  if (images === 1) return name;
  const [height, width] = places;
  const one = context.reshape(name, [1, out, 1, into, height * width]);
  const all = context.op('Mul', [one, diagonal(images, context)]);
  return context.reshape(all, [out * images, into * images, height, width]);
}

/** One number per channel, for several images at once. */
export function repeatedVector(name: string, images: number, context: Context): string {
  return images === 1 ? name : context.op('Concat', new Array<string>(images).fill(name), { axis: 0 });
}
