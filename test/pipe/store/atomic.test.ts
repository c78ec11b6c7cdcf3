import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ifPossible,
  makeDirectory,
  removeIfPossible,
  removeTree,
  syncAside,
  syncPath,
  temporaryName,
  withDirectory,
  writeAtomically,
} from '../../../lib/pipe/store/atomic.ts';
import { look, lookThrough, sameButForNames, sameStat } from '../../../lib/pipe/store/file-stat.ts';
import { refusalIn } from '../../../lib/pipe/store/refused.ts';
import { temporaryDirectory } from './temporary.ts';

describe.each([false, true])('a file that is written at once, durable: %s', (durable) => {
  test('has its content, in directories that are made for it, and leaves nothing else', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'a/b/file');
    writeAtomically(path, 'é', durable);
    writeAtomically(path, Buffer.from([1, 0, 2]), durable);
    expect([...readFileSync(path)]).toEqual([1, 0, 2]);
    expect(readdirSync(join(directory, 'a/b'))).toEqual(['file']);
  });

  test('that cannot take its name leaves nothing, and what was there', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'taken/by'), { recursive: true });
    expect(() => {
      writeAtomically(join(directory, 'taken'), 'x', durable);
    }).toThrow();
    expect(readdirSync(directory)).toEqual(['taken']);
  });

  test('is a directory’s where that is made, with those above it, unless it is there', () => {
    const path = join(temporaryDirectory(), 'a/b/c');
    makeDirectory(path, durable);
    makeDirectory(path, durable);
    expect(statSync(path).isDirectory()).toBe(true);
    writeFileSync(join(path, 'file'), '');
    expect(() => {
      makeDirectory(join(path, 'file'), durable);
    }).toThrow(expect.objectContaining({ code: 'EEXIST' }));
    symlinkSync('nowhere', join(path, 'link'));
    expect(() => {
      makeDirectory(join(path, 'link'), durable);
    }).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  });
});

test('names of files that are not whole yet lie beside them, each another', () => {
  const names = [temporaryName('/a/b'), temporaryName('/a/b')];
  expect(names[0]).not.toBe(names[1]);
  for (const name of names) expect(name).toMatch(/^\/a\/b\..*\.tmp$/);
});

describe('work that a missing directory may keep from being done', () => {
  test('is done again once that is made', () => {
    const directory = join(temporaryDirectory(), 'a');
    withDirectory(directory, () => {
      writeFileSync(join(directory, 'x'), '1');
    });
    expect(readFileSync(join(directory, 'x'), 'utf8')).toBe('1');
  });

  test('fails for any other reason at once', () => {
    const directory = join(temporaryDirectory(), 'a');
    expect(() => {
      withDirectory(directory, () => {
        throw Object.assign(new Error('no'), { code: 'EACCES' });
      });
    }).toThrow('no');
    expect(existsSync(directory)).toBe(false);
  });
});

describe('what is only done if it is possible', () => {
  test('may be refused by the machine, and is a bug otherwise', () => {
    ifPossible(() => readFileSync('/no/such/file'));
    expect(() => {
      ifPossible(() => {
        throw new TypeError('a bug');
      });
    }).toThrow('a bug');
  });

  test('is to remove a tree, also one whose directories were made read-only', () => {
    const directory = join(temporaryDirectory(), 'tree');
    const inner = join(directory, 'a/b');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'file'), '');
    writeFileSync(join(directory, 'a/file'), '');
    for (const each of [inner, join(directory, 'a'), directory]) chmodSync(each, 0o555);
    removeTree(directory);
    expect(existsSync(directory)).toBe(false);
    removeTree(directory);
    removeIfPossible(directory);
  });

  test('is to remove what nobody needs', () => {
    const directory = join(temporaryDirectory(), 'tree');
    mkdirSync(join(directory, 'a'), { recursive: true });
    removeIfPossible(directory);
    expect(existsSync(directory)).toBe(false);
    removeIfPossible('/proc/self/status');
  });
});

test('bytes of a file and names of a directory are waited for, and it is told what is not there', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'x'), '');
  for (const path of [directory, join(directory, 'x')]) {
    syncPath(path);
    await syncAside(path);
  }
  expect(() => {
    syncPath(join(directory, 'none'));
  }).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  await expect(syncAside(join(directory, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('what lies at a path', () => {
  test('is a file, a directory, a link, something else or nothing', () => {
    const directory = temporaryDirectory();
    const at = (name: string) => join(directory, name);
    writeFileSync(at('file'), 'abc');
    chmodSync(at('file'), 0o640);
    symlinkSync('file', at('link'));
    symlinkSync('self', at('self'));
    symlinkSync('nowhere', at('dangling'));
    expect(look(at('file'))).toMatchObject({ kind: 'file', stat: { size: 3n, links: 1n, mode: 0o640 } });
    expect(look(directory)).toEqual({ kind: 'directory' });
    expect(look(at('link'))).toEqual({ kind: 'link' });
    expect(look('/dev/null')).toEqual({ kind: 'other' });
    for (const none of ['none', 'file/below', 'self/below']) expect(look(at(none))).toBeNull();
    expect(lookThrough(at('link'))).toEqual(look(at('file')));
    for (const none of ['self', 'dangling', 'none']) expect(lookThrough(at(none))).toBeNull();
    expect(() => look('/' + 'x'.repeat(5000))).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  });

  const stat = { size: 1n, mtime: 2n, ctime: 3n, inode: 4n, links: 1n, mode: 0o644 };

  test('is the same while size, times and inode are', () => {
    expect(sameStat(stat, { ...stat })).toBe(true);
    for (const change of [{ size: 9n }, { mtime: 9n }, { ctime: 9n }, { inode: 9n }])
      expect(sameStat(stat, { ...stat, ...change })).toBe(false);
  });

  test('differs by names alone when it has another number of them, and else only the time that this set', () => {
    expect(sameButForNames(stat, { ...stat, links: 2n, ctime: 9n })).toBe(true);
    expect(sameButForNames(stat, { ...stat, ctime: 9n })).toBe(false);
    for (const change of [{ size: 9n }, { mtime: 9n }, { inode: 9n }])
      expect(sameButForNames(stat, { ...stat, links: 2n, ctime: 9n, ...change })).toBe(false);
  });
});

describe('what the machine refused', () => {
  const error = (change: object) => Object.assign(new Error('words'), { code: 'EIO', path: 'x', ...change });

  test.each(['read', 'scandir', 'stat', 'lstat', 'fstat', 'readlink', 'realpath', 'access'])(
    'was to be read: %s',
    (syscall) => {
      expect(refusalIn(error({ syscall }))).toEqual({
        ...{ code: 'EIO', path: 'x', doing: 'read', message: 'words' },
      });
    },
  );

  test.each(['write', 'open', 'mkdir', 'rename', 'unlink', 'chmod', 'fsync'])(
    'was to be written: %s',
    (syscall) => {
      expect(refusalIn(error({ syscall }))).toEqual({ code: 'EIO', path: 'x', message: 'words' });
    },
  );

  test('was to be read where it was opened for that, and moved where it was to go', () => {
    expect(refusalIn(error({ syscall: 'open', flag: 'r' }))).toMatchObject({ doing: 'read' });
    expect(refusalIn(error({ syscall: 'rename', dest: 'y' }))).toMatchObject({ path: 'y' });
  });

  test('is nothing where it is a bug', () => {
    for (const bug of [new Error('x'), error({ code: undefined, syscall: 'open' }), error({})])
      expect(refusalIn(bug)).toBeNull();
  });
});
