import sharp from 'sharp';
import * as vega from 'vega';
import { compile } from 'vega-lite';
import type { TopLevelSpec } from 'vega-lite';
import { textWidth, useBundledFont } from './font.ts';

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
const SCALE = 2;

/** Of zlib: at 9, compression takes longer than all the drawing, and saves a tenth of the bytes. */
const COMPRESSION = 6;

/** An SVG as PNG, text in the bundled font. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  useBundledFont();
  return sharp(Buffer.from(svg), { density: 72 * SCALE })
    .flatten({ background: 'white' })
    .withMetadata({ density: 96 * SCALE })
    .png({ compressionLevel: COMPRESSION })
    .toBuffer();
}

/** The libraries inside sharp that decide a PNG's bytes; a system's own may stand in for the bundled ones. */
export function rendererVersions(): Record<string, string> {
  const { vips, rsvg } = sharp.versions;
  return { vips, ...(rsvg === undefined ? {} : { rsvg }) };
}
