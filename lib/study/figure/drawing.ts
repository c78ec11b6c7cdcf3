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

/** Writes `name.svg`, `name.png` and `name.arrow`, the data behind them. */
export async function writeDrawing(
  folder: string,
  drawing: Drawing,
  provenance: Readonly<Record<string, string>>,
): Promise<void> {
  const file = (ending: string): string => join(folder, `${drawing.name}.${ending}`);
  await mkdir(dirname(file('svg')), { recursive: true });
  const svg = await drawing.svg();
  await writeFile(file('svg'), svg);
  await writeFile(file('png'), await renderPng(svg));
  const metadata = { ...provenance, title: drawing.title, caption: drawing.caption.join('\n') };
  await writeArrow(file('arrow'), drawing.table, { metadata });
}
