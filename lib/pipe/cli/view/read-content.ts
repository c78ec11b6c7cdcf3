import { closeSync, readSync } from 'node:fs';
import { extname } from 'node:path';
import { openSync } from '../../store/disk.ts';
import type { Content } from './content.ts';
import { isImage } from './figure-names.ts';

/** Bytes of a text that are read to be shown. */
const TEXT = 1 << 20;

/** Readers by a name's end, each with its library, which nobody else waits for. */
const readers: Readonly<Record<string, (file: string, name: string) => Promise<Content>>> = {
  '.arrow': async (path) => (await import('./formats/arrow.ts')).arrowContent(path),
  '.feather': async (path) => (await import('./formats/arrow.ts')).arrowContent(path),
  '.csv': async (path, name) => (await import('./formats/delimited.ts')).delimitedContent(path, name),
  '.tsv': async (path, name) => (await import('./formats/delimited.ts')).delimitedContent(path, name),
  '.json': async (path, name) => (await import('./formats/json.ts')).jsonContent(path, name),
  '.ndjson': async (path, name) => (await import('./formats/json.ts')).jsonContent(path, name),
  '.jsonl': async (path, name) => (await import('./formats/json.ts')).jsonContent(path, name),
  '.npy': async (path) => (await import('./formats/numpy.ts')).npyContent(path),
  '.npz': async (path) => (await import('./formats/numpy.ts')).npzContent(path),
  '.parquet': async (path) => (await import('./formats/parquet.ts')).parquetContent(path),
  '.safetensors': async (path) => (await import('./formats/safetensors.ts')).safetensorsContent(path),
  '.onnx': async (path) => (await import('./formats/onnx.ts')).onnxContent(path),
};

/**
 * What is in a file, as far as its kind is known. `name` tells the kind, where its bytes lie under another. Throws where
 * it is not what its name says.
 */
export async function readContent(path: string, name = path): Promise<Content> {
  const reader = readers[extname(name).toLowerCase()];
  if (reader !== undefined) return reader(path, name);
  if (isImage(path)) {
    const image = await (await import('./formats/image.ts')).imageContent(path);
    if (image !== null) return image;
  }
  return textContent(path);
}

/** UTF-8 text, if it is that. */
function textContent(path: string): Content {
  const buffer = Buffer.alloc(TEXT);
  const handle = openSync(path);
  let read: number;
  try {
    read = readSync(handle, buffer, 0, TEXT, 0);
  } finally {
    closeSync(handle);
  }
  // What is cut off may be cut within a letter.
  const whole = read < TEXT;
  const bytes = buffer.subarray(0, read);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
    if (text === '' || text.includes('\0')) return { kind: 'unknown' };
    const lines = text.replace(/\n$/, '').split('\n');
    return { kind: 'text', format: extname(path) || 'plain text', lines };
  } catch {
    return { kind: 'unknown' };
  }
}
