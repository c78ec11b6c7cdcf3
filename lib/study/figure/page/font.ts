import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Bundled, so that a figure looks the same everywhere; the others are for viewers of an SVG without it. */
export const FONT_FAMILY = 'DejaVu Sans Condensed, Arial, Helvetica, sans-serif';

const files = { normal: 'DejaVuSansCondensed.ttf', bold: 'DejaVuSansCondensed-Bold.ttf' } as const;
export type FontWeight = keyof typeof files;

function fontFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('dejavu-fonts-ttf/package.json')), 'ttf');
}

/** Of the package that brings the font: part of what decides a figure's bytes. */
export function fontVersion(): string {
  const manifest = readFileSync(join(fontFolder(), '..', 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Advance widths, as shares of the font size. */
interface Metrics {
  /** By glyph. */
  readonly advances: Float64Array;
  readonly glyphOf: (codePoint: number) => number;
}

/** https://learn.microsoft.com/typography/opentype/spec/cmap, format 4: segments of 16-bit code points. */
function readGlyphs(font: DataView, cmap: number): (codePoint: number) => number {
  const tables = font.getUint16(cmap + 2);
  const offsets = Array.from({ length: tables }, (_, at) => cmap + font.getUint32(cmap + 4 + at * 8 + 4));
  const table = offsets.find((offset) => font.getUint16(offset) === 4);
  if (table === undefined) throw new Error('the bundled font has no character map of format 4');
  const doubled = font.getUint16(table + 6);
  const ends = table + 14;
  const starts = ends + doubled + 2;
  return (codePoint) => {
    for (let at = 0; at < doubled; at += 2) {
      if (codePoint > font.getUint16(ends + at)) continue;
      const start = font.getUint16(starts + at);
      if (codePoint < start) return 0;
      const delta = font.getUint16(starts + doubled + at);
      const place = starts + 2 * doubled + at;
      const range = font.getUint16(place);
      if (range === 0) return (codePoint + delta) & 0xffff;
      const glyph = font.getUint16(place + range + 2 * (codePoint - start));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}

function readMetrics(file: string): Metrics {
  const bytes = readFileSync(join(fontFolder(), file));
  const font = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map(
    Array.from({ length: font.getUint16(4) }, (_, at) => {
      const entry = 12 + at * 16;
      return [bytes.toString('latin1', entry, entry + 4), font.getUint32(entry + 8)];
    }),
  );
  const unitsPerEm = font.getUint16(tables.get('head')! + 18);
  const count = font.getUint16(tables.get('hhea')! + 34);
  const hmtx = tables.get('hmtx')!;
  const advances = Float64Array.from(
    { length: count },
    (_, at) => font.getUint16(hmtx + at * 4) / unitsPerEm,
  );
  return { advances, glyphOf: readGlyphs(font, tables.get('cmap')!) };
}

const loaded = new Map<FontWeight, Metrics>();

/** Width of a line of text in the bundled font, in the unit of `size`. Kerning is left out. */
export function textWidth(text: string, size: number, weight: FontWeight = 'normal'): number {
  let metrics = loaded.get(weight);
  if (!metrics) {
    metrics = readMetrics(files[weight]);
    loaded.set(weight, metrics);
  }
  let width = 0;
  for (const character of text) {
    const glyph = metrics.glyphOf(character.codePointAt(0)!);
    // Glyphs past the table's end share its last advance.
    width += metrics.advances[Math.min(glyph, metrics.advances.length - 1)]!;
  }
  return width * size;
}

/** Breaks a text at its spaces so that each line is at most `width` wide, single words apart. */
export function wrapText(text: string, size: number, weight: FontWeight, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || textWidth(longer, size, weight) > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

let configured = false;

/**
 * Makes fontconfig, by which text in an SVG becomes pixels, see the bundled font and no other. It reads its
 * configuration once, at the process's first text: so this comes before.
 */
export function useBundledFont(): void {
  if (configured) return;
  configured = true;
  const folder = mkdtempSync(join(tmpdir(), 'fontconfig-'));
  const file = join(folder, 'fonts.conf');
  const config = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>${fontFolder()}</dir><cachedir>${folder}</cachedir></fontconfig>
`;
  writeFileSync(file, config);
  process.env['FONTCONFIG_FILE'] = file;
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
}
