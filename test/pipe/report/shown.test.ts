import { describe, expect, test } from 'vitest';
import { lastDrawn, shown } from '../../../lib/pipe/report/shown.ts';

describe('control characters', () => {
  test('are made visible, but for line ends and tabs', () => {
    expect(shown('a\u001b[2Jb\r\u0007\u009b31m\u007f\u202e\tc\n', false)).toBe(
      'a\\u001b[2Jb\\u000d\\u0007\\u009b31m\\u007f\\u202e\tc\n',
    );
    expect(shown('日本 é 🦙', false)).toBe('日本 é 🦙');
  });

  test('that this program colours and clears lines with are passed to a terminal, and no others', () => {
    const own = '\u001b[31mred\u001b[39m\r\u001b[K';
    expect(shown(own, true)).toBe(own);
    expect(shown(`${own}\u001b[2J\u001b]0;title\u0007\u001b[31;1m`, true)).toBe(
      `${own}\\u001b[2J\\u001b]0;title\\u0007\\u001b[31;1m`,
    );
    expect(shown(own, false)).not.toContain('\u001b');
  });

  test('in JSON stay JSON', () => {
    expect(JSON.parse(shown(JSON.stringify('\u009b\u001b'), false))).toBe('\u009b\u001b');
  });
});

test('of a line that was drawn over again, the last drawing is shown', () => {
  expect(lastDrawn('10 %\r20 %\r30 %')).toBe('30 %');
  expect(lastDrawn('10 %\r20 %\r')).toBe('20 %');
  expect(lastDrawn('plain')).toBe('plain');
});
