import type { OnnxGraph } from '../../onnx/graph.ts';
import { imagesAcross } from '../layout.ts';

/*
 * Movements between orders of channels in blocks. ONNX Runtime's operators that bring images in and out of
 * blocks do them: its Transpose is for one thread wherever anything shorter than a row moves.
 */

function reshaped(name: string, dims: readonly number[], graph: OnnxGraph): string {
  return graph.node('Reshape', [name, graph.integers(dims)]);
}

/** [batch, height, width, channels]. */
type ImageSize = readonly [number, number, number, number];

/** [out, in, height, width]. */
export type FilterSize = readonly [number, number, number, number];

/** Two neighbouring axes exchanged, of [outer, first, second, block]. */
export function exchanged(
  name: string,
  [outer, first, second]: readonly [number, number, number],
  block: number,
  graph: OnnxGraph,
): string {
  if (first === 1 || second === 1) return name;
  const rows = reshaped(name, [outer, first, 1, second * block], graph);
  return graph.node('ReorderInput', [rows], { channels_last: 1 }, 'com.microsoft.nchwc');
}

/** The outermost two axes exchanged, of [first, second, run]. */
export function outerExchanged(
  name: string,
  [first, second, run]: readonly [number, number, number],
  graph: OnnxGraph,
): string {
  if (first === 1 || second === 1) return name;
  return graph.node('Transpose', [reshaped(name, [first, second, run], graph)], { perm: [1, 0, 2] });
}

/** [outer, block, length] as [outer, length, block]. */
export function blockInnermost(
  name: string,
  [outer, length]: readonly [number, number],
  block: number,
  graph: OnnxGraph,
): string {
  const planes = reshaped(name, [outer, block, length, 1], graph);
  return graph.node('ReorderInput', [planes], { channels_last: 0 }, 'com.microsoft.nchwc');
}

/** [outer, length, block] as [outer, block, length]. */
export function blockOutwards(
  name: string,
  [outer, length]: readonly [number, number],
  block: number,
  graph: OnnxGraph,
): string {
  const planes = reshaped(name, [outer, block, length, 1], graph);
  return graph.node('ReorderOutput', [planes], { channels: block, channels_last: 0 }, 'com.microsoft.nchwc');
}

/** Images in blocks, [batch, channels / block, height, width, block], brought side by side where they lie so. */
export function sideBySide(name: string, shape: ImageSize, block: number, graph: OnnxGraph): string {
  const { groups, images, places } = across(shape, block);
  return exchanged(name, [groups, images, places], block, graph);
}

/** The opposite. */
export function oneByOne(name: string, shape: ImageSize, block: number, graph: OnnxGraph): string {
  const { groups, images, places } = across(shape, block);
  return exchanged(name, [groups, places, images], block, graph);
}

/** How many groups of how many images side by side, each of how many places of a block of channels. */
function across([batch, height, width, channels]: ImageSize, block: number) {
  const images = imagesAcross(block, [batch, height, width, channels]);
  return { groups: batch / images, images, places: (channels / block) * height * width };
}

/** From [out, in, height, width]. */
export function inFilterBlocks(
  name: string,
  [out, into, height, width]: FilterSize,
  block: number,
  graph: OnnxGraph,
): string {
  const places = height * width;
  const outInnermost = blockInnermost(name, [out / block, into * places], block, graph);
  return exchanged(outInnermost, [(out * into) / block ** 2, block, places], block, graph);
}

/** To [out, in, height, width]. */
export function outOfFilterBlocks(
  name: string,
  [out, into, height, width]: FilterSize,
  block: number,
  graph: OnnxGraph,
): string {
  const places = height * width;
  const placesInside = exchanged(name, [(out * into) / block ** 2, places, block], block, graph);
  return blockOutwards(placesInside, [out / block, into * places], block, graph);
}
