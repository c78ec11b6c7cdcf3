import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { blockedFilter, fillsBlocks, filterLayout, natural } from '../layout.ts';
import { repeatedFilter } from './images.ts';
import { inFilterBlocks, outerExchanged } from './movements.ts';

/** What a filter's channels of one end are multiplied by: one number for each, by name. */
interface FilterScale {
  readonly name: string;
  readonly of: 'in' | 'out';
}

/** A filter for `images` images taken together, in blocks. */
export function filterInBlocks(
  filter: Node,
  scale: FilterScale | null,
  images: number,
  block: number,
  context: Context,
): string {
  const [height, width, into, out] = filter.shape as [number, number, number, number];
  if (images > 1 || !fillsBlocks(filter.shape, block)) {
    const whole = wholeFilter(filter, scale, images, context);
    return inFilterBlocks(whole, [out * images, into * images, height, width], block, context.graph);
  }
  const name = context.whole(filter, blockedFilter(block));
  if (scale === null) return name;
  const split = context.reshape(name, [out / block, into / block, height * width, block, block]);
  const byOut = [out / block, 1, 1, 1, block];
  const byIn = [1, into / block, 1, block, 1];
  return context.op('Mul', [split, context.reshape(scale.name, scale.of === 'out' ? byOut : byIn)]);
}

/** A filter for `images` images taken together as [out, in, height, width]. */
export function wholeFilter(
  filter: Node,
  scale: FilterScale | null,
  images: number,
  context: Context,
): string {
  const [height, width, into, out] = filter.shape as [number, number, number, number];
  const plain = context.whole(filter, filterLayout);
  const dims = scale?.of === 'out' ? [out, 1, 1, 1] : [1, into, 1, 1];
  const scaled = scale === null ? plain : context.op('Mul', [plain, context.reshape(scale.name, dims)]);
  return repeatedFilter(scaled, [out, into, height, width], images, context);
}

/**
 * A filter with one place for each channel by itself, [height, width, channels, 1], for `images` images taken
 * together, as [channels / block, height · width, block]. A scale is one number for each channel either way.
 */
export function depthwiseInBlocks(
  filter: Node,
  scale: FilterScale | null,
  images: number,
  block: number,
  context: Context,
): string {
  const [height, width, channels] = filter.shape as [number, number, number, number];
  const places = height * width;
  const plain = context.reshape(context.whole(filter, natural(4)), [places, channels]);
  const scaled =
    scale === null ? plain : context.op('Mul', [plain, context.reshape(scale.name, [1, channels])]);
  const all =
    images === 1 ? scaled : context.op('Concat', new Array<string>(images).fill(scaled), { axis: 1 });
  const size = [places, (channels * images) / block, block] as const;
  return context.reshape(outerExchanged(all, size, context.graph), [size[1], places, block]);
}
