import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import {
  byCodeUnit,
  decodeTree,
  EMPTY,
  encodeTree,
  filesBelow,
  inTreeOrder,
  treeDigest,
} from '../../../lib/pipe/store/tree.ts';
import { temporaryDirectory } from './temporary.ts';

const [one, two] = [digestOf('one'), digestOf('two')];
const tree = [
  { path: 'a', digest: one },
  { path: 'b/c', digest: two },
  { path: 'none/', digest: EMPTY },
];

describe('the listing of a directory', () => {
  test('is read again as it was written, and stands for it by the digest of its text', () => {
    expect(decodeTree(encodeTree(tree))).toEqual(tree);
    expect(decodeTree('[]')).toEqual([]);
    expect(treeDigest(tree)).toBe(digestOf(encodeTree(tree)));
  });

  test('is in the order of code units, whatever the order of its files', () => {
    expect(inTreeOrder(tree.toReversed())).toEqual(tree);
    const names = ['Z', 'a', 'a-b', 'a/b', 'é', '\u{1f600}', '\uffff'];
    const mixed = names.toReversed().map((path) => ({ path, digest: one }));
    expect(inTreeOrder(mixed).map(({ path }) => path)).toEqual(names);
    expect([byCodeUnit('a', 'b'), byCodeUnit('b', 'a'), byCodeUnit('a', 'a')]).toEqual([-1, 1, 0]);
  });

  test.each([
    ['no JSON', '[['],
    ['no list', '{}'],
    ['null', 'null'],
    ['an entry that is no pair', JSON.stringify([['a', one], 1])],
    ['a path that is no text', JSON.stringify([[1, one]])],
    ['a digest that is no text', JSON.stringify([['a', 1]])],
    ['a digest that is none', JSON.stringify([['a', 'sha256:12']])],
    [
      'one good entry and one that is not',
      JSON.stringify([
        ['a', one],
        ['b', 'no'],
      ]),
    ],
    ...['', '/', '/etc/passwd', 'a//b', '.', './a', 'a/.', '..', '../a', 'a/../b', 'a\0b', '//'].map(
      (path) => [
        `the path ${JSON.stringify(path)}`,
        JSON.stringify([[path, path.endsWith('/') ? EMPTY : one]]),
      ],
    ),
    ['a directory with nothing in it that has bytes', JSON.stringify([['a/', one]])],
    [
      'a file twice',
      JSON.stringify([
        ['a', one],
        ['a', one],
      ]),
    ],
    [
      'files in another order',
      JSON.stringify([
        ['b', one],
        ['a', one],
      ]),
    ],
  ])('is none with %s', (_, text) => {
    expect(decodeTree(text)).toBeNull();
  });
});

test('the files below a directory are all that is no directory, by path, in the order of code units', () => {
  const directory = temporaryDirectory();
  for (const path of ['b', 'a/z', 'a-b', 'a/y/x']) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), '');
  }
  mkdirSync(join(directory, 'none'));
  symlinkSync('b', join(directory, 'link'));
  execFileSync('mkfifo', [join(directory, 'Pipe')]);
  expect(filesBelow(directory)).toEqual(['Pipe', 'a-b', 'a/y/x', 'a/z', 'b', 'link']);
});
