import { describe, expect, it } from 'vitest';
import { decompressLz4 } from '../../../lib/pipe/arrow/lz4.ts';

const HEAD = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
const END = [0, 0, 0, 0];
const block = (bytes: readonly number[]): number[] => [bytes.length, 0, 0, 0, ...bytes];
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const letters = (word: string): number[] => [...Buffer.from(word)];

describe('an LZ4 frame', () => {
  it('gives literals, and repeats what came before', () => {
    // Three literals, then seven letters from three before; then two literals.
    const sequence = [0x33, ...letters('abc'), 3, 0, 0x20, ...letters('de')];
    expect(text(decompressLz4(Uint8Array.from([...HEAD, ...block(sequence), ...END])))).toBe('abcabcabcade');
  });

  it('refers to earlier blocks, and takes blocks as they are', () => {
    const stored = [3, 0, 0, 0x80, ...letters('xyz')];
    const second = [0x00, 3, 0, 0x10, ...letters('!')];
    expect(text(decompressLz4(Uint8Array.from([...HEAD, ...stored, ...block(second), ...END])))).toBe(
      'xyzxyzx!',
    );
  });

  it('has lengths of more than a nibble', () => {
    const long = [0x1f, ...letters('a'), 1, 0, 255, 26, 0x00];
    const given = decompressLz4(Uint8Array.from([...HEAD, ...block(long), ...END]));
    expect(text(given)).toBe('a'.repeat(1 + 15 + 255 + 26 + 4));
  });

  it.each([
    ['is none', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 'no LZ4 frame'],
    ['has no end', [...HEAD, ...block([0x10, 65])], 'cut off'],
    ['has a block that is cut off', [...HEAD, 200, 0, 0, 0, 1, 2], 'block is cut off'],
    [
      'has literals that are cut off',
      [...HEAD, ...block([0x50, 65]), ...END],
      'literals of an LZ4 block are cut off',
    ],
    ['refers to before its beginning', [...HEAD, ...block([0x10, 65, 2, 0]), ...END], 'what is not there'],
    ['refers to nothing', [...HEAD, ...block([0x10, 65, 0, 0]), ...END], 'what is not there'],
    [
      'has a length that is cut off',
      [...HEAD, ...block([0xf0, 255]), ...END],
      'a length in an LZ4 block is cut off',
    ],
  ])('is refused where it %s', (_, bytes, message) => {
    expect(() => decompressLz4(Uint8Array.from(bytes))).toThrow(message);
  });
});
