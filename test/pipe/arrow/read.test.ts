import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readArrow } from '../../../lib/pipe/arrow/read.ts';
import { writeArrow } from '../../../lib/pipe/arrow/write.ts';
import { temporaryFolder } from './temporary.ts';

const path = temporaryFolder();
const foreign = fileURLToPath(new URL('fixtures/foreign.arrow', import.meta.url));

describe('readArrow', () => {
  it('reads what PyArrow wrote, over its record batches', async () => {
    const table = await readArrow(foreign);
    expect(table.metadata).toEqual({ stage: 'elsewhere' });
    expect(table.columns['map']).toEqual({
      type: 'tensor',
      element: 'float32',
      shape: [2, 3],
      dimensions: ['height', 'width'],
    });
    expect(table.tensor('map').values).toEqual(Float32Array.from({ length: 24 }, (_, at) => at / 2));
    expect(table.tensor('vector')).toEqual({ shape: [4, 2], values: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7) });
    expect(table.numbers('index')).toEqual([1, 2, null, 2 ** 40]);
    expect(table.numbers('p')).toEqual([0.25, null, 0.5, 1]);
    expect(table.numbers('half')).toEqual([0.5, 1.5, 2.5, 3.5]);
    expect(table.booleans('right')).toEqual([true, null, false, true]);
    expect(table.strings('name')).toEqual(['ä', null, '', 'dog']);
    expect(table.strings('group')).toEqual(['A', 'B', 'A', 'C']);
    expect(table.columns['day']).toEqual({ type: 'other', stored: 'Date32<DAY>' });
    expect([...table.batches()].map(({ rows }) => rows)).toEqual([3, 1]);
  });

  it('gives tensors as views into the bytes read', async () => {
    await writeArrow(path('view.arrow'), {
      a: { type: 'tensor', shape: [3], values: Float64Array.of(1, 2, 3) },
      b: { type: 'tensor', shape: [3], values: Float32Array.of(1, 2, 3) },
    });
    const table = await readArrow(path('view.arrow'));
    expect(table.tensor('a').values.buffer).toBe(table.tensor('b').values.buffer);
  });

  const wrong = [
    {
      title: 'a column that is not there',
      read: async () => (await readArrow(foreign)).numbers('loss'),
      message: 'foreign.arrow: no column "loss"; it has "map", "vector", "index"',
    },
    {
      title: 'numbers of a tensor',
      read: async () => (await readArrow(foreign)).numbers('map'),
      message: 'column "map" holds tensor of float32 [2, 3], not numbers',
    },
    {
      title: 'a tensor of numbers',
      read: async () => (await readArrow(foreign)).tensor('p'),
      message: 'column "p" holds float64, not a tensor',
    },
    {
      title: 'strings of numbers',
      read: async () => (await readArrow(foreign)).strings('index'),
      message: 'column "index" holds Int64, not strings',
    },
    {
      title: 'booleans of strings',
      read: async () => (await readArrow(foreign)).booleans('name'),
      message: 'column "name" holds LargeUtf8, not booleans',
    },
  ];
  for (const { title, read, message } of wrong) {
    it(`says what there is when asked for ${title}`, async () => {
      await expect(read()).rejects.toThrow(message);
    });
  }

  it('says so when the file is no Arrow file', async () => {
    await writeFile(path('text.arrow'), 'epoch,loss\n1,0.5\n');
    await expect(readArrow(path('text.arrow'))).rejects.toThrow('text.arrow: not an Arrow file');
    await writeFile(path('empty.arrow'), '');
    await expect(readArrow(path('empty.arrow'))).rejects.toThrow('not an Arrow file');
  });

  it('says so when the file was cut off, wherever', async () => {
    const bytes = await readFile(foreign);
    for (const length of [6, 8, 17, 100, bytes.length - 1]) {
      await writeFile(path('cut.arrow'), bytes.subarray(0, length));
      await expect(readArrow(path('cut.arrow'))).rejects.toThrow('cut.arrow: truncated Arrow file');
    }
  });

  it('says so when the footer is not where the file says', async () => {
    const bytes = await readFile(foreign);
    bytes.writeInt32LE(bytes.length * 2, bytes.length - 10);
    await writeFile(path('damaged.arrow'), bytes);
    await expect(readArrow(path('damaged.arrow'))).rejects.toThrow('damaged.arrow: unreadable Arrow file');
  });

  it('comes to an end whatever 32 bits of a file are turned into', async () => {
    const bytes = await readFile(foreign);
    const numbers = process.env['NIGHTLY'] === undefined ? [0x7fffffff] : [0x7fffffff, -8, 0];
    let ends = 0;
    for (let at = 8; at + 4 <= bytes.length - 6; at += numbers.length === 1 ? 8 : 4) {
      for (const number of numbers) {
        const damaged = Buffer.from(bytes);
        damaged.writeInt32LE(number, at);
        await writeFile(path('damaged.arrow'), damaged);
        await readArrow(path('damaged.arrow')).then(
          (table) => [table.rows].every(Number.isSafeInteger),
          (error: unknown) => String(error),
        );
        ends += 1;
      }
    }
    expect(ends).toBeGreaterThan(100);
  });
});
