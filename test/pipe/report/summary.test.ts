import { expect, test } from 'vitest';
import { figureLines } from '../../../lib/pipe/report/summary.ts';

const paths = (n: number): string[] => Array.from({ length: n }, (_, index) => `figures/${index}.svg`);

test('figures are listed by path', () => {
  expect(figureLines(['artifacts/a.svg', 'artifacts/b.html'], 12)).toEqual([
    'figures:',
    '  artifacts/a.svg',
    '  artifacts/b.html',
  ]);
});

test('no figures are no lines', () => {
  expect(figureLines([], 12)).toEqual([]);
});

test('a long list ends in a count, but never of one', () => {
  expect(figureLines(paths(13), 12)).toHaveLength(14);
  expect(figureLines(paths(14), 12)).toHaveLength(14);
  expect(figureLines(paths(14), 12).at(-1)).toBe('  and 2 more');
});

test('one figure in several formats is one line', () => {
  expect(figureLines(['figures/a.png', 'figures/a.svg', 'figures/b.1.svg'], 12)).toEqual([
    'figures:',
    '  figures/a.png, .svg',
    '  figures/b.1.svg',
  ]);
});
