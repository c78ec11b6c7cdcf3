import { expect, test } from 'vitest';
import { bytes, count, duration, shortDigest } from '../../../lib/pipe/report/quantity.ts';

test.each([
  [0, '0.00 s'],
  [42, '0.04 s'],
  [3210, '3.2 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_700, '1 min 00 s'],
  [252_000, '4 min 12 s'],
  [3_599_600, '1 h 00 min'],
  [7_500_000, '2 h 05 min'],
])('%i ms is written %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_340_000, '1.3 MB'],
  [99_940_000, '99.9 MB'],
  [999_600_000, '1.0 GB'],
])('%i bytes are written %s', (n, text) => {
  expect(bytes(n)).toBe(text);
});

test('one thing is singular, many are plural, with digits in groups', () => {
  expect([count(1, 'task'), count(0, 'task'), count(12_000, 'entry', 'entries')]).toEqual([
    '1 task',
    '0 tasks',
    '12,000 entries',
  ]);
});

test('a digest is cut to its first ten digits', () => {
  expect(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('0123456789');
});
