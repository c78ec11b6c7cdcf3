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
  expect(figureLines(paths(14), 12).at(-1)).toBe('  figures/: 2 more');
});

test('of a long list, those in the deepest directories are counted', () => {
  const deep = ['a', 'b', 'c'].map((name) => `artifacts/plot/sheets/${name}.png`);
  expect(figureLines([...deep, 'artifacts/plot/z.svg', 'artifacts/report.md'], 2)).toEqual([
    'figures:',
    '  artifacts/report.md',
    '  artifacts/plot/z.svg',
    '  artifacts/plot/sheets/: 3 more',
  ]);
});

test('one figure in several formats is one line', () => {
  expect(figureLines(['figures/a.png', 'figures/a.svg', 'figures/b.1.svg'], 12)).toEqual([
    'figures:',
    '  figures/a.png, .svg',
    '  figures/b.1.svg',
  ]);
});
