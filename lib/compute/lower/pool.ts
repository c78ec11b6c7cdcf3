import { elements, type Node } from '../trace/graph.ts';
import type { Context } from './context.ts';
import type { Lowering } from './elementwise.ts';
import { channelsFirst, type Laid } from './layout.ts';

interface Window {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

function windowOf(node: Node): Window {
  return node.attributes as unknown as Window;
}

function image(name: string, node: Node): Laid {
  return { name, layout: channelsFirst, dims: node.shape };
}

const LOWEST = -3.4028234663852886e38;

/**
 * What is no number is smaller than any, as with tfjs; ONNX Runtime's has it win or lose by its place. Beside the
 * image ONNX Runtime has the lowest number, where tfjs has -Infinity.
 */
export const maxPool: Lowering = (node, context) => {
  const { size, strides, pads } = windowOf(node);
  const { graph } = context;
  const x = context.whole(node.inputs[0]!, channelsFirst);
  const numbers = context.op('Where', [context.op('Equal', [x, x]), x, graph.scalar(-Infinity)]);
  const highest = context.op('MaxPool', [numbers], { kernel_shape: size, strides, pads });
  if (pads.every((pad) => pad === 0)) return image(highest, node);
  const none = context.op('Equal', [highest, graph.scalar(LOWEST)]);
  return image(context.op('Where', [none, graph.scalar(-Infinity), highest]), node);
};

export const averagePool: Lowering = (node, context) => {
  const { size, strides, pads } = windowOf(node);
  const x = context.whole(node.inputs[0]!, channelsFirst);
  return image(context.op('AveragePool', [x], { kernel_shape: size, strides, pads }), node);
};

/** The part of a padded image that place (i, j) of every window sees. */
function view(padded: string, [i, j]: readonly [number, number], node: Node, context: Context): string {
  const { strides } = windowOf(node);
  const [height, width] = node.inputs[0]!.shape.slice(1, 3) as [number, number];
  const { graph } = context;
  return context.op('Slice', [
    padded,
    graph.integers([i, j]),
    graph.integers([i + (height - 1) * strides[0] + 1, j + (width - 1) * strides[1] + 1]),
    graph.integers([2, 3]),
    graph.integers(strides),
  ]);
}

/** Adds up values [batch, channels, outHeight, outWidth] at place (i, j) of their windows: a transposed convolution. */
function scatter(parts: string, node: Node, context: Context): Laid {
  const { size, strides, pads } = windowOf(node);
  const [batch, height, width, channels] = node.shape as [number, number, number, number];
  const [outHeight, outWidth] = node.inputs[0]!.shape.slice(1, 3) as [number, number];
  const places = elements(size);
  // One filter per place, 1 there and 0 elsewhere, the same for every image and channel.
  const filter = Float32Array.from({ length: places * places }, (_, i) => (i % (places + 1) === 0 ? 1 : 0));
  const filterName = context.graph.tensor(filter, [places, 1, ...size]);
  const rest = [height, width].map(
    (length, i) =>
      length - (([outHeight, outWidth][i]! - 1) * strides[i]! + size[i]! - pads[i]! - pads[i + 2]!),
  );
  const stacked = context.reshape(parts, [batch * channels, places, outHeight, outWidth]);
  const spread = context.op('ConvTranspose', [stacked, filterName], { strides, pads, output_padding: rest });
  return image(context.reshape(spread, [batch, channels, height, width]), node);
}

/** The gradient goes to the first place of each window that holds the maximum. */
export const maxPoolGradient: Lowering = (node, context) => {
  const [dy, x, y] = node.inputs as [Node, Node, Node];
  const { size, pads } = windowOf(node);
  const { graph } = context;
  const [top, left, bottom, right] = pads;
  const whole = context.whole(x, channelsFirst);
  const padded = pads.every((pad) => pad === 0)
    ? whole
    : context.op('Pad', [
        whole,
        graph.integers([0, 0, top, left, 0, 0, bottom, right]),
        graph.scalar(-Infinity),
      ]);
  const highest = context.whole(y, channelsFirst);
  let remaining = context.whole(dy, channelsFirst);
  const parts: string[] = [];
  for (let i = 0; i < size[0]; i++)
    for (let j = 0; j < size[1]; j++) {
      const hit = context.op('Equal', [view(padded, [i, j], node, context), highest]);
      const part = context.op('Where', [hit, remaining, graph.scalar(0)]);
      remaining = context.op('Sub', [remaining, part]);
      parts.push(context.op('Unsqueeze', [part, graph.integers([2])]));
    }
  return scatter(context.op('Concat', parts, { axis: 2 }), node, context);
};

/** Each output's gradient in equal shares to the places of its window. */
export const averagePoolGradient: Lowering = (node, context) => {
  const { size } = windowOf(node);
  const { graph } = context;
  const dy = context.whole(node.inputs[0]!, channelsFirst);
  const share = context.op('Mul', [dy, graph.scalar(1 / elements(size))]);
  const place = context.op('Unsqueeze', [share, graph.integers([2])]);
  const places = new Array<string>(elements(size)).fill(place);
  return scatter(context.op('Concat', places, { axis: 2 }), node, context);
};

export const resizeBilinear: Lowering = (node, context) => {
  const { alignCorners, halfPixel } = node.attributes as { alignCorners: boolean; halfPixel: boolean };
  const { graph } = context;
  const [batch, height, width, channels] = node.shape as [number, number, number, number];
  const name = context.op(
    'Resize',
    [context.whole(node.inputs[0]!, channelsFirst), '', '', graph.integers([batch, channels, height, width])],
    {
      mode: 'linear',
      coordinate_transformation_mode: alignCorners
        ? 'align_corners'
        : halfPixel
          ? 'half_pixel'
          : 'asymmetric',
    },
  );
  return image(name, node);
};
