import * as z from 'zod';
import type { Json } from '../json.ts';
import { readYaml } from './document.ts';
import { grammar } from './grammar.ts';
import { guide } from './guide.ts';

/** What this program reads of a JSON Schema. */
export interface Schema {
  readonly description?: string;
  readonly type?: string | string[];
  readonly const?: Json;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Every key that is written as it is, under a name like `stages.*.inputs.*.from`; `*` is a name of the user's. */
export function* keysOf(schema: Schema, prefix = ''): Generator<[key: string, schema: Schema]> {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    yield [prefix + name, inner];
    yield* keysOf(inner, `${prefix}${name}.`);
  }
  if (typeof schema.additionalProperties === 'object')
    yield* keysOf(schema.additionalProperties, `${prefix}*.`);
  for (const inner of schema.anyOf ?? []) yield* keysOf(inner, prefix);
}

/** The grammar of `pipeline.yaml` for editors: with it what the guide says of each key. */
export function schemaOf(): Schema {
  const schema = z.toJSONSchema(grammar) as Schema;
  for (const [key, inner] of keysOf(schema)) {
    const { more, default: missing, examples } = guide[key] ?? { examples: [] };
    Object.assign(
      inner,
      more !== undefined && { description: `${inner.description ?? ''} ${more}` },
      // Of a list or a mapping, editors would write the empty one.
      missing !== undefined && typeof missing !== 'object' && { default: missing },
      examples.length > 0 && { examples: examples.map((example) => valueIn(example, key)) },
    );
  }
  // A file that includes others need not have stages of its own.
  return {
    ...schema,
    required: (schema.required ?? []).filter((key) => key !== 'stages'),
    anyOf: [{ required: ['stages'] }, { required: ['include'] }],
  };
}

/** The value that an example gives to a key. */
function valueIn(example: string, key: string): Json {
  const path = key.replace(/^stages\.\*\./, '').split('.');
  return valueUnder(readYaml(example, 'example').value, path) ?? null;
}

function valueUnder(value: Json, [name, ...rest]: readonly string[]): Json | undefined {
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const held = Object.entries(value).filter(([key]) => name === '*' || key === name);
  for (const [, inner] of held) {
    const found = valueUnder(inner, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same as the text of `pipeline.schema.json`. */
export function schemaText(): string {
  return `${JSON.stringify(schemaOf(), null, 2)}\n`;
}
