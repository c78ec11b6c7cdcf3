import { colourAt } from './colour-map.ts';
import type { ColourMap } from './colour-map.ts';
import { FONT_FAMILY, textWidth, wrapText } from '../page/font.ts';
import type { FontWeight } from '../page/font.ts';
import { PAGE_WIDTH, TEXT } from '../page/page.ts';
import { INK, QUIET } from '../page/palette.ts';
import { type CellSize, encodePng, tile } from '../page/raster.ts';
import { SCALE } from '../page/render.ts';
import type { Page, Picture } from '../page/render.ts';
import type { Raster } from '../page/raster.ts';

/** One checkpoint. */
export interface SheetColumn {
  readonly epoch: number;
  readonly isEarlyStopping: boolean;
  /** What the network takes the image for there. */
  readonly predicted: string;
  /** Whether that is what the image shows, whatever its label. */
  readonly isCorrect: boolean;
  /** p_c, of the image's label. */
  readonly probability: number;
}

export interface SheetRow {
  readonly label: string;
  /** A picture per checkpoint; null where there is none. */
  readonly cells: readonly (Raster | null)[];
}

/** Heat maps of one image: a row per method, a column per checkpoint. */
export interface SheetBlock {
  readonly title: string;
  readonly subtitle: string;
  readonly image: Raster;
  readonly columns: readonly SheetColumn[];
  readonly rows: readonly SheetRow[];
}

export interface Sheet {
  readonly title: string;
  readonly caption: readonly string[];
  readonly blocks: readonly SheetBlock[];
}

const MARGIN = 6;
const LABELS = 100;
const GAP = 3;
const LINE = 12;
const HEADER = 3 * LINE + 4;
const INPUT = 48;
const WRONG = '#B2182B';

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

