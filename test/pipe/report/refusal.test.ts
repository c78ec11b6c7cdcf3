import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { refusalText } from '../../../lib/pipe/report/refusal.ts';
import { makeDirectory, writeAtomically } from '../../../lib/pipe/store/atomic.ts';
import { readFileSync, renameSync } from '../../../lib/pipe/store/disk.ts';
import { refusalIn } from '../../../lib/pipe/store/refused.ts';
import { temporaryDirectory } from '../store/temporary.ts';

/** What is said of what work throws that is given a path at which there is something else. */
function said(put: (path: string) => void, work: (path: string) => void): string {
  const path = join(temporaryDirectory(), 'x');
  put(path);
  try {
    work(path);
  } catch (error) {
    return refusalText(refusalIn(error)!).replaceAll(path, 'x');
  }
  throw new Error('nothing was refused');
}

const file = (path: string) => {
  writeFileSync(path, '');
};
const inside = (work: (path: string) => void) => (path: string) => {
  work(`${path}/in`);
};

describe('what is refused names the path, whether it was to be read or written, why, and what to do', () => {
  test.each<[string, (path: string) => void, (path: string) => void, string]>([
    ['a directory, to be read', mkdirSync, readFileSync, 'read x: it is a directory, where a file has to be'],
    [
      'a circle of links, to be read',
      (path) => {
        symlinkSync(path, path);
      },
      readFileSync,
      'read x: its links lead in a circle',
    ],
    [
      'a file above, to be read',
      file,
      inside(readFileSync),
      'read x/in: a file lies where one of its directories has to be',
    ],
    [
      'a file above, to be listed',
      file,
      inside(readdirSync),
      'read x/in: a file lies where one of its directories has to be',
    ],
    [
      'a directory, to be written',
      (path) => {
        mkdirSync(`${path}/y`, { recursive: true });
      },
      (path) => {
        writeAtomically(path, '', false);
      },
      'write x: it is a directory, where a file has to be',
    ],
    [
      'a file above, to be moved to',
      file,
      (path) => {
        file(`${path}.from`);
        renameSync(`${path}.from`, `${path}/in`);
      },
      'write x/in: a file lies where one of its directories has to be',
    ],
    [
      'a file, to be made a directory',
      file,
      makeDirectory,
      'write x: a file lies there, where a directory has to be',
    ],
  ])('%s', (_, put, work, text) => {
    expect(said(put, work)).toBe(`could not ${text}; move it away, and run again`);
  });

  test('a pipe, to be read', () => {
    const put = (path: string) => {
      execFileSync('mkfifo', [path]);
    };
    expect(said(put, readFileSync)).toBe(
      'could not read x: x is a pipe, a socket or a device, and no file; move it away, and run again',
    );
  });

  test('what may not be read is to be made readable, and what may not be written, writable', () => {
    const refusal = { code: 'EACCES', path: 'x', message: 'EACCES: permission denied' };
    expect(refusalText({ ...refusal, doing: 'read' })).toBe(
      'could not read x: EACCES: permission denied; make it readable, and run again',
    );
    expect(refusalText(refusal)).toBe(
      'could not write x: EACCES: permission denied; make it writable, and run again',
    );
  });

  test('words of the engine’s own stay as they are, and what has no path is said without', () => {
    const own = { code: 'EEXIST', path: 'x', message: 'y is in its way; move it' };
    expect(refusalText(own)).toBe('could not write x: y is in its way; move it');
    expect(refusalText({ code: 'EMFILE', path: undefined, message: 'EMFILE: too many open files' })).toBe(
      'EMFILE: too many open files',
    );
  });

  test('an error that is a bug is nothing that was refused', () => {
    expect(refusalIn(new TypeError('x is not a function'))).toBeNull();
    expect(refusalIn(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }))).toBeNull();
  });
});
