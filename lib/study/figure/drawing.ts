import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Columns } from '../../arrow/columns.ts';
import { writeArrow } from '../../arrow/write.ts';
import type { CurveGrid } from './curve-grid.ts';
import { curveGridTable } from './curve-grid.ts';
import { curveGridSpec } from './curve-grid-spec.ts';
import { renderPng, renderSvg } from './render.ts';

/** A figure, not yet drawn. */
export interface Drawing {
  /** Of its files, without their endings; may name a folder. */
  readonly name: string;
  readonly title: string;
  readonly caption: readonly string[];
  /** What it shows. */
  readonly table: Columns;
  readonly svg: () => Promise<string>;
}

export function curveDrawing(name: string, grid: CurveGrid): Drawing {
  return {
    name,
    title: grid.title,
    caption: grid.caption,
    table: curveGridTable(grid),
    svg: () => renderSvg(curveGridSpec(grid)),
  };
}

/**
 * Writes each drawing as `name.svg`, `name.png` and `name.arrow`, the data behind them. Its pixels are made in a
 * thread of their own while the next one is drawn. `started` is told of each before.
 */
export async function writeDrawings(
  folder: string,
  drawings: AsyncIterable<Drawing>,
  provenance: Readonly<Record<string, string>>,
  started: (drawing: Drawing) => void = () => undefined,
): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  for await (const drawing of drawings) {
    started(drawing);
    const svg = await drawing.svg();
    await before;
    before = writeDrawing(folder, drawing, svg, provenance);
    // Met where it is awaited; until then it is not a failure that nobody looks at.
    before.catch(() => undefined);
  }
  await before;
}

async function writeDrawing(
  folder: string,
  { name, table, title, caption }: Drawing,
  svg: string,
  provenance: Readonly<Record<string, string>>,
): Promise<void> {
  const file = (ending: string): string => join(folder, `${name}.${ending}`);
  await mkdir(dirname(file('svg')), { recursive: true });
  await writeFile(file('svg'), svg);
  await writeFile(file('png'), await renderPng(svg));
  const metadata = { ...provenance, title, caption: caption.join('\n') };
  await writeArrow(file('arrow'), table, { metadata });
}
