import { type ColourMap, putColour } from '../../figure/sheet/colour-map.ts';
import { resizeBilinear } from '../../similarity/resize.ts';
import { shareOfLevel } from '../levels.ts';
import type { PackedMap } from './map-store.ts';

/** Pixels of a canvas: red, green, blue, opacity. */
export interface Painted {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

function blank(height: number, width: number): Painted {
  const pixels = new Uint8ClampedArray(height * width * 4);
  for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
  return { height, width, pixels };
}

/** Of the colour map: zero is the middle of one with two ends, the start of the other. */
function colourShare(colours: ColourMap, share: number): number {
  return colours === 'diverging' ? (share + 1) / 2 : share;
}

/** Each level's share of what the colours end at: the map's own clip, or a greater one. */
function sharesOf({ levels, colours, clip }: PackedMap, end: number): Float64Array {
  const gain = end > 0 ? clip / end : 0;
  return Float64Array.from({ length: levels }, (_, level) => shareOfLevel(level, colours, levels) * gain);
}

/** A map in its colours, which end at `end`. */
export function paintMap(map: PackedMap, end: number): Painted {
  const painted = blank(map.height, map.width);
  const shares = sharesOf(map, end);
  const table = new Uint8Array(shares.length * 3);
  shares.forEach((share, level) => {
    putColour(map.colours, colourShare(map.colours, share), table, level * 3);
  });
  map.values.forEach((level, at) => {
    painted.pixels.set(table.subarray(level * 3, level * 3 + 3), at * 4);
  });
  return painted;
}

/** One map less another, each as a share of its end: half of it, so that opposite ends still differ. */
export function paintDifference(map: PackedMap, less: PackedMap, ends: readonly [number, number]): Painted {
  const painted = blank(map.height, map.width);
  const [shares, others] = [sharesOf(map, ends[0]), sharesOf(less, ends[1])];
  const colour = new Uint8Array(3);
  map.values.forEach((level, at) => {
    const difference = shares[level]! - others[less.values[at]!]!;
    putColour('diverging', (difference + 1) / 2, colour, 0);
    painted.pixels.set(colour, at * 4);
  });
  return painted;
}

/** Of the sRGB primaries (ITU-R BT.709). */
const LUMINANCE = [0.2126, 0.7152, 0.0722] as const;

/** A map, enlarged bilinearly, over its image in grey: the stronger, the more of its colour, at most `cover`. */
export function paintOverlay(image: Painted, map: PackedMap, end: number, cover: number): Painted {
  const painted = blank(image.height, image.width);
  const shares = sharesOf(map, end);
  const values = Float64Array.from(map.values, (level) => shares[level]!);
  const enlarged = resizeBilinear({ ...map, values }, image.height, image.width);
  const colour = new Uint8Array(3);
  enlarged.values.forEach((share, pixel) => {
    const at = pixel * 4;
    const strength = cover * Math.min(1, Math.abs(share));
    putColour(map.colours, colourShare(map.colours, share), colour, 0);
    const grey = LUMINANCE.reduce((sum, part, channel) => sum + part * image.pixels[at + channel]!, 0);
    for (let channel = 0; channel < 3; channel += 1)
      painted.pixels[at + channel] = (1 - strength) * grey + strength * colour[channel]!;
  });
  return painted;
}

/** Bytes of 1 or 3 channels as an image. */
export function paintImage(bytes: Uint8Array, height: number, width: number, channels: number): Painted {
  const painted = blank(height, width);
  for (let at = 0; at < height * width; at += 1)
    for (let channel = 0; channel < 3; channel += 1)
      painted.pixels[at * 4 + channel] = bytes[at * channels + Math.min(channel, channels - 1)]!;
  return painted;
}
