import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readFileSync } from '../../store/disk.ts';
import { isMapping, type Json, type JsonObject } from '../../json.ts';
import { makeDirectory } from '../../store/atomic.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { templates, type Template } from '../template-names.ts';
import { templateFiles } from '../templates.ts';

const OTHER = 'give another directory: pipe init DIRECTORY';

/** What is made by running or installing, and does not belong under version control. */
const IGNORED = ['/artifacts/', '/cache/'];

/** Files of a template that are left as they are where there is one already. */
const OPTIONAL = new Set(['README.md', 'tsconfig.json', '.npmrc', 'pipeline.schema.json']);
const MANIFEST = 'package.json';

/** Writes a small pipeline that runs; overwrites nothing. */
export function init(
  context: Context,
  directory: string | undefined,
  { template }: { readonly template: Template },
): Promise<number> {
  const target = resolve(context.directory, directory ?? '.');
  const there = statSync(target, { throwIfNoEntry: false });
  if (there?.isDirectory() === false) {
    return Promise.resolve(mistake(context, `${target} is no directory`, OTHER));
  }
  const files = [...templateFiles(template)];
  const needed = files.filter(([path]) => !OPTIONAL.has(path) && path !== MANIFEST);
  const taken = needed.find(([path]) => existsSync(join(target, path)));
  if (taken !== undefined) {
    return Promise.resolve(mistake(context, `${join(target, taken[0])} exists already`, OTHER));
  }
  const manifest = join(target, MANIFEST);
  if (existsSync(manifest) && parsed(manifest) === null) {
    return Promise.resolve(mistake(context, `${manifest} is not the JSON of a package`, OTHER));
  }
  makeDirectory(target);
  const made = files.filter(([path, text]) => place(target, path, text)).map(([path]) => path);
  const ignored = [...IGNORED, ...(existsSync(manifest) ? ['node_modules/'] : [])];
  if (ignore(join(target, '.gitignore'), ignored)) made.push('.gitignore');
  const where = relative(context.directory, target);
  const names = new Set(made.map((path) => join(where, path.replace(/\/.*/, '/'))));
  context.out(`made ${[...names].join(', ')}\n`);
  context.out(`next: ${where === '' ? '' : `cd ${where} && `}${templates[template]}\n`);
  return Promise.resolve(EXIT.ok);
}

/** Writes a file of a template, or what is missing of it; whether anything was. */
function place(target: string, path: string, text: string): boolean {
  const file = join(target, path);
  if (path === MANIFEST && existsSync(file)) return complete(file, JSON.parse(text) as JsonObject);
  if (path === MANIFEST) text = asInstalledAbove(target, text);
  if (OPTIONAL.has(path) && existsSync(file)) return false;
  makeDirectory(dirname(file));
  // Never over a file that came meanwhile.
  writeFileSync(file, text, { flag: 'wx' });
  return true;
}

/** Where the project around it has this package from a file, such as a tarball, the new one has it from there, too. */
function asInstalledAbove(target: string, text: string): string {
  for (let directory = dirname(target); ; directory = dirname(directory)) {
    const above = parsed(join(directory, MANIFEST));
    const specs = [above?.['dependencies'], above?.['devDependencies']].flatMap((group) =>
      isMapping(group) ? [group['pipewright']] : [],
    );
    const file = specs.find((spec) => typeof spec === 'string' && spec.startsWith('file:')) as
      string | undefined;
    if (file !== undefined) {
      const path = relative(target, resolve(directory, file.slice('file:'.length)));
      return text.replace(/("pipewright": )"[^"]*"/, `$1${JSON.stringify(`file:${path}`)}`);
    }
    if (above !== null || dirname(directory) === directory) return text;
  }
}

/** Adds to a `package.json` what it does not say; a package that it has under any heading it has. */
function complete(file: string, wanted: JsonObject): boolean {
  const before = readFileSync(file, 'utf8');
  const has = parsed(file) ?? {};
  const headings = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
  const installed = new Set(headings.flatMap((heading) => Object.keys(has[heading] ?? {})));
  const added = Object.entries(wanted).map(([key, value]): [string, Json] => {
    if (!isMapping(value)) return [key, has[key] ?? value];
    const missing = Object.entries(value).filter(([name]) => !headings.includes(key) || !installed.has(name));
    return [key, { ...Object.fromEntries(missing), ...(has[key] as JsonObject | undefined) }];
  });
  const text = `${JSON.stringify({ ...has, ...Object.fromEntries(added) }, null, 2)}\n`;
  writeFileSync(file, text);
  return text !== before;
}

/** Null for what is not the JSON of an object. */
function parsed(file: string): JsonObject | null {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as Json;
    return isMapping(value) ? value : null;
  } catch {
    return null;
  }
}

/** Adds what is missing; whether anything was. */
function ignore(path: string, lines: readonly string[]): boolean {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const present = new Set(before.split('\n').map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = lines.filter((line) => !present.has(line.replace(/^\/|\/$/g, '')));
  if (missing.length === 0) return false;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  writeFileSync(path, `${before}${gap}${missing.join('\n')}\n`);
  return true;
}
