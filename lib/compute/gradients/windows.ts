import * as tf from '@tensorflow/tfjs-core';
import { linearWeights } from '../ops/resize.ts';
import type { Attributes, Rule, Tensor } from './rule.ts';

/** How the names of recording backends begin. */
export const RECORDING = 'recording';

function run(kernel: string, inputs: tf.NamedTensorMap, attributes: Attributes): Tensor {
  return tf.engine().runKernel(kernel, inputs, attributes as tf.NamedAttrMap) as unknown as Tensor;
}

/** What a convolution and its gradients share. tfjs's own gradients take no dilation; ours, which compile, do. */
function geometry(
  name: string,
  { strides, pad, dataFormat, dilations, dimRoundingMode }: Attributes,
): Attributes {
  const dilated = [(dilations ?? 1) as number | number[]].flat().some((dilation) => dilation !== 1);
  if (dilated && !tf.getBackend().startsWith(RECORDING))
    throw new Error(
      `tf.${name}: with dilations it has a gradient only where it is compiled (engine.backend: onnxruntime)`,
    );
  return { strides, pad, dataFormat, dimRoundingMode, dilations: dilations ?? 1 };
}

/** Rules of kernels that slide a window over an image. */
export const windows: Readonly<Record<string, Rule>> = {
  Conv2D: {
    saves: ['x', 'filter'],
    gradient: (dy, [x, filter], attributes) => {
      const common = geometry('conv2d', attributes);
      return {
        x: () => run('Conv2DBackpropInput', { dy, filter: filter! }, { ...common, inputShape: x!.shape }),
        filter: () => run('Conv2DBackpropFilter', { x: x!, dy }, { ...common, filterShape: filter!.shape }),
      };
    },
  },
  Conv2DBackpropInput: {
    saves: ['dy', 'filter'],
    gradient: (ddx, [dy, filter], attributes) => {
      const common = geometry('conv2dTranspose', attributes);
      return {
        dy: () => run('Conv2D', { x: ddx, filter: filter! }, common),
        filter: () =>
          run('Conv2DBackpropFilter', { x: ddx, dy: dy! }, { ...common, filterShape: filter!.shape }),
      };
    },
  },
  DepthwiseConv2dNative: {
    saves: ['x', 'filter'],
    gradient: (dy, [x, filter], attributes) => {
      const common = geometry('depthwiseConv2d', attributes);
      const kernel = 'DepthwiseConv2dNativeBackprop';
      return {
        x: () => run(`${kernel}Input`, { dy, filter: filter! }, { ...common, inputShape: x!.shape }),
        filter: () => run(`${kernel}Filter`, { x: x!, dy }, { ...common, filterShape: filter!.shape }),
      };
    },
  },
  MaxPool: {
    saves: ['x'],
    savesOutput: true,
    gradient: (dy, [x, y], attributes) => ({
      x: () => run('MaxPoolGrad', { dy, input: x!, output: y! }, attributes),
    }),
  },
  AvgPool: {
    saves: ['x'],
    gradient: (dy, [x], attributes) => {
      const { pad } = attributes;
      if (pad !== 'valid' && pad !== 0)
        throw new Error(
          'average pooling with padding has no gradient: tfjs divides by the wrong count at the edges',
        );
      return { x: () => run('AvgPoolGrad', { dy, input: x! }, attributes) };
    },
  },
  ResizeBilinear: {
    saves: ['images'],
    gradient: (dy, [x], { alignCorners, halfPixelCenters }) => ({
      images: () =>
        resizedBack(dy as tf.Tensor4D, x!.shape, alignCorners === true, halfPixelCenters === true),
    }),
  },
};

/** Rows and columns of the gradient, each times the matrix that made them, transposed. */
function resizedBack(
  dy: tf.Tensor4D,
  shape: readonly number[],
  alignCorners: boolean,
  halfPixel: boolean,
): Tensor {
  const [batch, toHeight, toWidth, channels] = dy.shape;
  const [, height, width] = shape as [number, number, number, number];
  const coordinates = alignCorners ? 'align_corners' : halfPixel ? 'half_pixel' : 'asymmetric';
  const weights = (from: number, to: number): tf.Tensor3D =>
    tf.tensor3d(linearWeights(from, to, coordinates), [1, to, from]);
  const columns = tf.matMul(
    weights(width, toWidth),
    tf.reshape(dy, [batch * toHeight, toWidth, channels]),
    true,
  );
  const rows = tf.matMul(
    weights(height, toHeight),
    tf.reshape(columns, [batch, toHeight, width * channels]),
    true,
  );
  return tf.reshape(rows, [batch, height, width, channels]);
}
