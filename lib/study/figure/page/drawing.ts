import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Columns, writeArrow } from 'pipewright/arrow';
import type { CurveGrid } from '../curve/curve-grid.ts';
import { curveGridLayout, curveGridTable } from '../curve/curve-grid.ts';
import { curveGridSpec } from '../curve/curve-grid-spec.ts';
import { renderPng, renderSvg } from './render.ts';
import type { Page } from './render.ts';

/** A figure, not yet drawn. */
export interface Drawing {
  /** Of its files, without their endings; may name a folder. */
  readonly name: string;
  readonly title: string;
  readonly caption: readonly string[];
  /** What it shows. */
  readonly table: Columns;
  /** What a reader of the table needs to draw it again; for the file's metadata. */
  readonly layout?: string;
  readonly page: () => Promise<Page>;
}

export function curveDrawing(name: string, grid: CurveGrid): Drawing {
  return {
    name,
    title: grid.title,
    caption: grid.caption,
    table: curveGridTable(grid),
    layout: JSON.stringify(curveGridLayout(grid)),
    page: async () => ({ svg: await renderSvg(curveGridSpec(grid)) }),
  };
}

/** How many drawings are being turned into pixels, in threads of their own, while the next one is drawn. */
const IN_FLIGHT = 3;

/**
 * Writes each drawing as `name.svg`, `name.png` and `name.arrow`, the data behind them. `started` is told of each
 * before.
 */
export async function writeDrawings(
  folder: string,
  drawings: AsyncIterable<Drawing> | Iterable<Drawing>,
  provenance: Readonly<Record<string, string>>,
  started: (drawing: Drawing) => void = () => undefined,
): Promise<void> {
  const writing: Promise<void>[] = [];
  for await (const drawing of drawings) {
    started(drawing);
    const page = await drawing.page();
    if (writing.length === IN_FLIGHT) await writing.shift();
    const written = writeDrawing(folder, drawing, page, provenance);
    // Met where it is awaited; until then it is not a failure that nobody looks at.
    written.catch(() => undefined);
    writing.push(written);
  }
  await Promise.all(writing);
}

async function writeDrawing(
  folder: string,
  { name, table, title, caption, layout }: Drawing,
  page: Page,
  provenance: Readonly<Record<string, string>>,
): Promise<void> {
  const file = (ending: string): string => join(folder, `${name}.${ending}`);
  await mkdir(dirname(file('svg')), { recursive: true });
  await writeFile(file('svg'), page.svg);
  await writeFile(file('png'), await renderPng(page));
  const metadata = { ...provenance, title, caption: caption.join('\n'), ...(layout && { layout }) };
  await writeArrow(file('arrow'), table, { metadata });
}
