import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectory } from '../../../lib/pipe/store/atomic.ts';
import { layoutIn } from '../../../lib/pipe/store/layout.ts';
import { temporaryDirectory } from './temporary.ts';

test.each([
  [undefined, '/project/cache'],
  ['', '/project/cache'],
  ['../shared', '/shared'],
  ['/shared', '/shared'],
])('a cache written as %j lies in %s', (written, cache) => {
  expect(layoutIn('/project', written).cache).toBe(cache);
});

test('directories are made with those above them', () => {
  const path = join(temporaryDirectory(), 'a/b/c');
  makeDirectory(path);
  expect(existsSync(path)).toBe(true);
});

test.runIf(process.platform === 'linux')('a directory that takes no entries is an error', () => {
  expect(() => {
    makeDirectory('/proc/nothing/inside');
  }).toThrow('ENOENT');
});
