import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { keysText } from './keys-page.ts';

const page = 'docs/pipeline.md';

/** The page as it should be: what stands in the file, with the part that is made from the grammar made anew. */
export async function pipelinePage(): Promise<string> {
  const text = withPart(readFileSync(page, 'utf8'), 'keys', keysText());
  return format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
}

/** A page with what stands between `<!-- NAME: … -->` and `<!-- end of NAME -->` replaced. */
function withPart(text: string, name: string, part: string): string {
  const pattern = new RegExp(`(<!-- ${name}: [^>]*-->\n).*?(<!-- end of ${name} -->)`, 's');
  if (!pattern.test(text)) throw new Error(`the page has no part \`${name}\``);
  return text.replace(pattern, (_, begin: string, end: string) => `${begin}\n${part}\n\n${end}`);
}
