import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaText } from '../../../lib/pipe/manifest/schema.ts';

const committed = readFileSync('pipeline.schema.json', 'utf8');

test('pipeline.schema.json is what `node scripts/schema.mjs` writes', () => {
  expect(committed).toBe(schemaText());
});

interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

function* keysOf(schema: Schema, path: string): Generator<[string, Schema]> {
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    yield [`${path}.${key}`, inner];
    yield* keysOf(inner, `${path}.${key}`);
  }
  if (typeof schema.additionalProperties === 'object')
    yield* keysOf(schema.additionalProperties, `${path}.*`);
  for (const inner of schema.anyOf ?? []) yield* keysOf(inner, path);
}

const keys = [...keysOf(JSON.parse(committed) as Schema, '')];

test('every key is described', () => {
  expect(keys.length).toBeGreaterThan(25);
  expect(keys.filter(([, { description }]) => description === undefined).map(([path]) => path)).toEqual([]);
});

test('where a list, a number or a mapping of a stage is expected, a reference may stand', () => {
  const strict = keys.filter(
    ([path, { type }]) => path.startsWith('.stages.*.') && type !== undefined && type !== 'string',
  );
  expect(strict.map(([path]) => path)).toEqual(['.stages.*.outputs']);
});
