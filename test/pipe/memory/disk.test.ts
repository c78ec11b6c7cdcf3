import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../store/temporary.ts';
import * as door from '../../../lib/pipe/store/disk.ts';
import * as memory from './disk.ts';

type Disk = typeof memory;

const real = { ...fs, ...promises, readdirSync: fs.readdirSync } as unknown as Disk;
const disks: [string, Disk, () => string][] = [
  ['the real disk', real, temporaryDirectory],
  [
    'the disk in memory',
    memory,
    () => {
      memory.format();
      return '/project';
    },
  ],
];

test('the disk in memory has all that the engine asks for', () => {
  expect(Object.keys(memory)).toEqual(expect.arrayContaining(Object.keys(door)));
});

describe.each(disks)('%s', (_, disk, begin) => {
  let at: (name: string) => string;
  const bigint = { bigint: true } as const;
  const stat = (name: string) => disk.lstatSync(at(name), bigint)! as unknown as fs.BigIntStats;
  const names = (name: string) => (disk.readdirSync(at(name)) as string[]).sort();
  const refusal = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      expect(syscall).toEqual(expect.any(String));
      return code;
    }
    return null;
  };

  beforeEach(() => {
    const directory = begin();
    at = (name) => `${directory}/${name}`;
    disk.mkdirSync(at('d'));
    disk.writeFileSync(at('f'), 'one');
  });

  test('keeps the inode and the time of a file that is renamed, and notes that it was', () => {
    const before = stat('f');
    disk.utimesSync(at('f'), 1000, 1000);
    disk.renameSync(at('f'), at('d/g'));
    const after = stat('d/g');
    expect(after.ino).toBe(before.ino);
    expect(after.mtimeNs).toBe(1_000_000_000_000n);
    expect(after.ctimeNs).toBeGreaterThanOrEqual(before.ctimeNs);
    expect(disk.existsSync(at('f'))).toBe(false);
  });

  test('puts a renamed file in the place of another, which lives on under its other names', () => {
    disk.writeFileSync(at('g'), 'two');
    disk.linkSync(at('g'), at('h'));
    expect(stat('g').nlink).toBe(2n);
    const handle = disk.openSync(at('g'), 'r');
    disk.renameSync(at('f'), at('g'));
    expect(disk.readFileSync(at('g'), 'utf8')).toBe('one');
    expect(disk.readFileSync(at('h'), 'utf8')).toBe('two');
    expect(stat('h').nlink).toBe(1n);
    const bytes = new Uint8Array(2);
    expect([disk.readSync(handle, bytes, 0, 2, null), String.fromCharCode(...bytes)]).toEqual([2, 'tw']);
    expect(disk.readSync(handle, bytes, 0, 2, null)).toBe(1);
    expect(disk.readSync(handle, bytes, 0, 2, null)).toBe(0);
    disk.closeSync(handle);
  });

  test('refuses what cannot be, and says which', () => {
    disk.writeFileSync(at('d/g'), '');
    expect(
      refusal(() => {
        disk.readFileSync(at('none'));
      }),
    ).toBe('ENOENT');
    expect(
      refusal(() => {
        disk.readFileSync(at('f/none'));
      }),
    ).toBe('ENOTDIR');
    expect(
      refusal(() => {
        disk.readFileSync(at('d'));
      }),
    ).toBe('EISDIR');
    expect(
      refusal(() => {
        disk.writeFileSync(at('none/f'), '');
      }),
    ).toBe('ENOENT');
    expect(
      refusal(() => {
        disk.mkdirSync(at('d'));
      }),
    ).toBe('EEXIST');
    expect(
      refusal(() => {
        disk.mkdirSync(at('f'));
      }),
    ).toBe('EEXIST');
    expect(
      refusal(() => {
        disk.mkdirSync(at('none/d'));
      }),
    ).toBe('ENOENT');
    expect(
      refusal(() => {
        disk.openSync(at('f'), 'wx');
      }),
    ).toBe('EEXIST');
    expect(
      refusal(() => {
        disk.linkSync(at('f'), at('d/g'));
      }),
    ).toBe('EEXIST');
    expect(
      refusal(() => {
        disk.rmdirSync(at('d'));
      }),
    ).toBe('ENOTEMPTY');
    expect(
      refusal(() => {
        disk.rmSync(at('d'));
      }),
    ).toBe('ERR_FS_EISDIR');
    expect(
      refusal(() => {
        disk.rmSync(at('none'));
      }),
    ).toBe('ENOENT');
    expect(
      refusal(() => {
        disk.rmSync(at('none/none'), { force: true });
      }),
    ).toBeNull();
    expect(
      refusal(() => {
        disk.readdirSync(at('f'));
      }),
    ).toBe('ENOTDIR');
    expect(
      refusal(() => {
        disk.realpathSync(at('none'));
      }),
    ).toBe('ENOENT');
    expect(
      refusal(() => {
        disk.statSync(at('none'));
      }),
    ).toBe('ENOENT');
    expect(
      refusal(() => {
        disk.lstatSync(at('f/none'), { throwIfNoEntry: false });
      }),
    ).toBe('ENOTDIR');
    expect(disk.lstatSync(at('none'), { throwIfNoEntry: false })).toBeUndefined();
    expect(disk.lstatSync(at('none/none'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('renames directories, but over no other one that has something in it', () => {
    disk.mkdirSync(at('e'));
    disk.writeFileSync(at('e/g'), 'g');
    disk.renameSync(at('e'), at('d'));
    expect(disk.readFileSync(at('d/g'), 'utf8')).toBe('g');
    disk.mkdirSync(at('e'));
    expect(
      refusal(() => {
        disk.renameSync(at('e'), at('d'));
      }),
    ).toBe('ENOTEMPTY');
    expect(
      refusal(() => {
        disk.renameSync(at('f'), at('d'));
      }),
    ).toBe('EISDIR');
    expect(
      refusal(() => {
        disk.renameSync(at('d'), at('f'));
      }),
    ).toBe('ENOTDIR');
    expect(names('.')).toEqual(['d', 'e', 'f']);
  });

  test('follows links, and none for ever', () => {
    disk.symlinkSync('d', at('link'));
    disk.symlinkSync('loop', at('loop'));
    disk.writeFileSync(at('link/g'), 'g');
    expect(names('d')).toEqual(['g']);
    expect(stat('link').isSymbolicLink()).toBe(true);
    expect(disk.statSync(at('link'))!.isDirectory()).toBe(true);
    expect(disk.realpathSync(at('link/g'))).toBe(disk.realpathSync(at('d/g')));
    expect(
      refusal(() => {
        disk.statSync(at('loop'));
      }),
    ).toBe('ELOOP');
    expect(disk.existsSync(at('loop'))).toBe(false);
    disk.rmSync(at('link'), { recursive: true });
    expect(disk.readFileSync(at('d/g'), 'utf8')).toBe('g');
  });

  test('lists entries with what they are', () => {
    disk.symlinkSync('none', at('link'));
    const entries = disk.readdirSync(at('.'), { withFileTypes: true }) as unknown as fs.Dirent[];
    const kinds = entries.map((entry) => [
      entry.name,
      entry.isFile(),
      entry.isDirectory(),
      entry.isSymbolicLink(),
    ]);
    expect(kinds.sort()).toEqual([
      ['d', false, true, false],
      ['f', true, false, false],
      ['link', false, false, true],
    ]);
  });

  test('writes, appends and copies, with the mode that is asked for', async () => {
    const handle = disk.openSync(at('log'), 'a');
    expect(disk.writeSync(handle, 'one\n')).toBe(4);
    disk.appendFileSync(at('log'), 'two\n');
    disk.writeSync(handle, 'three\n');
    disk.fsyncSync(handle);
    disk.closeSync(handle);
    expect(disk.readFileSync(at('log'), 'utf8')).toBe('one\ntwo\nthree\n');
    disk.chmodSync(at('f'), 0o555);
    disk.copyFileSync(at('f'), at('copy'));
    await disk.copyFile(at('f'), at('aside'));
    expect([stat('copy'), stat('aside')].map(({ mode, size }) => [Number(mode) & 0o777, size])).toEqual([
      [0o555, 3n],
      [0o555, 3n],
    ]);
    const opened = await disk.open(at('copy'));
    await opened.sync();
    await opened.close();
    disk.writeFileSync(at('g'), Buffer.from('g'), { mode: 0o600 });
    expect(Number(stat('g').mode) & 0o777).toBe(0o600);
    expect(disk.statSync(at('g'))!.size).toBe(1);
  });

  test('tells by its times that a file was written, was touched and was given another mode', () => {
    disk.utimesSync(at('f'), 1000, 1000);
    const first = stat('f');
    disk.writeFileSync(at('f'), 'two');
    expect(stat('f').mtimeNs).toBeGreaterThan(first.mtimeNs);
    expect(stat('f').ino).toBe(first.ino);
    expect(stat('f').ctimeNs).toBeGreaterThanOrEqual(first.ctimeNs);
  });

  test('removes directories with all that is in them', () => {
    disk.mkdirSync(at('d/e'));
    disk.writeFileSync(at('d/e/g'), '');
    disk.rmSync(at('d'), { recursive: true });
    expect(names('.')).toEqual(['f']);
  });
});

describe('without power, the disk in memory', () => {
  beforeEach(memory.format);

  function write(path: string, { bytes, names }: { readonly bytes: boolean; readonly names: boolean }): void {
    memory.writeFileSync(path, 'text');
    for (const each of [...(bytes ? [path] : []), ...(names ? ['/project'] : [])]) {
      const handle = memory.openSync(each);
      memory.fsyncSync(handle);
      memory.closeSync(handle);
    }
  }

  test('loses bytes that nobody waited for, and the names of such files', () => {
    write('/project/both', { bytes: true, names: true });
    write('/project/name', { bytes: false, names: true });
    write('/project/bytes', { bytes: true, names: false });
    memory.losePower('lost');
    expect(memory.readdirSync('/project')).toEqual(['name', 'both']);
    expect(memory.readFileSync('/project/both', 'utf8')).toBe('text');
    expect(memory.readFileSync('/project/name', 'utf8')).toBe('\0\0\0\0');
  });

  test('may have kept the names all the same', () => {
    write('/project/bytes', { bytes: true, names: false });
    write('/project/none', { bytes: false, names: false });
    memory.losePower('kept');
    expect(memory.readFileSync('/project/bytes', 'utf8')).toBe('text');
    expect(memory.readFileSync('/project/none', 'utf8')).toBe('\0\0\0\0');
  });
});

test('the disk in memory asks before each change', () => {
  memory.format();
  const met: string[] = [];
  memory.meet(({ nth, syscall }) => {
    met.push(syscall);
    if (nth === 3) throw new Error('no more');
  });
  memory.writeFileSync('/project/f', 'f');
  memory.chmodSync('/project/f', 0o400);
  expect(() => {
    memory.rmSync('/project/f');
  }).toThrow('no more');
  expect(met).toEqual(['open', 'write', 'chmod', 'unlink']);
  expect(memory.existsSync('/project/f')).toBe(true);
});
