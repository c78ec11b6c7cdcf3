import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { globSync } from 'tinyglobby';
import { expect, test } from 'vitest';
import { globFiles } from '../../../lib/pipe/files/glob.ts';
import { isLike } from '../../../lib/pipe/wildcard.ts';
import { randomFrom } from '../sites/fake/clock.ts';
import { temporaryDirectory } from '../store/temporary.ts';

function directoryOf(...files: readonly string[]): string {
  const directory = temporaryDirectory();
  for (const file of files) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), '');
  }
  return directory;
}

test('a pattern of forty stars is looked for in no more than a moment', () => {
  const long = `${'a'.repeat(200)}.csv`;
  const deep = `${'a/'.repeat(60)}b`;
  const directory = directoryOf(long, deep);
  expect(globFiles(directory, `${'a*'.repeat(40)}.csv`, [])).toEqual([long]);
  expect(globFiles(directory, `${'a*'.repeat(40)}.txt`, [])).toEqual([]);
  expect(globFiles(directory, `${'**/a/'.repeat(20)}**/b`, [])).toEqual([deep]);
  expect(globFiles(directory, `${'**/a/'.repeat(20)}**/c`, [])).toEqual([]);
  expect(globFiles(directory, `${'**/*a*a*a*/'.repeat(20)}*`, [])).toEqual([]);
  expect(isLike('a*'.repeat(500), 'a'.repeat(5000))).toBe(true);
  expect(isLike(`${'a*'.repeat(500)}b`, 'a'.repeat(5000))).toBe(false);
});

test('patterns of many stars match what the library says, on any names', () => {
  const random = randomFrom(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const word = (signs: readonly string[], length: number) =>
    Array.from({ length: 1 + Math.floor(random() * length) }, () => pick(signs)).join('');
  const path = (part: () => string, length: number) =>
    Array.from({ length: 1 + Math.floor(random() * length) }, part).join('/');
  // A file is no directory, so names of the two differ.
  const files = Array.from(
    { length: 150 },
    () => `${path(() => word(['a', 'b', '.', '1'], 4), 4)}/f${word(['a', 'b', '.'], 4)}`,
  ).filter((file) => !/(?:^|\/)\.\.?(?:\/|$)/.test(file));
  const directory = directoryOf(...files);
  const options = { cwd: directory, onlyFiles: true, dot: false, expandDirectories: false };
  let matched = 0;
  for (let round = 0; round < 400; round++) {
    const name = () => (random() < 0.4 ? '**' : word(['a', 'b', '*', '*', '*', '?', '.'], 7));
    const pattern = `${path(name, 6)}/${pick(['*', 'f*', '*a*b*', 'f*.*.*', '?*?*?*', '**'])}`;
    // Of `x/**/**` the library says that it matches the file `x`, of `x/**` that it does not.
    if (/(?:^|\/)\.\.?(?:\/|$)|\*\*[^/]|[^/]\*\*|\*\*\/\*\*/.test(pattern)) continue;
    const found = globFiles(directory, pattern, []);
    expect(found, pattern).toEqual(globSync(pattern, options).sort());
    matched += found.length;
  }
  expect(matched).toBeGreaterThan(1000);
});
