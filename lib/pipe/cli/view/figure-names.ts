import { extname } from 'node:path';

const IMAGES = new Set(['.png', '.jpg', '.jpeg', '.webp', '.avif', '.gif', '.tif', '.tiff', '.svg']);
const PAGES = new Set(['.md', '.html', '.htm', '.pdf']);

export function isImage(path: string): boolean {
  return IMAGES.has(extname(path).toLowerCase());
}

/** What a person opens to look at: the figures and pages at the end of a pipeline. */
export function isFigure(path: string): boolean {
  return isImage(path) || PAGES.has(extname(path).toLowerCase());
}
