import { expect, test } from 'vitest';
import { table } from '../../../lib/pipe/report/table.ts';

test('cells stand under each other, numbers to the right', () => {
  expect(
    table([
      ['column', 'type', 'mean'],
      ['x', 'float32', '0.5'],
      ['過学習', 'utf8'],
      ['class', 'int32', '12'],
    ]),
  ).toEqual(['column  type     mean', 'x       float32   0.5', '過学習  utf8', 'class   int32      12']);
});

test('no rows are no lines', () => {
  expect(table([])).toEqual([]);
});
