import { extname } from 'node:path';

/** What a browser is told that a file is, by the name that its output has. */
const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
};

/** What `pipe show` knows beside tables in Arrow files. */
const CONTENTS = new Set('.csv .tsv .parquet .feather .npy .npz .safetensors .onnx'.split(' '));

const TEXTS = new Set(
  '.txt .md .json .ndjson .jsonl .yaml .yml .toml .log .xml .ini .tex .bib .py .ts .js .sh .r .sql'.split(
    ' ',
  ),
);

/** The type of an image; null for what is none that a page may show. */
export function imageType(name: string): string | null {
  return TYPES[extname(name).toLowerCase()] ?? null;
}

export type Kind = 'image' | 'page' | 'table' | 'content' | 'text' | 'unknown';

export function kindOf(name: string): Kind {
  const ending = extname(name).toLowerCase();
  if (ending in TYPES) return 'image';
  if (ending === '.html' || ending === '.htm') return 'page';
  if (ending === '.arrow') return 'table';
  if (CONTENTS.has(ending)) return 'content';
  return TEXTS.has(ending) || ending === '' ? 'text' : 'unknown';
}

/** Types of what a page of an artifact loads beside itself. */
export function pageType(name: string): string {
  const ending = extname(name).toLowerCase();
  const more: Readonly<Record<string, string>> = {
    '.html': 'text/html; charset=utf-8',
    '.htm': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.mjs': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.json': 'application/json',
    '.woff2': 'font/woff2',
  };
  return TYPES[ending] ?? more[ending] ?? 'application/octet-stream';
}
