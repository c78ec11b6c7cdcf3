import sharp from 'sharp';
import * as vega from 'vega';
import { compile } from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite';
import { textWidth, useBundledFont } from './font.ts';
import { COMPRESSION } from './raster.ts';
import type { Raster } from './raster.ts';

/** Parts of vega that its types leave out. */
interface VegaInside {
  readonly textMetrics: { width: (item: TextItem, text: unknown) => number };
  resetSVGClipId(): void;
  resetSVGDefIds(): void;
}

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

const inside = vega as unknown as VegaInside;

/** Without a canvas vega guesses widths by counting letters; the bundled font's own are exact. */
function measureByFont(): void {
  inside.textMetrics.width = (item, text) =>
    textWidth(
      typeof text === 'string' || typeof text === 'number' ? String(text) : '',
      item.fontSize ?? 11,
      item.fontWeight === 'bold' ? 'bold' : 'normal',
    );
}

// Pages are drawn side by side: threads that share one spend more on sharing than they save.
sharp.concurrency(1);

/** Draws a figure; equal specifications give equal text. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  measureByFont();
  inside.resetSVGClipId();
  inside.resetSVGDefIds();
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Pixels for each of the SVG's own, which are 1/96 inch. */
export const SCALE = 2;

/** A picture on a page, with its corner in the page's pixels; it has `SCALE` of its own for each of them. */
export interface Picture {
  readonly raster: Raster;
  readonly x: number;
  readonly y: number;
}

/** A drawn page. Where it has pictures, putting them in as they are is faster than out of the SVG again. */
export type Page =
  | { readonly svg: string }
  | { readonly svg: string; readonly withoutPictures: string; readonly pictures: readonly Picture[] };

/** A page as PNG, text in the bundled font. */
export async function renderPng(page: Page): Promise<Uint8Array> {
  useBundledFont();
  const { height, width, pixels } = await rasterOf('pictures' in page ? page.withoutPictures : page.svg);
  for (const picture of 'pictures' in page ? page.pictures : []) putInto(pixels, width, picture);
  return sharp(pixels, { raw: { height, width, channels: 3 } })
    .withDensity(96 * SCALE)
    .png({ compressionLevel: COMPRESSION })
    .toBuffer();
}

async function rasterOf(svg: string): Promise<Raster> {
  const { data, info } = await sharp(Buffer.from(svg), { density: 72 * SCALE })
    .flatten({ background: 'white' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { height: info.height, width: info.width, pixels: data };
}

/** White is paper: what the page has there stays, such as a frame that runs through a gap. */
function putInto(page: Uint8Array, pageWidth: number, { raster, x, y }: Picture): void {
  const { height, width, pixels } = raster;
  for (let row = 0; row < height; row++) {
    let to = ((y * SCALE + row) * pageWidth + x * SCALE) * 3;
    const end = (row + 1) * width * 3;
    for (let from = row * width * 3; from < end; from += 3, to += 3) {
      const red = pixels[from]!;
      const green = pixels[from + 1]!;
      const blue = pixels[from + 2]!;
      if ((red & green & blue) === 255) continue;
      page[to] = red;
      page[to + 1] = green;
      page[to + 2] = blue;
    }
  }
}

/** The libraries inside sharp that decide a PNG's bytes; a system's own may stand in for the bundled ones. */
export function rendererVersions(): Record<string, string> {
  const { vips, rsvg } = sharp.versions;
  return { vips, ...(rsvg === undefined ? {} : { rsvg }) };
}
