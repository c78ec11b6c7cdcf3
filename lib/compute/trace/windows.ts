import { backend_util } from '@tensorflow/tfjs-core';
import { sameShape } from './graph.ts';
import { listed, type Kernel } from './kernel.ts';

/* What operators that slide a window over an image give: tfjs's own geometry, in one fixed form. */

type Shape4 = [number, number, number, number];

/** The convolution of which a kernel is the result, or a gradient by one of its two operands. */
type Part = 'forward' | 'input' | 'filter';

const operands = { forward: ['x', 'filter'], input: ['dy', 'filter'], filter: ['x', 'dy'] };

export function convolution(part: Part, depthwise = false): Kernel {
  return {
    inputs: operands[part],
    takes: 'float32',
    result: ([a, b], given) => {
      if ((given.dataFormat ?? 'NHWC') !== 'NHWC')
        throw new Error('convolutions are recorded in NHWC format only');
      const x = (part === 'input' ? given.inputShape : a!.shape) as Shape4;
      const filter = (part === 'filter' ? given.filterShape : b!.shape) as Shape4;
      const info = backend_util.computeConv2DInfo(
        x,
        filter,
        given.strides as number,
        (given.dilations ?? 1) as number,
        given.pad as number,
        given.dimRoundingMode as 'floor',
        depthwise,
      );
      const dy = part === 'input' ? a!.shape : part === 'filter' ? b!.shape : info.outShape;
      if (!sameShape(dy, info.outShape))
        throw new Error(`from ${listed(x)} a convolution makes ${listed(info.outShape)}, not ${listed(dy)}`);
      const { top, left, bottom, right } = info.padInfo;
      return {
        shape: part === 'forward' ? info.outShape : part === 'input' ? [...x] : [...filter],
        dtype: 'float32',
        attributes: {
          strides: [info.strideHeight, info.strideWidth],
          pads: [top, left, bottom, right],
          dilations: [info.dilationHeight, info.dilationWidth],
        },
      };
    },
  };
}

export function pooling(inputs: readonly string[]): Kernel {
  return {
    inputs,
    takes: 'float32',
    result: (nodes, given) => {
      const x = nodes[inputs.length === 1 ? 0 : 1]!;
      const info = backend_util.computePool2DInfo(
        x.shape as Shape4,
        given.filterSize as number,
        given.strides as number,
        1,
        given.pad as number,
        given.dimRoundingMode as 'floor',
      );
      const { top, left, bottom, right } = info.padInfo;
      const size = [info.filterHeight, info.filterWidth] as const;
      if (Math.max(top, bottom) >= size[0] || Math.max(left, right) >= size[1])
        throw new Error(
          `padding of ${listed([top, left, bottom, right])} leaves windows of ${size.join(' × ')} with nothing in them`,
        );
      return {
        shape: inputs.length === 1 ? info.outShape : x.shape,
        dtype: 'float32',
        attributes: {
          size,
          strides: [info.strideHeight, info.strideWidth],
          pads: [top, left, bottom, right],
        },
      };
    },
  };
}

export const resizeBilinear: Kernel = {
  inputs: ['images'],
  takes: 'floats',
  result: ([x], { size, alignCorners, halfPixelCenters }) => {
    const [height, width] = size as [number, number];
    return {
      shape: [x!.shape[0]!, height, width, x!.shape[3]!],
      dtype: 'float32',
      attributes: { alignCorners: alignCorners === true, halfPixel: halfPixelCenters === true },
    };
  },
};
