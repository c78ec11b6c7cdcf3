import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { RecordBatchReader } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Columns } from '../../../lib/pipe/arrow/columns.ts';
import { readArrow } from '../../../lib/pipe/arrow/read.ts';
import { writeArrow } from '../../../lib/pipe/arrow/write.ts';
import { temporaryFolder } from './temporary.ts';

const path = temporaryFolder();

const table: Columns = {
  image: {
    type: 'tensor',
    shape: [2, 2],
    dimensions: ['height', 'width'],
    values: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  },
  weight: { type: 'tensor', shape: [], values: Float64Array.of(0.5, Number.NaN) },
  label: { type: 'int32', values: [3, null] },
  p: { type: 'float64', values: [0.25, null] },
  right: { type: 'bool', values: [null, true] },
  name: { type: 'utf8', values: ['naïve 猫', null] },
};

describe('writeArrow', () => {
  it('writes what readArrow gives back', async () => {
    await writeArrow(path('a.arrow'), table, { metadata: { stage: 'test', a: 'ü' } });
    const read = await readArrow(path('a.arrow'));
    expect(read.rows).toBe(2);
    expect(read.metadata).toEqual({ a: 'ü', stage: 'test' });
    expect(read.columns).toEqual({
      image: { type: 'tensor', element: 'uint8', shape: [2, 2], dimensions: ['height', 'width'] },
      weight: { type: 'tensor', element: 'float64', shape: [], dimensions: null },
      label: { type: 'int32' },
      p: { type: 'float64' },
      right: { type: 'bool' },
      name: { type: 'utf8' },
    });
    expect(read.tensor('image')).toEqual({ shape: [2, 2, 2], values: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
    expect(read.tensor('weight')).toEqual({ shape: [2], values: Float64Array.of(0.5, Number.NaN) });
    expect(read.numbers('label')).toEqual([3, null]);
    expect(read.numbers('p')).toEqual([0.25, null]);
    expect(read.booleans('right')).toEqual([null, true]);
    expect(read.strings('name')).toEqual(['naïve 猫', null]);
  });

  it('gives equal tables equal bytes, whatever the order of their metadata', async () => {
    await writeArrow(path('b.arrow'), table, { metadata: { x: '1', y: '2', A: '3' } });
    await writeArrow(path('c.arrow'), table, { metadata: { A: '3', y: '2', x: '1' } });
    expect(await readFile(path('b.arrow'))).toEqual(await readFile(path('c.arrow')));
  });

  it('carries the canonical extension of tensors in the field', async () => {
    await writeArrow(path('d.arrow'), table);
    const { schema } = RecordBatchReader.from(await readFile(path('d.arrow'))).open();
    expect(Object.fromEntries(schema.fields[0]!.metadata)).toEqual({
      'ARROW:extension:name': 'arrow.fixed_shape_tensor',
      'ARROW:extension:metadata': '{"shape":[2,2],"dim_names":["height","width"]}',
    });
    expect(schema.fields[2]!.metadata.size).toBe(0);
  });

  it('writes a stream behind the magic, as the format asks', async () => {
    await writeArrow(path('e.arrow'), table);
    const stream = (await readFile(path('e.arrow'))).subarray(8);
    const batches = [...RecordBatchReader.from(stream)];
    expect(batches.map((batch) => batch.numRows)).toEqual([2]);
  });

  it('writes a table without rows, its types kept', async () => {
    const empty: Columns = {
      map: { type: 'tensor', shape: [4, 4], values: new Float32Array(0) },
      name: { type: 'utf8', values: [] },
    };
    await writeArrow(path('f.arrow'), empty);
    const read = await readArrow(path('f.arrow'));
    expect(read.rows).toBe(0);
    expect(read.tensor('map')).toEqual({ shape: [0, 4, 4], values: new Float32Array(0) });
    expect(read.strings('name')).toEqual([]);
  });

  it('writes one record batch for each set of columns, asking for the next when one is written', async () => {
    const written: number[] = [];
    async function* batches(): AsyncGenerator<Columns> {
      for (let epoch = 0; epoch < 3; epoch += 1) {
        await Promise.resolve();
        written.push(epoch);
        yield {
          epoch: { type: 'int32', values: [epoch, epoch] },
          map: { type: 'tensor', shape: [2], values: Float32Array.of(epoch, 1, epoch, 2) },
        };
      }
    }
    await writeArrow(path('g.arrow'), batches());
    expect(written).toEqual([0, 1, 2]);
    const read = await readArrow(path('g.arrow'));
    expect(read.numbers('epoch')).toEqual([0, 0, 1, 1, 2, 2]);
    expect(read.tensor('map')).toEqual({
      shape: [6, 2],
      values: Float32Array.of(0, 1, 0, 2, 1, 1, 1, 2, 2, 1, 2, 2),
    });
    const each = [...read.batches()];
    expect(each.map((rows) => rows.numbers('epoch'))).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    expect(each[2]!.tensor('map')).toEqual({ shape: [2, 2], values: Float32Array.of(2, 1, 2, 2) });
  });

  it('round-trips any plain columns', async () => {
    const row = fc.record({
      i: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      f: fc.option(fc.double({ noNaN: true })),
      b: fc.option(fc.boolean()),
      s: fc.option(fc.string({ unit: 'grapheme' })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const file = path('property.arrow');
        await writeArrow(file, {
          i: { type: 'int32', values: rows.map(({ i }) => i) },
          f: { type: 'float64', values: rows.map(({ f }) => f) },
          b: { type: 'bool', values: rows.map(({ b }) => b) },
          s: { type: 'utf8', values: rows.map(({ s }) => s) },
        });
        const read = await readArrow(file);
        expect(read.numbers('i')).toEqual(rows.map(({ i }) => i));
        expect(read.numbers('f')).toEqual(rows.map(({ f }) => f));
        expect(read.booleans('b')).toEqual(rows.map(({ b }) => b));
        expect(read.strings('s')).toEqual(rows.map(({ s }) => s));
      }),
      { numRuns: 50 },
    );
  });
});

describe('writeArrow refuses, and leaves no file', () => {
  const cases: { title: string; batches: Columns | Columns[]; message: string }[] = [
    {
      title: 'NaN in a plain column',
      batches: { loss: { type: 'float64', values: [1, Number.NaN] } },
      message: 'column "loss", row 1: NaN is not a number; a missing value is null',
    },
    {
      title: 'a fraction among int32',
      batches: { epoch: { type: 'int32', values: [1, 2, 2.5] } },
      message: 'column "epoch", row 2: 2.5 is not a 32-bit whole number; a missing value is null',
    },
    {
      title: 'a whole number beyond int32',
      batches: { epoch: { type: 'int32', values: [2 ** 31] } },
      message: 'column "epoch", row 0: 2147483648 is not a 32-bit whole number; a missing value is null',
    },
    {
      title: 'a hole in a column of text',
      batches: { name: { type: 'utf8', values: new Array<string>(1) } },
      message: 'column "name", row 0: undefined is not a string; a missing value is null',
    },
    {
      title: 'columns of different lengths',
      batches: {
        map: { type: 'tensor', shape: [2], values: new Float32Array(6) },
        label: { type: 'int32', values: [1, 2] },
      },
      message: 'columns differ in length: "map" has 3 rows, "label" has 2',
    },
    {
      title: 'tensor values that do not fill their rows',
      batches: { map: { type: 'tensor', shape: [2, 2], values: new Float32Array(6) } },
      message: 'column "map": 6 values are not a whole number of rows of shape [2, 2]',
    },
    {
      title: 'batches of different columns',
      batches: [
        { map: { type: 'tensor', shape: [2], values: new Float32Array(2) } },
        { map: { type: 'tensor', shape: [1], values: new Float32Array(2) } },
      ],
      message: 'batches differ in their columns',
    },
    { title: 'no batches', batches: [], message: 'an empty table is one batch whose columns have no rows' },
  ];
  for (const { title, batches, message } of cases) {
    it(title, async () => {
      await expect(writeArrow(path('refused.arrow'), batches)).rejects.toThrow(message);
      expect(existsSync(path('refused.arrow'))).toBe(false);
    });
  }
});
