import { extname } from 'node:path';
import type sharp from 'sharp';
import { bytes } from '../../report/quantity.ts';

const IMAGES = new Set(['.png', '.jpg', '.jpeg', '.webp', '.avif', '.gif', '.tif', '.tiff', '.svg']);
const PAGES = new Set(['.md', '.html', '.htm', '.pdf']);

export function isImage(path: string): boolean {
  return IMAGES.has(extname(path).toLowerCase());
}

/** What a person opens to look at: the figures and pages at the end of a pipeline. */
export function isFigure(path: string): boolean {
  return isImage(path) || PAGES.has(extname(path).toLowerCase());
}

/** What is inside a file, as far as its kind is known; a line with its size in any case. */
export async function fileView(path: string, size: number): Promise<string[]> {
  if (extname(path) === '.arrow') return (await import('./arrow-view.ts')).arrowView(path);
  if (isImage(path)) return [await imageLine(path, size)];
  return [`${bytes(size)} of ${extname(path) === '' ? 'a file without a known kind' : extname(path)}`];
}

async function imageLine(path: string, size: number): Promise<string> {
  const open = await imageLibrary();
  if (open === null) return `${bytes(size)} of an image; for what is in it: npm install sharp`;
  const { format, width, height, channels, density } = await open(path).metadata();
  const dots = density === undefined ? '' : `, ${density} dots per inch`;
  return `${format.toUpperCase()} image, ${width} × ${height} pixels, ${channels} channels${dots}`;
}

/** The project's; the engine brings none, since few need it. */
async function imageLibrary(): Promise<typeof sharp | null> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}
