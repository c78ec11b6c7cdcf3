import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { closeSync, openSync, readFileSync } from '../../../lib/pipe/store/disk.ts';
import { hashFile } from '../../../lib/pipe/store/hash-file.ts';
import { temporaryDirectory } from './temporary.ts';

/** Each puts at a path what is neither a file nor a directory. */
const special: Readonly<Record<string, (path: string) => Promise<void> | void>> = {
  'a pipe': (path) => {
    execFileSync('mkfifo', [path]);
  },
  'a link to a device without an end': (path) => {
    symlinkSync('/dev/zero', path);
  },
  'a socket': async (path) => {
    const server = createServer();
    onTestFinished(() => {
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
  },
};

describe.each(Object.entries(special))('%s', (_, put) => {
  test.each([
    ['read', readFileSync],
    ['opened', openSync],
    ['hashed', hashFile],
  ])('is refused in words when it is %s, and not waited for', async (_, read) => {
    const path = join(temporaryDirectory(), 'x');
    await put(path);
    expect(() => read(path)).toThrow(
      expect.objectContaining({
        code: 'EINVAL',
        path,
        message: `${path} is a pipe, a socket or a device, and no file`,
      }),
    );
  });
});

test('files are read and directories opened as ever', () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'x');
  writeFileSync(path, 'é');
  expect(readFileSync(path, 'utf8')).toBe('é');
  expect(readFileSync(path)).toEqual(Buffer.from('é'));
  closeSync(openSync(directory));
});

test('the error for a directory that is read names it', () => {
  const path = join(temporaryDirectory(), 'x');
  mkdirSync(path);
  expect(() => readFileSync(path)).toThrow(expect.objectContaining({ code: 'EISDIR', path }));
});

test('a missing file is said to be missing', () => {
  const path = join(temporaryDirectory(), 'x');
  expect(() => readFileSync(path)).toThrow(expect.objectContaining({ code: 'ENOENT', path }));
});
