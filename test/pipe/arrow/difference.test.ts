import { expect, it } from 'vitest';
import type { Columns } from '../../../lib/pipe/arrow/columns.ts';
import { firstDifference } from '../../../lib/pipe/arrow/difference.ts';
import { readArrow } from '../../../lib/pipe/arrow/read.ts';
import { writeArrow } from '../../../lib/pipe/arrow/write.ts';
import { temporaryFolder } from './temporary.ts';

const path = temporaryFolder();

const tensor = (...values: number[]) =>
  ({ type: 'tensor', shape: [2], values: Float32Array.from(values) }) as const;
const names = (...values: (string | null)[]) => ({ type: 'utf8', values }) as const;
const losses = (...values: (number | null)[]) => ({ type: 'float64', values }) as const;

const base: Columns = { map: tensor(0, 1, 2, 3), loss: losses(0.5, null), name: names('cat', 'dog') };

it.each<[string, Columns, object]>([
  [
    'values of a tensor, by how much, and in which rows',
    { ...base, map: tensor(0, 1.5, 2, 1) },
    {
      type: 'values',
      column: 'map',
      tensor: true,
      differing: 2,
      of: 4,
      row: 0,
      largest: { difference: 2, row: 1 },
    },
  ],
  [
    'the first column that differs, when several do',
    { ...base, loss: losses(0.25, null), name: names('cat', 'cow') },
    { type: 'values', column: 'loss', differing: 1, row: 0, largest: { difference: 0.25, row: 0 } },
  ],
  [
    'a number where there was none',
    { ...base, loss: losses(0.5, 1) },
    { type: 'values', column: 'loss', differing: 1, row: 1, largest: null },
  ],
  [
    'NaN where there was a number',
    { ...base, map: tensor(0, 1, 2, Number.NaN) },
    { type: 'values', column: 'map', differing: 1, row: 1, largest: null },
  ],
  [
    'the sign of zero',
    { ...base, map: tensor(-0, 1, 2, 3) },
    { type: 'values', differing: 1, row: 0, largest: { difference: 0, row: 0 } },
  ],
  [
    'texts',
    { ...base, name: names('cat', 'cow') },
    { type: 'values', column: 'name', tensor: false, differing: 1, row: 1, largest: null },
  ],
  [
    'the number of rows',
    { map: tensor(0, 1), loss: losses(1), name: names('a') },
    { type: 'rows', before: 2, after: 1 },
  ],
  [
    'the names of columns',
    { map: base['map']!, name: base['name']! },
    { type: 'columns', before: ['map', 'loss', 'name'], after: ['map', 'name'] },
  ],
  [
    'the type of a column',
    { ...base, loss: { type: 'int32', values: [1, 2] } },
    { type: 'kind', column: 'loss', before: { type: 'float64' }, after: { type: 'int32' } },
  ],
])('finds %s', async (_, columns, expected) => {
  await writeArrow(path('before.arrow'), base);
  await writeArrow(path('after.arrow'), columns);
  const [before, after] = [await readArrow(path('before.arrow')), await readArrow(path('after.arrow'))];
  expect(firstDifference(before, after)).toMatchObject(expected);
});

it('finds metadata that differs, and tells when there is nothing to find', async () => {
  await writeArrow(path('before.arrow'), base, { metadata: { task: 'a' } });
  await writeArrow(path('after.arrow'), base, { metadata: { task: 'b' } });
  const [before, after] = [await readArrow(path('before.arrow')), await readArrow(path('after.arrow'))];
  expect(firstDifference(before, after)).toEqual({ type: 'metadata', key: 'task' });
  expect(firstDifference(before, before)).toEqual({ type: 'storage' });
});
