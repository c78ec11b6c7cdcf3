import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, fitted, padded } from '../../../lib/pipe/report/width.ts';

test.each([
  ['score@epoch=5', 13],
  ['過学習', 6],
  ['é', 1],
  ['e\u0301', 1],
  ['…█░', 3],
  ['🎉', 2],
])('%s takes its columns', (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

test('a line that fits is left alone, a longer one is cut with an ellipsis', () => {
  expect(fitted([{ text: 'train' }, { text: ' 3/10' }], 10, '…')).toBe('train 3/10');
  expect(fitted([{ text: 'train' }, { text: ' 3/10' }], 9, '…')).toBe('train 3/…');
  expect(fitted([{ text: 'train' }, { text: ' 3/10' }], 4, '…')).toBe('tra…');
});

test('paint goes around what is kept only', () => {
  const paint = (text: string): string => `<${text}>`;
  expect(fitted([{ text: 'ab', paint }, { text: 'cd', paint }, { text: 'ef' }], 4, '~')).toBe('<ab><c>~');
});

test('no line is wider than asked, whatever the letters', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 5 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 40 }), (parts, columns) => {
      const line = fitted(
        parts.map((text) => ({ text })),
        columns,
        '…',
      );
      expect(columnsOf(line)).toBeLessThanOrEqual(columns);
    }),
  );
});

test('padding fills to the width in columns', () => {
  expect([padded('過', 4), padded('abcde', 4)]).toEqual(['過  ', 'abcde']);
});
