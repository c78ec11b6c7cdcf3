import type { Checked, Schema, SchemaIssue } from '../stage/schema.ts';

/** What a schema says of a value. */
export async function checked(schema: Schema, value: unknown): Promise<Checked<unknown>> {
  return schema['~standard'].validate(value);
}

/** Where in the value an issue is. */
export function pathOf({ path = [] }: SchemaIssue): (string | number)[] {
  return path.map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'symbol' ? String(key) : key;
  });
}
