import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { copiesIn } from '../../../lib/pipe/code/packages.ts';
import { temporaryDirectory } from '../store/temporary.ts';

test('all copies of a package are found: at the top, of a scope, those that others bring along, and where pnpm keeps them', () => {
  const root = temporaryDirectory();
  const folder = join(root, 'node_modules');
  const places = ['a', '@some/b', 'a/node_modules/c', 'c', '.pnpm/c@2/node_modules/c', '.bin/c'];
  for (const place of places) {
    const file = join(folder, place, 'package.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{}');
  }
  // A link to itself has no end.
  symlinkSync(join(folder, 'a'), join(folder, 'a/node_modules/a'));
  const found = [...copiesIn(folder)].map(([name, all]) => [
    name,
    all.map((each) => each.slice(folder.length + 1)).sort(),
  ]);
  expect(Object.fromEntries(found)).toEqual({
    a: ['a', 'a/node_modules/a'],
    '@some/b': ['@some/b'],
    c: ['.pnpm/c@2/node_modules/c', 'a/node_modules/c', 'c'],
  });
});

test('of a folder that is not there, there are none', () => {
  expect([...copiesIn('/no/such/folder')]).toEqual([]);
});
