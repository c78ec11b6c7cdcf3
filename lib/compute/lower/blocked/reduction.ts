import type { Node } from '../../trace/graph.ts';
import type { BlockedLowering, Shape4 } from './images.ts';

/** Sums and means over height and width, with or without the batch. */
export function reduction(mean: boolean): BlockedLowering {
  return (node, context, block) => {
    const [x] = node.inputs as [Node];
    const axes = (node.attributes.axes as readonly number[]).join();
    const laid = context.value(x);
    if (laid.layout.block !== block || (axes !== '0,1,2' && axes !== '1,2')) return null;
    const [batch, height, width, channels] = x.shape as Shape4;
    const { graph } = context;
    // [batch, channels, 1, 1]: a single place, so blocks and channels lie in their own order again.
    let name = context.blockedOp('GlobalAveragePool', [laid.name]);
    name = context.reshape(name, [batch, channels]);
    if (axes === '0,1,2') name = context.op('ReduceSum', [name, graph.integers([0])], { keepdims: 0 });
    const count = axes === '0,1,2' ? batch : 1;
    const factor = mean ? 1 / count : height * width;
    if (factor !== 1) name = context.op('Mul', [name, graph.scalar(factor)]);
    const dims = node.shape;
    return {
      name: context.reshape(name, dims),
      layout: { order: dims.map((_, axis) => axis), block: 0 },
      dims,
    };
  };
}
