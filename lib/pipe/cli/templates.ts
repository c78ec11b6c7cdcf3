import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemaText } from '../manifest/schema.ts';
import type { Template } from './template-names.ts';

/** What editors complete `pipeline.yaml` with, where its first line says. */
export const SCHEMA_FILE = 'pipeline.schema.json';

/** The files of a template, path → text. */
export function templateFiles(template: Template): ReadonlyMap<string, string> {
  const files = filesIn(fileURLToPath(new URL(`../templates/${template}`, import.meta.url)));
  if (template === 'study') for (const [path, text] of studyFiles()) files.set(path, text);
  return files.set(SCHEMA_FILE, schemaText());
}

function filesIn(directory: string): Map<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(
    paths.map((path) => [relative(directory, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
}

/** The build puts the study's sources into one file. */
function studyFiles(): [string, string][] {
  const text = readFileSync(new URL('./study.json', import.meta.url), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, string>);
}
