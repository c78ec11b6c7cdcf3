import { schemaText } from '../../manifest/schema.ts';
import { EXIT, type Context } from '../context.ts';

/** `pipe schema`: the JSON Schema of `pipeline.yaml`. */
export function schema(context: Context): Promise<number> {
  context.out(schemaText());
  return Promise.resolve(EXIT.ok);
}
