type Rgb = readonly [red: number, green: number, blue: number];

/** Blue, white, red: zero in the middle, both ends of one lightness (after ColorBrewer's RdBu). */
const diverging: readonly Rgb[] = [
  [5, 48, 97],
  [33, 102, 172],
  [67, 147, 195],
  [146, 197, 222],
  [209, 229, 240],
  [247, 247, 247],
  [253, 219, 199],
  [244, 165, 130],
  [214, 96, 77],
  [178, 24, 43],
  [103, 0, 31],
];

/** Dark violet to yellow, even in lightness (after Matplotlib's viridis). */
const sequential: readonly Rgb[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [109, 205, 89],
  [180, 222, 44],
  [253, 231, 37],
];

export type ColourMap = 'diverging' | 'sequential';

const anchors: Readonly<Record<ColourMap, readonly Rgb[]>> = { diverging, sequential };

/** Colour at a share of the way through a colour map, 0 to 1; beyond, its ends. */
export function colourAt(map: ColourMap, share: number): Rgb {
  const colour = new Uint8Array(3);
  putColour(map, share, colour, 0);
  return [colour[0]!, colour[1]!, colour[2]!];
}

/** The same, put into pixels. */
export function putColour(map: ColourMap, share: number, pixels: Uint8Array, place: number): void {
  const colours = anchors[map];
  const at = Math.min(1, Math.max(0, share)) * (colours.length - 1);
  const below = Math.min(Math.floor(at), colours.length - 2);
  const [from, to] = [colours[below]!, colours[below + 1]!];
  const between = at - below;
  pixels[place] = Math.round(from[0] + between * (to[0] - from[0]));
  pixels[place + 1] = Math.round(from[1] + between * (to[1] - from[1]));
  pixels[place + 2] = Math.round(from[2] + between * (to[2] - from[2]));
}
