import type sharp from 'sharp';
import { imageLibrary } from './formats/image.ts';

/** What draws pictures: the protocols of terminals, or letters of two halves, an upper and a lower one. */
export type PictureWay = 'kitty' | 'iterm' | 'sixel' | 'halves' | 'none';

/** How a terminal takes pictures, by what it says of itself. */
export function pictureWay(env: NodeJS.ProcessEnv, colours: boolean, unicode: boolean): PictureWay {
  const [term, program] = [env.TERM ?? '', env.TERM_PROGRAM ?? ''];
  // Neither passes these on as they are.
  const wrapped = env.TMUX !== undefined || env.STY !== undefined || term.startsWith('screen');
  if (!wrapped) {
    if (env.KITTY_WINDOW_ID !== undefined || /kitty|ghostty/.test(term) || program === 'ghostty')
      return 'kitty';
    if (program === 'iTerm.app' || program === 'WezTerm') return 'iterm';
    if (/sixel|mlterm|^foot|yaft/.test(term)) return 'sixel';
  }
  return colours && unicode ? 'halves' : 'none';
}

/** A letter's width and height in pixels, where a terminal does not say. */
const LETTER = { width: 8, height: 16 };
/** Lines of a picture, at most. */
const LINES = 24;

/** The commands that draw an image, at most so many letters wide; null where it cannot be read or drawn. */
export async function picture(path: string, way: PictureWay, columns: number): Promise<string | null> {
  const open = way === 'none' ? null : await imageLibrary();
  if (open === null) return null;
  if (way === 'halves') {
    const size = { width: Math.min(columns, 100), height: 2 * LINES };
    return halves(await pixelsOf(open(path), size));
  }
  const size = { width: columns * LETTER.width, height: LINES * LETTER.height };
  if (way === 'sixel') return sixels(await pixelsOf(open(path), size));
  const png = await open(path)
    .resize({ ...size, fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
  return way === 'kitty' ? kitty(png) : iterm(png);
}

/** Red, green and blue of each pixel, on white. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
}

async function pixelsOf(
  image: ReturnType<typeof sharp>,
  size: { readonly width: number; readonly height: number },
): Promise<Pixels> {
  const { data, info } = await image
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .removeAlpha()
    .resize({ ...size, fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, values: data };
}

/** Kitty's graphics protocol: PNG in base64, in pieces of at most 4,096 letters. */
export function kitty(png: Uint8Array): string {
  const pieces =
    Buffer.from(png)
      .toString('base64')
      .match(/.{1,4096}/g) ?? [];
  const commands = pieces.map((piece, index) => {
    const more = index < pieces.length - 1 ? 1 : 0;
    return `\u001b_G${index === 0 ? 'a=T,f=100,' : ''}m=${more};${piece}\u001b\\`;
  });
  return `${commands.join('')}\n`;
}

/** iTerm's inline images. */
export function iterm(png: Uint8Array): string {
  return `\u001b]1337;File=inline=1;size=${png.length}:${Buffer.from(png).toString('base64')}\u0007\n`;
}

/** Two pixels a letter: the upper half in its colour, the lower one as its ground. */
export function halves({ width, height, values }: Pixels): string {
  const colour = (x: number, y: number): string =>
    [...values.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)].join(';');
  let drawn = '';
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x++) {
      const ground = y + 1 < height ? `\u001b[48;2;${colour(x, y + 1)}m` : '\u001b[49m';
      drawn += `\u001b[38;2;${colour(x, y)}m${ground}▀`;
    }
    drawn += '\u001b[0m\n';
  }
  return drawn;
}

/** Steps of a colour: 6 × 6 × 6 colours in all. */
const STEPS = 6;

/** DEC's sixels: bands six pixels high, in each a line for every colour that it has. */
export function sixels({ width, height, values }: Pixels): string {
  const registers = Array.from({ length: STEPS ** 3 }, (_, index) => {
    const percent = [index / STEPS ** 2, (index / STEPS) % STEPS, index % STEPS].map((step) =>
      Math.round((Math.floor(step) / (STEPS - 1)) * 100),
    );
    return `#${index};2;${percent.join(';')}`;
  });
  const nearest = (at: number): number => {
    const [red, green, blue] = [0, 1, 2].map((part) => Math.round((values[at + part]! / 255) * (STEPS - 1)));
    return (red! * STEPS + green!) * STEPS + blue!;
  };
  let bands = '';
  for (let top = 0; top < height; top += 6) {
    const lines = new Map<number, Uint8Array>();
    for (let y = top; y < Math.min(top + 6, height); y++)
      for (let x = 0; x < width; x++) {
        const colour = nearest(3 * (y * width + x));
        const line = lines.get(colour) ?? new Uint8Array(width);
        line[x]! |= 1 << (y - top);
        lines.set(colour, line);
      }
    const drawn = [...lines].map(([colour, line]) => `#${colour}${runs(line)}`);
    bands += `${drawn.join('$')}-`;
  }
  return `\u001bPq"1;1;${width};${height}${registers.join('')}${bands}\u001b\\\n`;
}

/** Equal sixels in a row are told once, with how many they are. */
function runs(line: Uint8Array): string {
  let told = '';
  for (let at = 0; at < line.length;) {
    let end = at + 1;
    while (end < line.length && line[end] === line[at]) end++;
    const letter = String.fromCharCode(63 + line[at]!);
    told += end - at > 3 ? `!${end - at}${letter}` : letter.repeat(end - at);
    at = end;
  }
  return told;
}
