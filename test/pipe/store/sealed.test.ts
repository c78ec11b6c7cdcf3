import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSealed, writeSealed } from '../../../lib/pipe/store/sealed.ts';
import { temporaryDirectory } from './temporary.ts';

test('what is kept to save time is read as it was written, and counts as missing once a bit of it has turned', () => {
  const path = join(temporaryDirectory(), 'a/kept.json');
  expect(readSealed(path)).toBeNull();
  const value = { a: [1, 'line\nline', null] };
  writeSealed(path, value);
  expect(readSealed(path)).toEqual(value);
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at]! ^= 1;
    writeFileSync(path, damaged);
    expect([at, readSealed(path)]).toEqual([at, null]);
  }
  writeFileSync(path, bytes.subarray(0, -1));
  expect(readSealed(path)).toBeNull();
});
