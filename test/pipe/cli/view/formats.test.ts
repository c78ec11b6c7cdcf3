import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readArrow } from '../../../../lib/pipe/arrow/read.ts';
import type { Content, ContentArrays, ContentTable } from '../../../../lib/pipe/cli/view/content.ts';
import { readContent } from '../../../../lib/pipe/cli/view/read-content.ts';

/** Made by fixtures/formats.py. */
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pipe-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function written(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const table = async (path: string): Promise<ContentTable> => {
  const content = await readContent(path);
  expect(content.kind).toBe('table');
  return content as ContentTable;
};
const arrays = async (name: string): Promise<ContentArrays> =>
  (await readContent(fixture(name))) as ContentArrays;
const column = (content: ContentTable, name: string) => content.columns.find((each) => each.name === name)!;

describe('compressed Arrow files', () => {
  it.each(['lz4', 'zstd'])('are read: %s', async (name) => {
    const read = await readArrow(fixture(`${name}.arrow`));
    const numbers = read.numbers('number');
    expect(numbers).toHaveLength(60_000);
    expect(numbers.every((number, at) => number === at % 500)).toBe(true);
    expect(read.numbers('zero').every((number) => number === 0)).toBe(true);
  });
});

describe.each(['types.feather', 'types.parquet'])('the columns of %s', (name) => {
  it('have values of every type, and what these go from and to', async () => {
    const content = await table(fixture(name));
    expect(content).toMatchObject({ rows: 3, metadata: [['made', 'elsewhere']] });
    expect(content.columns.map(({ values }) => values?.length)).toEqual(new Array(9).fill(3));
    expect(column(content, 'index')).toMatchObject({ missing: 1, range: { max: 2n ** 60n } });
    expect(column(content, 'index').values!.map((value) => value && BigInt(value as number))).toEqual([
      ...[1n, null, 2n ** 60n],
    ]);
    expect(column(content, 'day')).toMatchObject({
      values: ['2020-01-02', null, '2019-05-06'],
      range: { min: '2019-05-06', mean: null, max: '2020-01-02' },
    });
    expect(column(content, 'time').values![0]).toBe('2020-01-02T03:04:05.000Z');
    expect(column(content, 'price').values!.map((value) => value && Number(value))).toEqual([
      1.5,
      -0.05,
      null,
    ]);
    expect(column(content, 'list').values!.slice(0, 2)).toEqual(['[1,2]', '[]']);
    expect(column(content, 'record').values![1]).toBe('{"a":null,"b":"y"}');
    expect(column(content, 'bytes').values!.slice(0, 1)).toEqual(['0x00ff']);
    expect(column(content, 'half')).toMatchObject({ range: { min: 0.5, mean: 1.5, max: 2.5 } });
    expect(column(content, 'name')).toMatchObject({ values: ['ä', null, 'dog'], missing: 1, range: null });
  });
});

describe('columns of one name', () => {
  it('are told apart by their number', async () => {
    const content = await table(fixture('twice.arrow'));
    expect(content.columns.map(({ name, values }) => [name, values])).toEqual([
      ['loss', [1, 2]],
      ['loss (2)', ['a', 'b']],
    ]);
  });
});

describe('NumPy files', () => {
  it('are an array, or several by name', async () => {
    expect((await arrays('matrix.npy')).arrays).toEqual([
      {
        ...{ name: '', type: 'float32', shape: [2, 3], missing: 0 },
        range: { min: -1, mean: 1.5, max: 4 },
        first: [-1, 0, 1, 2, 3, 4],
      },
    ]);
    const found = new Map((await arrays('arrays.npz')).arrays.map((each) => [each.name, each]));
    expect(found.get('half')).toMatchObject({ type: 'float16', missing: 1, range: { min: -2, max: 0.5 } });
    expect(found.get('big')).toMatchObject({ type: 'int64, big-endian', first: [2n ** 60n, -1n] });
    expect(found.get('right')).toMatchObject({ type: 'bool', first: [1, 0] });
    expect(found.get('columns')!.type).toBe('float64, columns first');
    expect(found.get('words')).toMatchObject({ type: '<U2', shape: [2], range: null });
  });

  it('that are cut off, or none, are refused', async () => {
    const whole = readFileSync(fixture('matrix.npy'));
    await expect(readContent(written('cut.npy', whole.subarray(0, -1)))).rejects.toThrow('is cut off');
    await expect(readContent(written('none.npy', 'words'))).rejects.toThrow('it is no NumPy array');
  });
});

describe('a safetensors file', () => {
  it('is its tensors and its metadata', async () => {
    const content = await arrays('net.safetensors');
    expect(content.metadata).toEqual([['epoch', '3']]);
    expect(new Map(content.arrays.map(({ name, first }) => [name, first]))).toEqual(
      new Map<string, unknown>([
        ['steps', [7n]],
        ['conv.weight', [1, -2, 0.5, 4]],
      ]),
    );
  });

  it('that is a part of one is refused', async () => {
    const whole = readFileSync(fixture('net.safetensors'));
    await expect(readContent(written('a.safetensors', whole.subarray(0, 20)))).rejects.toThrow(
      'a part of one',
    );
    await expect(readContent(written('b.safetensors', whole.subarray(0, -1)))).rejects.toThrow('is cut off');
  });
});

describe('an ONNX file', () => {
  it('is its inputs, outputs, operators and how many weights it has', async () => {
    expect(await readContent(fixture('net.onnx'))).toMatchObject({
      inputs: [['image', 'float32 [batch, 3, 8, 8]']],
      outputs: [['logits', 'float32 [batch, 4, 6, 6]']],
      operators: [
        ['Relu', 2],
        ['Conv', 1],
      ],
      weights: 108,
      metadata: [
        ['producer', 'formats.py'],
        ['operators of ONNX', 'version 17'],
      ],
    });
  });

  it('without a graph is refused', async () => {
    await expect(readContent(written('x.onnx', ''))).rejects.toThrow('there is no graph in it');
  });
});

describe('texts', () => {
  const first = (content: Content): unknown => (content.kind === 'text' ? content.lines : content);

  it('of records are tables', async () => {
    const lines = await table(written('x.ndjson', '{"a":1,"b":{"c":2}}\n\n{"a":2.5,"d":"x"}\n'));
    expect(lines.columns.map(({ name, type, values }) => [name, type, values])).toEqual([
      ['a', 'number', [1, 2.5]],
      ['b', 'text', ['{"c":2}', null]],
      ['d', 'text', [null, 'x']],
    ]);
    expect((await table(written('x.json', '[{"a":true}]'))).columns).toMatchObject([{ type: 'boolean' }]);
    const cells = await table(written('x.tsv', 'a\tb\n1\tx\nnan\t\n'));
    expect(cells.columns).toMatchObject([
      { name: 'a', type: 'number', missing: 1, range: { min: 1, max: 1 } },
      { name: 'b', type: 'text', values: ['x', null] },
    ]);
  });

  it('of anything else are lines', async () => {
    expect(first(await readContent(written('y.json', '{"a":[1]}')))).toEqual([
      ...['{', '  "a": [', '    1', '  ]', '}'],
    ]);
    expect(await readContent(written('nan.json', '{"a":NaN}\n'))).toMatchObject({
      format: expect.stringContaining('JSON, which cannot be read') as string,
      lines: ['{"a":NaN}'],
    });
    expect(first(await readContent(written('y.jsonl', '1\n2\n')))).toEqual(['1', '2']);
    await expect(readContent(written('z.jsonl', '{}\n{'))).rejects.toThrow('line 2: ');
    expect(first(await readContent(written('notes', 'ä\nb\n')))).toEqual(['ä', 'b']);
    expect(await readContent(written('bytes', Uint8Array.of(0xff, 0xfe)))).toEqual({ kind: 'unknown' });
    expect(await readContent(written('zero', 'a\0b'))).toEqual({ kind: 'unknown' });
  });

  it('of more than is read are cut between letters', async () => {
    const content = await readContent(written('long.txt', 'ä'.repeat(600_001)));
    expect(content.kind).toBe('text');
  });
});
