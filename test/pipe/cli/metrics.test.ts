import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeArrow } from 'pipewright/arrow';
import { numbersIn, type Taken } from '../../../lib/pipe/cli/view/metrics.ts';

const all: Taken = { fields: null, rows: null, by: [] };

function place(name: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'pipe-metrics-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  return join(directory, name);
}

async function told(name: string, text: string, taken: Partial<Taken> = {}) {
  const file = place(name);
  writeFileSync(file, text);
  const found = await numbersIn(name, file, { ...all, ...taken });
  return found.type === 'told' ? { ...found, values: Object.fromEntries(found.values) } : found;
}

test('of JSON every number is told, under its dotted path', async () => {
  const text = '{"loss": 0.5, "of": {"test": [2, 1e-3]}, "note": "3", "none": null}';
  expect(await told('a.json', text)).toMatchObject({
    values: { loss: 0.5, 'of.test.0': 2, 'of.test.1': 0.001 },
  });
  expect(await told('a.json', text, { fields: ['of', 'los'] })).toMatchObject({
    values: { 'of.test.0': 2, 'of.test.1': 0.001 },
    missing: ['los'],
  });
});

test('the NaN and Infinity that Python writes into JSON are numbers, and in a text they are letters', async () => {
  expect(
    await told('a.json', '{"NaN": NaN, "b": [-Infinity], "c": "NaN \\" Infinity", "d": 1}'),
  ).toMatchObject({
    values: { NaN: NaN, 'b.0': -Infinity, d: 1 },
  });
});

test('YAML is read as JSON is', async () => {
  expect(await told('a.yaml', 'loss: 0.5\nof: { test: [2, .nan] }\nnote: x\n')).toMatchObject({
    values: { loss: 0.5, 'of.test.0': 2, 'of.test.1': NaN },
  });
});

test('a file that is not what its name says is told to be unreadable', async () => {
  expect(await told('a.json', '{"loss": }')).toMatchObject({ type: 'unreadable' });
  expect(await told('a.arrow', 'ARROW')).toMatchObject({ type: 'unreadable' });
});

const log = 'epoch,loss,"the ""note"""\n1,0.5,"a, b"\n2,nan,b\n3,,c\n4,0.25,\n';

test('of a table the mean of each column of numbers is told, and said to be one', async () => {
  expect(await told('a.csv', 'x,y,z\n1,a,\n3,2,\n')).toMatchObject({ values: { 'mean x': 2 } });
  expect(await told('a.tsv', 'x\ty\n1.5\ta\n')).toMatchObject({ values: { x: 1.5 } });
  expect(await told('a.csv', 'x,y\n')).toMatchObject({ values: {}, missing: [] });
});

test('the row that stands for a table may be the last, the first, or the best with a number', async () => {
  const loss = async (rows: Taken['rows']) => {
    const found = await told('a.csv', log, { fields: ['loss'], rows });
    return 'values' in found ? found.values : found;
  };
  expect(await loss('last')).toEqual({ loss: 0.25 });
  expect(await loss('first')).toEqual({ loss: 0.5 });
  expect(await loss('max')).toEqual({ loss: NaN });
  expect(await told('a.csv', log, { fields: ['epoch', 'lss'], rows: 'min' })).toMatchObject({
    values: { epoch: 1 },
    missing: ['lss'],
  });
});

test('rows are told apart by columns, also in Arrow, where tensors are data', async () => {
  const file = place('a.arrow');
  await writeArrow(file, {
    map: { type: 'tensor', shape: [1], values: Float32Array.of(1, 2, 3) },
    method: { type: 'utf8', values: ['saliency', 'grad-cam', 'saliency'] },
    seed: { type: 'int32', values: [0, 0, 1] },
    mssim: { type: 'float64', values: [0.25, null, 0.75] },
  });
  const found = await numbersIn('a.arrow', file, { fields: ['mssim'], rows: 'mean', by: ['method'] });
  expect(found).toMatchObject({ values: new Map([['saliency.mssim', 0.5]]) });
  const both = await numbersIn('a.arrow', file, { fields: null, rows: null, by: ['method', 'seed'] });
  expect(both).toMatchObject({
    values: new Map([
      ['saliency.0.mssim', 0.25],
      ['saliency.1.mssim', 0.75],
    ]),
  });
});
