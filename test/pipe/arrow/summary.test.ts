import { expect, it } from 'vitest';
import { readArrow } from '../../../lib/pipe/arrow/read.ts';
import { summarise } from '../../../lib/pipe/arrow/summary.ts';
import { writeArrow } from '../../../lib/pipe/arrow/write.ts';
import { temporaryFolder } from './temporary.ts';

const path = temporaryFolder();

it('summarises every column, missing values apart', async () => {
  await writeArrow(path('a.arrow'), {
    map: { type: 'tensor', shape: [2], values: Float32Array.of(-1, 2, Number.NaN, 5) },
    p: { type: 'float64', values: [null, 0.5] },
    none: { type: 'int32', values: [null, null] },
    name: { type: 'utf8', values: ['cat', null] },
    right: { type: 'bool', values: [true, false] },
  });
  const found = summarise(await readArrow(path('a.arrow')));
  expect(found.map(({ name, missing, range }) => ({ name, missing, range }))).toEqual([
    { name: 'map', missing: 1, range: { min: -1, mean: 2, max: 5 } },
    { name: 'p', missing: 1, range: { min: 0.5, mean: 0.5, max: 0.5 } },
    { name: 'none', missing: 2, range: null },
    { name: 'name', missing: 1, range: null },
    { name: 'right', missing: 0, range: null },
  ]);
});
