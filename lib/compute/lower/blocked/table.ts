import type { Node } from '../../trace/graph.ts';
import type { KernelName } from '../../trace/kernels.ts';
import type { Context } from '../context.ts';
import type { Lowering } from '../elementwise.ts';
import type { Laid } from '../layout.ts';
import { depthwiseFilterGradient } from './depthwise-gradient.ts';
import type { Epilogue } from './epilogue.ts';
import { filterGradient } from './filter-gradient.ts';
import { convolveForward, forwardPlan } from './forward.ts';
import type { BlockedLowering } from './images.ts';
import { convolveBackward, gradientPlan } from './input-gradient.ts';
import { reduction } from './reduction.ts';

/*
 * Lowerings to ONNX Runtime's own blocked operators (NCHWc), which it uses inside for nets with constant
 * filters; here with filters that change on every step.
 */

/** Whether `convolve` can write a node: a convolution, or at stride 1 the gradient of one by its image. */
export function convolvesBlocked(node: Node, block: number): boolean {
  return forwardPlan(node, block, false) !== null || gradientPlan(node, block)?.dense === true;
}

/** A node for which `convolvesBlocked` holds, as one operator. */
export function convolve(node: Node, context: Context, block: number, epilogue: Epilogue): Laid {
  return node.kernel === 'Conv2D' || node.kernel === 'DepthwiseConv2dNative'
    ? convolveForward(node, context, block, epilogue)
    : convolveBackward(node, context, block, epilogue);
}

const forward: BlockedLowering = (node, context, block) =>
  forwardPlan(node, block, false) === null ? null : convolveForward(node, context, block, {});

const inputGradient: BlockedLowering = (node, context, block) =>
  gradientPlan(node, block) === null ? null : convolveBackward(node, context, block, {});

export const blockedTable: Partial<Record<KernelName, BlockedLowering>> = {
  Conv2D: forward,
  Conv2DBackpropInput: inputGradient,
  Conv2DBackpropFilter: filterGradient,
  DepthwiseConv2dNative: forward,
  DepthwiseConv2dNativeBackpropInput: inputGradient,
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  Sum: reduction(false),
  Mean: reduction(true),
};

/** The portable lowering where the blocked one does not apply. */
export function preferring(first: BlockedLowering, block: number, otherwise: Lowering): Lowering {
  return (node, context) => first(node, context, block) ?? otherwise(node, context);
}
