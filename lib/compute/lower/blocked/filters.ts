import type { Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { blockedFilter, fillsBlocks, filterLayout } from '../layout.ts';
import { repeatedFilter } from './images.ts';
import { inFilterBlocks } from './movements.ts';

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
