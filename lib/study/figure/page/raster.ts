import sharp from 'sharp';
import type { HeatMap } from '../../similarity/heat-map.ts';
import { resizeBilinear } from '../../similarity/resize.ts';
import { putColour } from '../sheet/colour-map.ts';
import type { ColourMap } from '../sheet/colour-map.ts';

/** An RGB picture, row by row. */
export interface Raster {
  readonly height: number;
  readonly width: number;
  /** height × width × 3 */
  readonly pixels: Uint8Array;
}

/** A value as a share of its colour map: zero in the middle of a diverging one, at the start of the other. */
function shareOf(map: ColourMap, value: number, clip: number): number {
  const scaled = clip > 0 ? value / clip : 0;
  return map === 'diverging' ? (scaled + 1) / 2 : scaled;
}

export function heatMapRaster(map: HeatMap, colours: ColourMap, clip: number): Raster {
  const { height, width, values } = map;
  const pixels = new Uint8Array(height * width * 3);
  for (let at = 0; at < values.length; at += 1) {
    putColour(colours, shareOf(colours, values[at]!, clip), pixels, at * 3);
  }
  return { height, width, pixels };
}

/** An image of 1 or 3 channels, bytes, as RGB. */
export function imageRaster(
  bytes: Uint8Array,
  [height, width, channels]: readonly [height: number, width: number, channels: number],
): Raster {
  const pixels = new Uint8Array(height * width * 3);
  for (let at = 0; at < height * width; at += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[at * 3 + channel] = bytes[at * channels + Math.min(channel, channels - 1)]!;
    }
  }
  return { height, width, pixels };
}

/** Of the sRGB primaries (ITU-R BT.709). */
const LUMINANCE = [0.2126, 0.7152, 0.0722] as const;

/** A map, enlarged bilinearly, over its image in grey: the stronger, the more of the map's colour. */
export function overlayRaster(image: Raster, map: HeatMap, colours: ColourMap, clip: number): Raster {
  const { height, width } = image;
  const { values } = resizeBilinear(map, height, width);
  const pixels = new Uint8Array(height * width * 3);
  const [ofRed, ofGreen, ofBlue] = LUMINANCE;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    const strength = clip > 0 ? Math.min(1, Math.abs(value) / clip) : 0;
    const cover = 0.75 * (colours === 'diverging' || value > 0 ? strength : 0);
    const place = at * 3;
    putColour(colours, shareOf(colours, value, clip), pixels, place);
    const grey =
      ofRed * image.pixels[place]! + ofGreen * image.pixels[place + 1]! + ofBlue * image.pixels[place + 2]!;
    for (let of = place; of < place + 3; of += 1) {
      pixels[of] = Math.round((1 - cover) * grey + cover * pixels[of]!);
    }
  }
  return { height, width, pixels };
}

/** Height and width in pixels. */
export interface CellSize {
  readonly height: number;
  readonly width: number;
}

/** Pictures beside and below one another on white, each enlarged to one size, and their gaps. */
export function tile(cells: readonly (readonly (Raster | null)[])[], size: CellSize, gap: number): Raster {
  const columns = cells.reduce((most, row) => Math.max(most, row.length), 0);
  const width = columns * size.width + (columns - 1) * gap;
  const height = cells.length * size.height + (cells.length - 1) * gap;
  const into = { height, width, pixels: new Uint8Array(height * width * 3).fill(255) };
  cells.forEach((row, r) => {
    row.forEach((cell, c) => {
      if (cell) enlarge(cell, size, into, r * (size.height + gap), c * (size.width + gap));
    });
  });
  return into;
}

/** Nearest neighbour, so that no value is shown that the map does not hold. */
function enlarge(cell: Raster, size: CellSize, into: Raster, top: number, left: number): void {
  let before = -1;
  for (let y = 0; y < size.height; y += 1) {
    const row = Math.floor((y * cell.height) / size.height) * cell.width;
    const start = ((top + y) * into.width + left) * 3;
    const above = start - into.width * 3;
    if (row === before) into.pixels.copyWithin(start, above, above + size.width * 3);
    else enlargeRow(cell, row, size.width, into.pixels, start);
    before = row;
  }
}

function enlargeRow(cell: Raster, row: number, side: number, into: Uint8Array, start: number): void {
  for (let x = 0; x < side; x += 1) {
    const from = (row + Math.floor((x * cell.width) / side)) * 3;
    const to = start + x * 3;
    into[to] = cell.pixels[from]!;
    into[to + 1] = cell.pixels[from + 1]!;
    into[to + 2] = cell.pixels[from + 2]!;
  }
}

/** Of zlib: at 6, compression takes twice as long, and saves a tenth of the bytes. */
export const COMPRESSION = 3;

export async function encodePng({ height, width, pixels }: Raster): Promise<Uint8Array> {
  return sharp(pixels, { raw: { height, width, channels: 3 } })
    .png({ compressionLevel: COMPRESSION })
    .toBuffer();
}
