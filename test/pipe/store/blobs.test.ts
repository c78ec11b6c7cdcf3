import fs, {
  chmodSync,
  closeSync,
  openSync,
  writeSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { digestOf, type Digest } from '../../../lib/pipe/digest.ts';
import { BlobStore, sealFile } from '../../../lib/pipe/store/blobs.ts';
import { look } from '../../../lib/pipe/store/file-stat.ts';
import { layoutOf } from '../../../lib/pipe/store/layout.ts';
import { StatCache } from '../../../lib/pipe/store/stat-cache.ts';
import { EMPTY } from '../../../lib/pipe/store/tree.ts';
import { temporaryDirectory } from './temporary.ts';

function openStore(project = temporaryDirectory()) {
  const stats = new StatCache(join(project, 'stats'), 'boot');
  return { project, stats, blobs: new BlobStore(layoutOf(project), stats) };
}

function fileWith(directory: string, content: string): string {
  const path = join(directory, `file-${digestOf(content).slice(-8)}`);
  writeFileSync(path, content);
  return path;
}

describe('the content store', () => {
  test('takes a file in, under the digest of its bytes, and makes it read-only', () => {
    const { project, blobs } = openStore();
    const file = fileWith(project, 'bytes');
    const digest = blobs.adopt(file, true);
    expect(digest).toBe(digestOf('bytes'));
    expect(blobs.intact(digest)).toBe(true);
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(blobs.path(digest), 'utf8')).toBe('bytes');
    expect(statSync(blobs.path(digest)).mode & 0o777).toBe(0o444);
  });

  test('does not serve a file that was written to after it was hashed, by whoever had it open', () => {
    const { project, blobs, stats } = openStore();
    const file = fileWith(project, 'bytes');
    const handle = openSync(file, 'r+');
    const sealed = sealFile(file);
    writeSync(handle, 'BYTES');
    closeSync(handle);
    blobs.moveIn(sealed, digestOf('bytes'), false);
    expect(blobs.intact(digestOf('bytes'))).toBe(false);
    expect(new BlobStore(layoutOf(project), stats).intact(digestOf('bytes'))).toBe(false);
  });

  test('takes the same bytes in twice', () => {
    const { project, blobs } = openStore();
    const first = blobs.adopt(fileWith(project, 'bytes'), false);
    expect(blobs.adopt(fileWith(project, 'bytes'), false)).toBe(first);
    expect(blobs.intact(first)).toBe(true);
  });

  test.each([5, 100_000])('copies a blob of %d bytes out as a file of its own, writable', async (size) => {
    const { project, blobs } = openStore();
    const bytes = 'b'.repeat(size);
    const digest = blobs.adopt(fileWith(project, bytes), false);
    const copy = join(project, 'copy');
    await blobs.copyOut(digest, copy);
    expect(readFileSync(copy, 'utf8')).toBe(bytes);
    writeFileSync(copy, 'edited');
    expect(blobs.intact(digest)).toBe(true);
    expect(readFileSync(blobs.path(digest), 'utf8')).toBe(bytes);
  });

  test('keeps a directory as a listing and its files', () => {
    const { project, blobs } = openStore();
    const tree = ['a', 'b/c'].map((path) => ({ path, digest: blobs.adopt(fileWith(project, path), false) }));
    const digest = blobs.addTree(tree, false);
    expect(blobs.tree(digest)).toEqual(tree);
    expect(blobs.intactTree(digest)).toBe(true);
    rmSync(blobs.path(tree[1]!.digest));
    expect(blobs.intactTree(digest)).toBe(false);
  });

  test('keeps an empty file for directories with nothing in them, once, and for no others', () => {
    const { blobs } = openStore();
    blobs.addTree([], false);
    expect(blobs.intact(EMPTY)).toBe(false);
    const none = [{ path: 'none/', digest: EMPTY }];
    expect(blobs.intactTree(blobs.addTree(none, false))).toBe(true);
    const before = statSync(blobs.path(EMPTY));
    expect(before.mode & 0o777).toBe(0o444);
    blobs.addTree(none, false);
    expect(statSync(blobs.path(EMPTY)).ino).toBe(before.ino);
  });

  test('has no blob that may not be read, and knows what it knew of others', () => {
    const { project, blobs, stats } = openStore();
    const [known, hidden] = ['known', 'hidden'].map((text) => blobs.adopt(fileWith(project, text), false));
    utimesSync(blobs.path(hidden!), 1, 1);
    const opened = vi.spyOn(fs, 'openSync').mockImplementation((path) => {
      throw Object.assign(new Error(String(path)), { code: 'EACCES', syscall: 'open', path });
    });
    syncBuiltinESMExports();
    try {
      expect(blobs.intact(hidden!)).toBe(false);
      opened.mockImplementation((path) => {
        throw Object.assign(new Error(String(path)), { code: 'EIO', syscall: 'open', path });
      });
      expect(() => blobs.intact(hidden!)).toThrow(expect.objectContaining({ code: 'EIO' }));
    } finally {
      opened.mockRestore();
      syncBuiltinESMExports();
    }
    stats.save();
    const found = look(blobs.path(known!));
    const anew = new StatCache(join(project, 'stats'), 'boot');
    expect(found?.kind === 'file' && anew.find(known!, found.stat)).toBe(known);
    expect(blobs.intact(hidden!)).toBe(true);
  });

  const damages: [string, (path: string) => void][] = [
    [
      'removed',
      (path) => {
        rmSync(path);
      },
    ],
    [
      'cut off',
      (path) => {
        truncateSync(path, 3);
      },
    ],
    [
      'emptied',
      (path) => {
        truncateSync(path, 0);
      },
    ],
    [
      'changed in one bit',
      (path) => {
        const bytes = readFileSync(path);
        bytes[2]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
    [
      'changed, its time of modification put back',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'BYTES');
        utimesSync(path, atime, mtime);
      },
    ],
  ];

  test.each(damages)('does not serve a blob that was %s, and can be given it back', (_, damage) => {
    const { project, blobs } = openStore();
    const digest = blobs.adopt(fileWith(project, 'bytes'), false);
    chmodSync(blobs.path(digest), 0o644);
    damage(blobs.path(digest));
    expect(blobs.intact(digest)).toBe(false);
    expect(blobs.mend(digest, fileWith(project, 'other bytes'))).toBe(false);
    expect(blobs.intact(digest)).toBe(false);
    expect(blobs.mend(digest, fileWith(project, 'bytes'))).toBe(true);
    expect(blobs.intact(digest)).toBe(true);
  });

  test('says of what it has not that it has it not, whole or copied out', async () => {
    const { project, blobs } = openStore();
    const missing = digestOf('missing');
    expect([blobs.intact(missing), blobs.intactTree(missing), blobs.tree(missing)]).toEqual([
      false,
      false,
      null,
    ]);
    await expect(blobs.copyOut(missing, join(project, 'copy'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(existsSync(join(project, 'copy'))).toBe(false);
    // A blob is held as what it was made as.
    const file = blobs.adopt(fileWith(project, 'bytes'), false);
    const tree = blobs.addTree([{ path: 'a', digest: file }], false);
    const holds = (digest: Digest) => [true, false].map((directory) => blobs.holds({ directory }, digest));
    expect([holds(file), holds(tree), holds(missing)]).toEqual([
      [false, true],
      [true, true],
      [false, false],
    ]);
  });

  test('cannot be mended from a file that is not there', () => {
    const { project, blobs } = openStore();
    expect(blobs.mend(digestOf('bytes'), join(project, 'nothing'))).toBe(false);
  });

  test('checks by its bytes what another process put there', () => {
    const project = temporaryDirectory();
    const digest: Digest = openStore(project).blobs.adopt(fileWith(project, 'bytes'), false);
    chmodSync(openStore(project).blobs.path(digest), 0o644);
    writeFileSync(openStore(project).blobs.path(digest), 'other');
    expect(openStore(project).blobs.intact(digest)).toBe(false);
  });
});
