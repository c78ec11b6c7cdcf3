import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { makeDirectory } from '../../store/atomic.ts';
import { EXIT, mistake, type Context } from '../context.ts';
import { IGNORED, scaffold } from '../scaffold.ts';

const OTHER = 'give another directory: pipe init DIRECTORY';

/** Writes a small pipeline that runs; overwrites nothing. */
export function init(context: Context, directory: string | undefined): Promise<number> {
  const target = resolve(context.directory, directory ?? '.');
  const there = statSync(target, { throwIfNoEntry: false });
  if (there?.isDirectory() === false) {
    return Promise.resolve(mistake(context, `${target} is no directory`, OTHER));
  }
  const taken = Object.keys(scaffold).filter((path) => existsSync(join(target, path)));
  if (taken.length > 0) {
    const message = `${join(target, taken[0]!)} exists already`;
    return Promise.resolve(mistake(context, message, OTHER));
  }
  makeDirectory(target);
  for (const [path, text] of Object.entries(scaffold)) {
    // Never over a file that came meanwhile.
    writeFileSync(join(target, path), text, { flag: 'wx' });
  }
  const ignores = ignore(join(target, '.gitignore'));
  const made = [...Object.keys(scaffold), ...(ignores ? ['.gitignore'] : [])];
  const place = relative(context.directory, target);
  context.out(`made ${made.map((path) => join(place, path)).join(', ')}\n`);
  context.out(`next: ${place === '' ? '' : `cd ${place} && `}pipe run\n`);
  return Promise.resolve(EXIT.ok);
}

/** Adds what is missing; whether anything was. */
function ignore(path: string): boolean {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const present = new Set(before.split('\n').map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = IGNORED.filter((line) => !present.has(line.replace(/^\/|\/$/g, '')));
  if (missing.length === 0) return false;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  writeFileSync(path, `${before}${gap}${missing.join('\n')}\n`);
  return true;
}
