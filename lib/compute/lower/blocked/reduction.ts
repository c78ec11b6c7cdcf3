import { sameShape, type Node } from '../../trace/graph.ts';
import type { Context } from '../context.ts';
import { blocked, imagesAcross, sameLayout, type Laid } from '../layout.ts';
import type { BlockedLowering, Shape4 } from './images.ts';
import { oneByOne } from './movements.ts';

/** Sums and means over height and width, with or without the batch. */
export function reduction(mean: boolean): BlockedLowering {
  return (node, context, block) => {
    const [x] = node.inputs as [Node];
    const axes = (node.attributes.axes as readonly number[]).join();
    const laid = context.value(x);
    if (!sameLayout(laid.layout, blocked(block)) || (axes !== '0,1,2' && axes !== '1,2')) return null;
    const overBatch = axes === '0,1,2';
    const [batch, height, width, channels] = x.shape as Shape4;
    const { graph } = context;
    // Images side by side are summed together, unless each has a sum of its own.
    const beside = imagesAcross(block, x.shape as Shape4);
    const together = overBatch ? beside : 1;
    const size = [batch / together, channels, height, width * together] as const;
    const product = together === beside ? sumOfProducts(x, size, context, block) : null;
    const image = together === beside ? laid.name : oneByOne(laid.name, x.shape as Shape4, block, graph);
    // [batch, channels, 1, 1]: a single place, so blocks and channels lie in their own order again.
    let name = product ?? context.blockedOp('GlobalAveragePool', [inPlanes(image, laid, size, context)]);
    name = context.reshape(name, size.slice(0, 2));
    if (overBatch) name = context.op('ReduceSum', [name, graph.integers([0])], { keepdims: 0 });
    const count = height * width * (overBatch ? batch : 1);
    const factor = (mean ? 1 / count : 1) * (product === null ? height * width * together : 1);
    if (factor !== 1) name = context.op('Mul', [name, graph.scalar(factor)]);
    const dims = node.shape;
    return {
      name: context.reshape(name, dims),
      layout: { order: dims.map((_, axis) => axis), block: 0 },
      dims,
    };
  };
}

/** Where images were parted, their planes by themselves. */
function inPlanes(name: string, laid: Laid, size: Readonly<Shape4>, context: Context): string {
  return name === laid.name ? name : context.reshape(name, size);
}

/**
 * The sum over height and width of a product of two images, in one pass that writes no product: each channel
 * of each image of the one is a convolution's filter for the other's. Null for anything else.
 */
function sumOfProducts(
  { kernel, inputs, shape }: Node,
  [batch, channels, height, width]: Readonly<Shape4>,
  context: Context,
  block: number,
): string | null {
  if (kernel !== 'Multiply') return null;
  const factors = inputs.map((input) => context.value(input));
  const whole = ({ layout, dims }: Laid): boolean =>
    sameLayout(layout, blocked(block)) && sameShape(dims, shape);
  if (!factors.every(whole)) return null;
  const [image, filter] = factors.map(({ name }) => name) as [string, string];
  const planes = batch * channels;
  const operands = [
    context.reshape(image, [1, planes, height, width]),
    context.reshape(filter, [planes, 1, height, width]),
  ];
  return context.blockedOp('Conv', operands, {
    group: planes,
    kernel_shape: [height, width],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
  });
}