interface TextStyle {
  readonly size?: number;
  readonly weight?: FontWeight;
  readonly colour?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

function textAt(x: number, y: number, text: string, style: TextStyle = {}): string {
  const { size = TEXT.small, weight = 'normal', colour = INK, anchor = 'start' } = style;
  const said = [
    `x="${x}" y="${y}" font-size="${size}" fill="${colour}"`,
    anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
    weight === 'bold' ? ' font-weight="bold"' : '',
  ].join('');
  return `<text ${said}>${escape(text)}</text>`;
}

/** Shortened to what fits a width, with an ellipsis. */
function fit(text: string, size: number, weight: FontWeight, width: number): string {
  if (textWidth(text, size, weight) <= width) return text;
  let kept = text;
  while (kept.length > 1 && textWidth(`${kept}…`, size, weight) > width) kept = kept.slice(0, -1);
  return `${kept}…`;
}

/**
 * Of a cell's longer side: whole multiples of what common images measure, so that enlarged pixels stay alike; 64 where
 * it is one image's sheet.
 */
function sideFor(columns: number, blocks: number): number {
  const room = (PAGE_WIDTH - 2 * MARGIN - LABELS - (columns - 1) * GAP) / columns;
  return (blocks > 1 ? [48, 32] : [64, 48, 32]).find((side) => side <= room) ?? 16;
}

/** In the shape of the image, its longer side as given. */
function shaped({ height, width }: Raster, side: number): CellSize {
  const longer = Math.max(height, width);
  const of = (length: number): number => Math.max(1, Math.round((side * length) / longer));
  return { height: of(height), width: of(width) };
}

function scaled({ height, width }: CellSize): CellSize {
  return { height: height * SCALE, width: width * SCALE };
}

async function pictureSvg({ raster, x, y }: Picture): Promise<string> {
  const bytes = await encodePng(raster);
  const uri = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
  const size = `width="${raster.width / SCALE}" height="${raster.height / SCALE}"`;
  return `<image x="${x}" y="${y}" ${size} xlink:href="${uri}"/>`;
}

function columnHeader(column: SheetColumn, centre: number, top: number, width: number): string[] {
  const weight = column.isEarlyStopping ? 'bold' : 'normal';
  const lines: [string, TextStyle][] = [
    [`${column.isEarlyStopping ? 'ES ' : ''}${column.epoch}`, { weight }],
    [column.probability.toFixed(2), { size: 8, colour: QUIET }],
    [
      fit(column.predicted, 8, 'normal', width),
      column.isCorrect ? { size: 8, colour: QUIET } : { size: 8, colour: WRONG, weight: 'bold' },
    ],
  ];
  return lines.map(([text, style], line) =>
    textAt(centre, top + (line + 1) * LINE - 3, text, { ...style, anchor: 'middle' }),
  );
}

function headerLabels(top: number): string[] {
  return ['epoch', 'p of label', 'taken for'].map((text, line) =>
    textAt(MARGIN + LABELS - 7, top + (line + 1) * LINE - 3, text, { size: 8, colour: QUIET, anchor: 'end' }),
  );
}

function rowLabel(label: string, top: number, height: number): string[] {
  const lines = wrapText(label, TEXT.small, 'normal', LABELS - 8);
  const first = top + height / 2 - ((lines.length - 1) * LINE) / 2 + 3;
  return lines.map((line, at) => textAt(MARGIN + LABELS - 7, first + at * LINE, line, { anchor: 'end' }));
}

interface Drawn {
  readonly parts: readonly (string | Picture)[];
  readonly bottom: number;
}

function drawBlock(block: SheetBlock, side: number, top: number): Drawn {
  const left = MARGIN + LABELS;
  const header = top + 2 * LINE + 6;
  const body = header + Math.max(HEADER, INPUT + 6);
  const size = shaped(block.image, side);
  const bottom = body + block.rows.length * (size.height + GAP) - GAP;
  const grid = tile(
    block.rows.map(({ cells }) => cells),
    scaled(size),
    GAP * SCALE,
  );
  const reference = block.columns.findIndex(({ isEarlyStopping }) => isEarlyStopping);
  const frame = left + reference * (size.width + GAP) - 1.5;
  return {
    bottom,
    parts: [
      textAt(MARGIN, top + LINE, block.title, { size: TEXT.header, weight: 'bold' }),
      textAt(MARGIN, top + 2 * LINE, block.subtitle, { colour: QUIET }),
      { raster: tile([[block.image]], scaled(shaped(block.image, INPUT)), 0), x: MARGIN, y: header },
      ...headerLabels(body - HEADER),
      ...block.columns.flatMap((column, at) =>
        columnHeader(
          column,
          left + at * (size.width + GAP) + size.width / 2,
          body - HEADER,
          size.width + GAP - 1,
        ),
      ),
      ...block.rows.flatMap(({ label }, at) => rowLabel(label, body + at * (size.height + GAP), size.height)),
      { raster: grid, x: left, y: body },
      ...(reference < 0
        ? []
        : [
            `<rect x="${frame}" y="${body - 1.5}" width="${size.width + 3}" height="${bottom - body + 3}" fill="none" stroke="${INK}" stroke-width="1"/>`,
          ]),
    ],
  };
}

const STOPS = 10;

function colourBar(map: ColourMap, x: number, y: number, labels: readonly string[]): string[] {
  const width = 120;
  const stops = Array.from({ length: STOPS + 1 }, (_, at) => {
    const share = at / STOPS;
    return `<stop offset="${share}" stop-color="rgb(${colourAt(map, share).join(',')})"/>`;
  });
  return [
    `<defs><linearGradient id="${map}">${stops.join('')}</linearGradient></defs>`,
    `<rect x="${x}" y="${y}" width="${width}" height="8" fill="url(#${map})" stroke="${QUIET}" stroke-width="0.5"/>`,
    ...labels.map((label, at) =>
      textAt(x + (at * width) / (labels.length - 1), y + 18, label, { size: 8, anchor: 'middle' }),
    ),
  ];
}

/** The sheet as a page: an SVG that holds its pictures, and the pictures beside one that does not. */
export async function sheetPage(sheet: Sheet): Promise<Page> {
  const parts: (string | Picture)[] = [
    textAt(MARGIN, MARGIN + 11, sheet.title, { size: TEXT.title, weight: 'bold' }),
    ...sheet.caption.map((line, at) => textAt(MARGIN, MARGIN + 26 + at * LINE, line, { colour: QUIET })),
  ];
  let y = MARGIN + 20 + sheet.caption.length * LINE;
  for (const block of sheet.blocks) {
    const side = sideFor(block.columns.length, sheet.blocks.length);
    const { parts: drawn, bottom } = drawBlock(block, side, y);
    parts.push(...drawn);
    y = bottom + 12;
  }
  parts.push(
    ...colourBar('diverging', MARGIN + LABELS + 30, y, ['−clip', '0', '+clip']),
    ...colourBar('sequential', MARGIN + LABELS + 230, y, ['0', 'clip']),
  );
  const pictures = parts.filter((part) => typeof part !== 'string');
  const whole = parts.map(async (part) => (typeof part === 'string' ? part : await pictureSvg(part)));
  return {
    svg: svgOf(y + 26, await Promise.all(whole)),
    withoutPictures: svgOf(
      y + 26,
      parts.filter((part) => typeof part === 'string'),
    ),
    pictures,
  };
}

function svgOf(height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" width="${PAGE_WIDTH}" height="${height}" viewBox="0 0 ${PAGE_WIDTH} ${height}" font-family="${FONT_FAMILY}">`,
    `<rect width="${PAGE_WIDTH}" height="${height}" fill="white"/>`,
    ...parts,
    '</svg>',
  ].join('\n');
}
