import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { endMark } from '../../../lib/pipe/execute/protocol.ts';
import { newKey, TaskStreams } from '../../../lib/pipe/execute/task-streams.ts';

function open() {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const streams = new TaskStreams({ out, err });
  const lines: string[] = [];
  const ends: unknown[] = [];
  const begin = (key: string): void => {
    streams.begin(
      key,
      {
        log: (name, line) => lines.push(`${name}: ${line}`),
        progress: () => undefined,
        warning: () => undefined,
      },
      (notes) => ends.push(notes),
    );
  };
  /** Each piece by itself, as it may come through a pipe. */
  const write = async (name: 'out' | 'err', pieces: readonly string[]) => {
    for (const piece of pieces) {
      ({ out, err })[name].write(piece);
      await new Promise(setImmediate);
    }
  };
  return { streams, lines, ends, begin, write };
}

describe('what a process prints that runs one task after another', () => {
  const key = 'k3y';

  test('ends when both streams have their mark, with what these say', async () => {
    const { lines, ends, begin, write } = open();
    begin(key);
    await write('err', [`oh\n${endMark(key)}`]);
    expect(ends).toEqual([]);
    await write('out', [`hello${endMark(key, 'exit 3')}`]);
    expect(ends).toEqual([{ out: 'exit 3', err: '' }]);
    expect(lines.sort()).toEqual(['err: oh', 'out: hello']);
  });

  test('is told from the mark wherever it is cut', async () => {
    const text = `a\nb${endMark(key, 'signal 9')}`;
    for (let at = 1; at < text.length; at += 1) {
      const { lines, ends, begin, write } = open();
      begin(key);
      await write('err', [endMark(key)]);
      await write('out', [text.slice(0, at), text.slice(at)]);
      expect(lines).toEqual(['out: a', 'out: b']);
      expect(ends).toEqual([{ out: 'signal 9', err: '' }]);
    }
  });

  test('may hold zero bytes and what looks like the mark of another task', async () => {
    const { lines, ends, begin, write } = open();
    begin(key);
    const other = endMark('other');
    const longer = `\0end ${key}s\0`;
    await write('out', [`\0${other}x\0end `, `${longer}\n`, endMark(key)]);
    expect(lines).toEqual([`out: \0${other}x\0end ${longer}`]);
    expect(ends).toEqual([]);
    await write('err', [endMark(key)]);
    expect(ends).toHaveLength(1);
  });

  test('after its mark is nobody’s, until the next begins', async () => {
    const { lines, ends, begin, write } = open();
    begin(key);
    await write('out', [`one${endMark(key)}late\n`, 'later\n']);
    await write('err', [endMark(key)]);
    begin('k2');
    await write('out', [`two${endMark('k2')}`]);
    expect(lines).toEqual(['out: one', 'out: two']);
    await write('err', [endMark('k2')]);
    expect(ends).toHaveLength(2);
  });

  test('is all there is, what might have become a mark with it, when nothing more comes', async () => {
    const { streams, lines, ends, begin, write } = open();
    begin(key);
    await write('out', ['half\0end k']);
    streams.cut();
    expect(lines).toEqual(['out: half\0end k']);
    await write('out', ['more\n']);
    expect(lines).toHaveLength(1);
    expect(ends).toEqual([]);
  });

  test('takes zero bytes for what they are, whatever stands at the end of a piece', async () => {
    const { lines, ends, begin, write } = open();
    begin(key);
    const mark = endMark(key);
    const zeros = '\0'.repeat(100_000);
    // Ends in the middle of a mark that then is none, of one with another key, and of the mark itself.
    await write('out', [`${zeros}\0en`, `d of it\n\0end k3`, `x\n${mark.slice(0, 5)}`, mark.slice(5)]);
    await write('err', [mark]);
    expect(lines.join('')).toBe(`out: ${zeros}\0end of itout: \0end k3x`);
    expect(ends).toEqual([{ out: '', err: '' }]);
  });
});

test('no two keys are alike, and none can be guessed from another', () => {
  const keys = Array.from({ length: 100 }, newKey);
  expect(new Set(keys).size).toBe(100);
  expect(keys.every((key) => /^[0-9a-f-]{36}$/.test(key))).toBe(true);
});
