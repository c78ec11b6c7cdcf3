import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keysOf, schemaText, type Schema } from '../../../lib/pipe/manifest/schema.ts';

const committed = readFileSync('pipeline.schema.json', 'utf8');

test('pipeline.schema.json is what `node scripts/schema.mjs` writes', () => {
  expect(committed).toBe(schemaText());
});

const keys = [...keysOf(JSON.parse(committed) as Schema)];

test('every key is described', () => {
  expect(keys.length).toBeGreaterThan(25);
  expect(keys.filter(([, { description }]) => description === undefined).map(([path]) => path)).toEqual([]);
});

test('where a list, a number or a mapping of a stage is expected, a reference may stand', () => {
  const strict = keys.filter(
    ([path, { type }]) => path.startsWith('stages.*.') && type !== undefined && type !== 'string',
  );
  expect(strict.map(([path]) => path)).toEqual(['stages.*.outputs']);
});
