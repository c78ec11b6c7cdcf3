import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { look, type FileStat } from '../../../lib/pipe/store/file-stat.ts';
import { StatCache } from '../../../lib/pipe/store/stat-cache.ts';
import { temporaryDirectory } from './temporary.ts';

const digest = digestOf('content');

/** A file last modified well before now. */
function settledFile(directory: string, name = 'file'): string {
  const path = join(directory, name);
  writeFileSync(path, 'content');
  utimesSync(path, new Date(), new Date(Date.now() - 60_000));
  return path;
}

function statOf(path: string): FileStat {
  const found = look(path);
  if (found?.kind !== 'file') throw new Error(`${path} is no file`);
  return found.stat;
}

describe('the stat cache', () => {
  const changes: [string, (path: string) => void][] = [
    [
      'is written to',
      (path) => {
        appendFileSync(path, 'more');
      },
    ],
    [
      'is rewritten with as many bytes',
      (path) => {
        writeFileSync(path, 'CONTENT');
      },
    ],
    [
      'is rewritten with as many bytes and given its time of change back',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'CONTENT');
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'is replaced by another file with the same times',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(`${path}.new`, 'CONTENT');
        utimesSync(`${path}.new`, atime, mtime);
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'is touched',
      (path) => {
        utimesSync(path, new Date(), new Date());
      },
    ],
  ];

  test.each(changes)('no longer knows a file that %s', (_, change) => {
    const path = settledFile(temporaryDirectory());
    const cache = new StatCache(`${path}.cache`, 'boot');
    cache.keep('file', statOf(path), digest, Date.now());
    expect(cache.find('file', statOf(path))).toBe(digest);
    change(path);
    expect(cache.find('file', statOf(path))).toBeNull();
  });

  test('does not trust a file modified in the tick in which it was hashed', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'file');
    writeFileSync(path, 'content');
    const cache = new StatCache(join(directory, 'cache'), 'boot');
    cache.keep('file', statOf(path), digest, Math.ceil(statSync(path).mtimeMs));
    expect(cache.find('file', statOf(path))).toBeNull();
  });

  test.each([
    ['1 s', 1_000_000_000n, 1001n, 500],
    ['2 s', 2_000_000_000n, 1000n, 1500],
  ])(
    'knows files of a file system whose times are %s apart only when they are older',
    (_, tick, at, after) => {
      const cache = new StatCache(join(temporaryDirectory(), 'cache'), 'boot');
      const time = at * 1_000_000_000n;
      const stat: FileStat = { size: 1n, mtime: time, ctime: time, inode: 1n, links: 1n, mode: 0o644 };
      const milliseconds = Number(time / 1_000_000n);
      cache.keep('file', stat, digest, milliseconds + after);
      expect(cache.find('file', stat)).toBeNull();
      cache.keep('file', stat, digest, milliseconds + Number(tick / 1_000_000n));
      expect(cache.find('file', stat)).toBe(digest);
      const fine = { ...stat, ctime: time + 1n };
      cache.keep('file', fine, digest, milliseconds + after);
      expect(cache.find('file', fine)).toBe(digest);
    },
  );

  test('does not know a file by the time of its last change of another', () => {
    const directory = temporaryDirectory();
    const path = settledFile(directory);
    const cache = new StatCache(join(directory, 'cache'), 'boot');
    cache.keep('file', statOf(path), digest, Date.now());
    cache.save();
    const read = new StatCache(join(directory, 'cache'), 'boot');
    for (const field of ['size', 'mtime', 'ctime', 'inode'] as const) {
      const stat = { ...statOf(path), [field]: statOf(path)[field] + 1n };
      expect([field, read.find('file', stat)]).toEqual([field, null]);
    }
    expect(read.find('file', statOf(path))).toBe(digest);
  });

  test('forgets all when a bit of it has turned, wherever', () => {
    const directory = temporaryDirectory();
    const path = settledFile(directory);
    const cache = new StatCache(join(directory, 'cache'), 'boot');
    for (const name of ['a', 'b']) cache.keep(name, statOf(path), digest, Date.now());
    cache.save();
    const whole = readFileSync(join(directory, 'cache'));
    for (let at = 0; at < whole.length; at++) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1;
      writeFileSync(join(directory, 'damaged'), damaged);
      expect(new StatCache(join(directory, 'damaged'), 'boot').find('a', statOf(path))).toBeNull();
    }
  });

  test('gives back every digest after being saved and read', () => {
    const directory = temporaryDirectory();
    const names = ['a', 'with space', 'ünïcode/nested', 'line\nbreak'];
    const path = settledFile(directory);
    const cache = new StatCache(join(directory, 'cache'), 'boot');
    names.forEach((name, index) => {
      cache.keep(
        name,
        { ...statOf(path), size: BigInt(index), inode: 2n ** 63n + 5n },
        digestOf(name),
        Date.now(),
      );
    });
    cache.save();
    const read = new StatCache(join(directory, 'cache'), 'boot');
    names.forEach((name, index) => {
      const stat = { ...statOf(path), size: BigInt(index), inode: 2n ** 63n + 5n };
      expect(read.find(name, stat)).toBe(digestOf(name));
    });
  });

  test('keeps what it read from its file when it learns of another, whole, and replaces what it learns anew', () => {
    const directory = temporaryDirectory();
    const stat = { ...statOf(settledFile(directory)), inode: 2n ** 63n + 5n };
    const open = () => new StatCache(join(directory, 'cache'), 'boot');
    const first = open();
    for (const name of ['a', 'b', 'c']) first.keep(name, stat, digestOf(name), Date.now());
    first.save();
    const second = open();
    expect(['a', 'b', 'none'].map((name) => second.size(name))).toEqual([7n, 7n, null]);
    second.keep('b', { ...stat, size: 9n }, digestOf('new'), Date.now());
    // One that was written to as it was hashed is no longer known.
    second.keep('c', { ...stat, mtime: BigInt(Date.now()) * 1_000_000n }, digestOf('c'), Date.now());
    expect(['a', 'b', 'c'].map((name) => second.size(name))).toEqual([7n, 9n, null]);
    second.save();
    const third = open();
    expect(third.find('a', stat)).toBe(digestOf('a'));
    expect(third.find('b', stat)).toBeNull();
    expect(third.find('b', { ...stat, size: 9n })).toBe(digestOf('new'));
    expect([third.find('c', stat), third.size('c')]).toEqual([null, null]);
  });

  test('is written when something changed, and only then', () => {
    const directory = temporaryDirectory();
    const path = settledFile(directory);
    const file = join(directory, 'cache');
    const cache = new StatCache(file, 'boot');
    cache.save();
    expect(existsSync(file)).toBe(false);
    cache.keep('file', statOf(path), digest, Date.now());
    cache.save();
    const { ino } = statSync(file);
    cache.save();
    new StatCache(file, 'boot').save();
    expect(statSync(file).ino).toBe(ino);
  });

  test('of another format is none, though it is whole', () => {
    const directory = temporaryDirectory();
    const path = settledFile(directory);
    const file = join(directory, 'cache');
    const cache = new StatCache(file, 'boot');
    cache.keep('file', statOf(path), digest, Date.now());
    cache.save();
    const bytes = readFileSync(file);
    const end = bytes.indexOf(10);
    const told = JSON.parse(bytes.toString('utf8', 0, end)) as Record<string, unknown>;
    delete told['digest'];
    const body = bytes.subarray(end + 1);
    const knows = (format: unknown) => {
      const head = { ...told, format };
      const seal = digestOf(`${JSON.stringify(head)}\n${digestOf(body)}`);
      const text = `${JSON.stringify({ ...head, digest: seal })}\n`;
      writeFileSync(file, Buffer.concat([Buffer.from(text), body]));
      return new StatCache(file, 'boot').find('file', statOf(path));
    };
    expect([knows(told['format']), knows('another')]).toEqual([digest, null]);
  });

  test('that knows nothing any more is read as such', () => {
    const directory = temporaryDirectory();
    const path = settledFile(directory);
    const cache = new StatCache(join(directory, 'cache'), 'boot');
    cache.keep('file', statOf(path), digest, Date.now());
    cache.save(() => false);
    expect(new StatCache(join(directory, 'cache'), 'boot').find('', statOf(path))).toBeNull();
  });

  test('of a start of the machine before keeps the recent ones no longer when it is saved', () => {
    const directory = temporaryDirectory();
    const stat = statOf(settledFile(directory));
    const open = (boot: string) => new StatCache(join(directory, 'cache'), boot);
    const first = open('first');
    first.keep('recent', stat, digest, Date.now());
    first.keep('old', { ...stat, mtime: 0n }, digest, Date.now() - 130_000);
    first.keep('late', { ...stat, mtime: 0n }, digest, Date.now() - 110_000);
    first.save();
    const second = open('second');
    second.keep('new', stat, digest, Date.now());
    second.save();
    // Whatever start it is: they are gone.
    const names = ['recent', 'late', 'old', 'new'];
    expect(names.map((name) => open('second').size(name))).toEqual([null, null, 7n, 7n]);
  });

  test('trusts what was hashed just as long before it was saved as the disk needs, and nothing later', () => {
    const directory = temporaryDirectory();
    const stat = { ...statOf(settledFile(directory)), mtime: 0n };
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now });
    try {
      const first = new StatCache(join(directory, 'cache'), 'first');
      for (const [name, age] of [
        ['in time', 120_000],
        ['late', 119_999],
      ] as const)
        first.keep(name, stat, digest, now - age);
      first.save();
    } finally {
      vi.useRealTimers();
    }
    const read = new StatCache(join(directory, 'cache'), 'second');
    expect(['in time', 'late'].map((name) => read.find(name, stat))).toEqual([digest, null]);
    read.keep('other', stat, digest, Date.now());
    read.save();
    const anew = new StatCache(join(directory, 'cache'), 'second');
    expect(['in time', 'late'].map((name) => anew.find(name, stat))).toEqual([digest, null]);
  });

  test('forgets what is no longer of interest when it is saved', () => {
    const directory = temporaryDirectory();
    const path = settledFile(directory);
    const cache = new StatCache(join(directory, 'cache'), 'boot');
    for (const name of ['kept', 'dropped']) cache.keep(name, statOf(path), digest, Date.now());
    cache.save((name) => name === 'kept');
    const read = new StatCache(join(directory, 'cache'), 'boot');
    expect(read.find('kept', statOf(path))).toBe(digest);
    expect(read.find('dropped', statOf(path))).toBeNull();
  });

  test('after the machine started anew, trusts only what was surely written to the disk', () => {
    const directory = temporaryDirectory();
    const path = settledFile(directory);
    const cache = new StatCache(join(directory, 'cache'), 'first boot');
    cache.keep('recent', statOf(path), digest, Date.now());
    const old = { ...statOf(path), mtime: 0n };
    cache.keep('old', old, digest, Date.now() - 600_000);
    cache.save();
    const read = new StatCache(join(directory, 'cache'), 'second boot');
    expect(read.find('recent', statOf(path))).toBeNull();
    expect(read.find('old', old)).toBe(digest);
  });

  test.each([0, 1, 10, 60, 100, 150])('starts empty from a file cut off after %i bytes', (length) => {
    const directory = temporaryDirectory();
    const path = settledFile(directory);
    const file = join(directory, 'cache');
    const cache = new StatCache(file, 'boot');
    for (const name of ['a', 'b']) cache.keep(name, statOf(path), digest, Date.now());
    cache.save();
    truncate(file, length);
    expect(new StatCache(file, 'boot').find('b', statOf(path))).toBeNull();
  });
});

function truncate(path: string, length: number): void {
  writeFileSync(path, readFileSync(path).subarray(0, length));
}
