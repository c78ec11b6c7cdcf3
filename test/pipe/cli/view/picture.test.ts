import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { halves, kitty, picture, pictureWay, sixels } from '../../../../lib/pipe/cli/view/picture.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipe-test-'));
const path = join(folder, 'x.png');
beforeAll(async () => {
  const values = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 9, 9, 9);
  await sharp(values, { raw: { width: 2, height: 3, channels: 3 } })
    .png()
    .toFile(path);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the way of a terminal', () => {
  it.each([
    [{ TERM: 'xterm-kitty' }, 'kitty'],
    [{ TERM: 'xterm-256color', KITTY_WINDOW_ID: '1' }, 'kitty'],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }, 'iterm'],
    [{ TERM: 'foot' }, 'sixel'],
    [{ TERM: 'xterm-256color' }, 'halves'],
    [{ TERM: 'tmux-256color', KITTY_WINDOW_ID: '1', TMUX: '/tmp/tmux' }, 'halves'],
  ] as const)('%j is %s', (env, way) => {
    expect(pictureWay(env, true, true)).toBe(way);
  });

  it('is none without colours, or letters beyond ASCII', () => {
    expect(pictureWay({ TERM: 'xterm' }, false, true)).toBe('none');
    expect(pictureWay({ TERM: 'linux' }, true, false)).toBe('none');
  });
});

describe('a picture', () => {
  it('of halves has two pixels a letter, the last line of an odd height its own ground', async () => {
    expect(await picture(path, 'halves', 80)).toBe(
      '\u001b[38;2;255;0;0m\u001b[48;2;0;0;255m▀\u001b[38;2;0;255;0m\u001b[48;2;255;255;255m▀\u001b[0m\n' +
        '\u001b[38;2;0;0;0m\u001b[49m▀\u001b[38;2;9;9;9m\u001b[49m▀\u001b[0m\n',
    );
  });

  it('is no wider than the terminal', async () => {
    const wide = join(folder, 'wide.png');
    await sharp({ create: { width: 400, height: 40, channels: 4, background: '#00000000' } })
      .png()
      .toFile(wide);
    const lines = (await picture(wide, 'halves', 30))!.trimEnd().split('\n');
    expect(lines.map((line) => line.split('▀').length - 1)).toEqual([30, 30]);
    // What is transparent shows white.
    expect(lines[0]).toContain('38;2;255;255;255m');
  });

  it('in Kitty’s way is PNG in pieces, of which the last says so', async () => {
    const png = new Uint8Array(6000).fill(1);
    const [first, second, ...rest] = kitty(png).split('\u001b\\');
    expect(first).toMatch(/^\u001b_Ga=T,f=100,m=1;[A-Za-z0-9+/]{4096}$/);
    expect(second).toMatch(/^\u001b_Gm=0;[A-Za-z0-9+/=]+$/);
    expect(rest).toEqual(['\n']);
    const drawn = (await picture(path, 'kitty', 80))!;
    const sent = /;([A-Za-z0-9+/=]*)\u001b/.exec(drawn)![1]!;
    expect(await sharp(Buffer.from(sent, 'base64')).metadata()).toMatchObject({
      format: 'png',
      width: 2,
      height: 3,
    });
  });

  it('in iTerm’s way says how large it is', async () => {
    expect(await picture(path, 'iterm', 80)).toMatch(
      /^\u001b\]1337;File=inline=1;size=\d+:[A-Za-z0-9+/=]+\u0007\n$/,
    );
  });

  it('of sixels has bands of six lines, and a line of each for every colour', async () => {
    const drawn = sixels({ width: 5, height: 7, values: new Uint8Array(3 * 5 * 7).fill(255) });
    expect(drawn.startsWith('\u001bPq"1;1;5;7#0;2;0;0;0')).toBe(true);
    expect(drawn).toContain('#215;2;100;100;100#215!5~-#215!5@-\u001b\\');
    expect(await picture(path, 'sixel', 80)).toContain('#180');
  });

  it('is none where there is no way', async () => {
    expect(await picture(path, 'none', 80)).toBeNull();
    expect(halves({ width: 0, height: 0, values: new Uint8Array() })).toBe('');
  });
});
