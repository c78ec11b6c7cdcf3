import { describe, expect, test } from 'vitest';
import { Lines } from '../../../lib/pipe/execute/child.ts';

function split(pieces: readonly string[]): string[] {
  const lines: string[] = [];
  const splitter = new Lines((line) => lines.push(line));
  for (const piece of pieces) splitter.add(piece);
  splitter.end();
  return lines;
}

describe('what a stream brings', () => {
  test('is split into lines, wherever its pieces end', () => {
    expect(split(['a', 'b\nc\n\nd', '', '\n', 'e'])).toEqual(['ab', 'c', '', 'd', 'e']);
    expect(split(['a\n'])).toEqual(['a']);
    expect(split([])).toEqual([]);
  });

  test('without line ends is cut after a mebibyte, none of it lost and no letter in two', () => {
    const pieces = ['x', ...Array.from({ length: 46 }, () => '𝄞'.repeat(32_768))];
    const text = pieces.join('');
    const lines = split(pieces);
    expect(lines.length).toBe(Math.ceil(text.length / 2 ** 20));
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(2 ** 20);
    expect(lines.some((line) => /[\ud800-\udbff]$/.test(line))).toBe(false);
    expect(lines.join('') === text).toBe(true);
  });
});
