import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { epochAxis } from '../../../lib/study/figure/curve/epoch-axis.ts';
import { pickCheckpoints } from '../../../lib/study/figure/heat-map-sheets.ts';
import type { Checkpoint } from '../../../lib/study/figure/heat-map-sheets.ts';
import { imageRaster } from '../../../lib/study/figure/page/raster.ts';
import { renderPng } from '../../../lib/study/figure/page/render.ts';
import { sheetPage } from '../../../lib/study/figure/sheet/sheet.ts';
import type { Sheet } from '../../../lib/study/figure/sheet/sheet.ts';

const cell = imageRaster(Uint8Array.of(0, 60, 120, 180), [2, 2, 1]);

function sheetOf(columns: number): Sheet {
  return {
    title: 'Heat maps of <one> image',
    caption: ['What the rows & columns are.'],
    blocks: [
      {
        title: 'B: clearly wrong (dog, rank 1)',
        subtitle: 'Image 7; label: dog.',
        image: cell,
        columns: Array.from({ length: columns }, (_, at) => ({
          epoch: at + 10,
          isEarlyStopping: at === 0,
          predicted: at === 1 ? 'Mediterranean monk seal' : 'dog',
          isCorrect: at !== 1,
          probability: 0.125,
        })),
        rows: [
          { label: 'saliency', cells: new Array<typeof cell>(columns).fill(cell) },
          { label: 'guided backpropagation minus', cells: new Array<null>(columns).fill(null) },
        ],
      },
    ],
  };
}

describe('sheetPage', () => {
  it('is this text, its pictures apart', async () => {
    const { svg } = await sheetPage(sheetOf(2));
    expect(svg.replaceAll(/base64,[^"]*/g, 'base64,…')).toMatchSnapshot();
    expect(svg.match(/base64,iVBOR/g)).toHaveLength(2);
  });

  it('keeps the shape of images that are not square', async () => {
    const wide = imageRaster(new Uint8Array(3 * 6), [3, 6, 1]);
    const sheet = sheetOf(2);
    const block = { ...sheet.blocks[0]!, image: wide };
    const rows = block.rows.map((row) => ({ ...row, cells: row.cells.map((one) => one && wide) }));
    const page = await sheetPage({ ...sheet, blocks: [{ ...block, rows }] });
    const pictures = 'pictures' in page ? page.pictures : [];
    // The image, 48 by 24; two columns and two rows of cells of 64 by 32, with gaps of 3.
    expect(pictures.map(({ raster }) => [raster.width / 2, raster.height / 2])).toEqual([
      [48, 24],
      [2 * 64 + 3, 2 * 32 + 3],
    ]);
  });

  for (const columns of [1, 4, 11]) {
    it(`fits the page with ${columns} checkpoints, the same bytes each time`, async () => {
      const page = await sheetPage(sheetOf(columns));
      expect((await sheetPage(sheetOf(columns))).svg).toBe(page.svg);
      const png = await renderPng(page);
      // Putting the pictures in gives what the SVG with its pictures does.
      const [put, drawn] = await Promise.all([png, await renderPng({ svg: page.svg })].map(pixelsOf));
      expect(put!.equals(drawn!)).toBe(true);
      const { width, height } = await sharp(png).metadata();
      const { info } = await sharp(png).trim({ threshold: 1 }).toBuffer({ resolveWithObject: true });
      expect(width).toBe(1360);
      expect(-info.trimOffsetLeft! + info.width).toBeLessThan(width - 4);
      expect(-info.trimOffsetTop! + info.height).toBeLessThan(height - 2);
    });
  }
});

async function pixelsOf(png: Uint8Array): Promise<Buffer> {
  return sharp(png).raw().toBuffer();
}

describe('pickCheckpoints', () => {
  const checkpoints = [17, 1, 2, 3, 5, 8, 12, 17, 23, 30, 40, 100, 1000].map(
    (epoch, at) => ({ epoch, isEarlyStopping: at === 0 }) as Checkpoint,
  );
  const axis = epochAxis('log', [1, 1000], 5);

  it('takes all where they fit', () => {
    expect(pickCheckpoints(checkpoints, 13, axis)).toEqual(checkpoints);
  });

  it('keeps early stopping, the first and the last, and spreads the others over the axis', () => {
    expect(pickCheckpoints(checkpoints, 5, axis).map(({ epoch }) => epoch)).toEqual([17, 1, 12, 100, 1000]);
  });
});
