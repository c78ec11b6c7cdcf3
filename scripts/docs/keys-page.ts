import type { Json } from '../../lib/pipe/json.ts';
import { guide, surroundings } from '../../lib/pipe/manifest/guide.ts';
import { keysOf, schemaOf, type Schema } from '../../lib/pipe/manifest/schema.ts';
import { pieceOf, printed } from './piece.ts';

/** The part of `docs/pipeline.md` that is made from the grammar: every key with all there is to say of it. */
export function keysText(): string {
  const keys = [...keysOf(schemaOf())];
  return [
    overview(keys),
    'The pieces of stages below stand in this file, as the stage `it`. Where one has neither `cmd` nor `use`, the stage has `cmd: ./work`.',
    fenced('yaml', surroundings.trimEnd()),
    ...keys.map(section),
  ].join('\n\n');
}

function overview(keys: readonly (readonly [string, Schema])[]): string {
  const rows = keys.map(
    ([key, schema]) => `| [\`${key}\`](#${anchorOf(key)}) | ${typeOf(schema)} | ${withoutIt(key)} |`,
  );
  return ['| key | type | where it is missing |', '| --- | --- | --- |', ...rows].join('\n');
}

function section([key, schema]: readonly [string, Schema]): string {
  const { examples, mistakes } = guideOf(key);
  return [
    `### \`${key}\``,
    `_${typeOf(schema)}_. Where it is missing: ${withoutIt(key)}.`,
    schema.description ?? '',
    ...examples.map((example) => fenced('yaml', example)),
    ...mistakes.map((mistake) => fenced('text', printed(pieceOf(key, mistake)).join('\n'))),
  ].join('\n\n');
}

function guideOf(key: string) {
  const found = guide[key];
  if (found === undefined) throw new Error(`lib/pipe/manifest/guide.ts says nothing of \`${key}\``);
  return found;
}

function withoutIt(key: string): string {
  const { default: missing, otherwise } = guideOf(key);
  return otherwise ?? `\`${json(missing ?? null)}\``;
}

function json(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** As GitHub names headings. */
function anchorOf(key: string): string {
  return key.toLowerCase().replaceAll(/[^\w-]/g, '');
}

/** The type in words; the last alternative of most is a reference. */
export function typeOf(schema: Schema): string {
  const kinds = alternatives(schema);
  const own = kinds.filter(({ pattern }) => pattern === undefined);
  const words = [...new Set(own.map(kindOf))].join(', or ');
  return own.length < kinds.length ? `${words}, or \`\${…}\`` : words;
}

function alternatives(schema: Schema): readonly Schema[] {
  const { type } = schema;
  if (typeof type === 'object') return type.map((name) => ({ ...schema, type: name }));
  return schema.anyOf?.flatMap(alternatives) ?? [schema];
}

function kindOf(schema: Schema): string {
  const { type, const: only, minimum, exclusiveMinimum, items, additionalProperties } = schema;
  if (only !== undefined) return `\`${json(only)}\``;
  switch (type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'truth value';
    case 'null':
      return 'nothing';
    case 'integer':
    case 'number': {
      const name = type === 'integer' ? 'whole number' : 'number';
      if (exclusiveMinimum !== undefined) return `${name} above ${exclusiveMinimum}`;
      return minimum === undefined ? name : `${name} from ${minimum}`;
    }
    case 'array':
      return `list of ${elements(items)}`;
    case 'object': {
      const values = typeof additionalProperties === 'object' ? elements(additionalProperties) : '';
      return values === '' ? 'mapping' : `mapping of names to ${values}`;
    }
    case undefined:
    default:
      return '';
  }
}

/** `texts and numbers`: what a list or a mapping may hold. */
function elements(schema: Schema = {}): string {
  const own = alternatives(schema).filter(({ pattern }) => pattern === undefined);
  const names = own.map(kindOf).map((kind) => kind.split(' of ')[0]!);
  const [last = '', ...before] = [...new Set(names)].map(plural).reverse();
  return before.length === 0 ? last : `${before.reverse().join(', ')} and ${last}`;
}

/** `numbers from 0`. */
function plural(kind: string): string {
  return kind === '' ? '' : kind.replace(/^.*?(?= from | above |$)/, '$&s');
}
