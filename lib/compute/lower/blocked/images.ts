import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { blocked, channelsFirst, imagesPerBlock, physical, type Laid } from '../layout.ts';

/** A lowering to blocked operators; null where it does not apply. */
export type BlockedLowering = (node: Node, context: Context, block: number) => Laid | null;

export type Shape4 = [number, number, number, number];

/** What an operator gave, of whatever number of images taken together, as the node's image. */
export function image(name: string, node: Node, context: Context, block: number, images: number): Laid {
  const layout = blocked(block);
  const same = images === imagesPerBlock(block, node.shape[0]!, node.shape[3]!);
  const whole = same ? name : context.reshape(name, physical(layout, node.shape));
  return { name: whole, layout, dims: node.shape };
}

/** An image as [batch / images, channels · images, height, width], in blocks or with whole channels. */
export function together(node: Node, context: Context, block: number, images: number): string {
  const [batch, height, width, channels] = node.shape as Shape4;
  const name = context.whole(node, block > 0 ? blocked(block) : channelsFirst);
  if (images === imagesPerBlock(block, batch, channels)) return name;
  return context.reshape(name, [batch / images, channels * images, height, width]);
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
