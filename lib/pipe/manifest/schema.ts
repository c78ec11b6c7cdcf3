import * as z from 'zod';
import { grammar } from './grammar.ts';

/** The grammar of `pipeline.yaml` for editors, as the text of a JSON Schema. */
export function schemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(grammar), null, 2)}\n`;
}
