import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openArchive } from '../../../lib/study/dataset/official.ts';
import { readTar } from '../../../lib/study/dataset/tar.ts';
import { tar } from './files.ts';

const entries = [
  { name: 'set/one.bin', bytes: Buffer.from('one') },
  { name: 'set/empty.bin', bytes: Buffer.alloc(0) },
  { name: 'set/long.bin', bytes: Buffer.alloc(1300, 7) },
];

describe('readTar', () => {
  it('gives names and bytes of the files', () => {
    expect(
      readTar('a.tar', tar(entries)).map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) })),
    ).toEqual(entries);
  });

  it('says how much of a truncated archive is missing', () => {
    const cut = tar(entries).subarray(0, 512 + 512 + 512 + 512 + 1000);
    expect(() => readTar('a.tar', cut)).toThrow('a.tar: truncated tar archive, 300 bytes are missing');
  });

  it('refuses what is no tar archive', () => {
    expect(() => readTar('a.tar', Buffer.alloc(2000, 'x'))).toThrow('not a tar archive');
  });
});

describe('openArchive', () => {
  it('opens a compressed archive', async () => {
    const files = openArchive('set.tar.gz', gzipSync(tar(entries)));
    expect(files.map(({ name }) => name)).toEqual(['set/one.bin', 'set/empty.bin', 'set/long.bin']);
    expect(Buffer.from(await files[0]!.bytes()).toString()).toBe('one');
  });

  it('names a damaged gzip file', () => {
    const cut = gzipSync(tar(entries)).subarray(0, 60);
    expect(() => openArchive('set.tar.gz', cut)).toThrow('set.tar.gz: damaged gzip file of 60 bytes');
  });

  it("checks the digest of a file of the official archive's size", () => {
    const bytes = new Uint8Array(168_513_733);
    expect(() => openArchive('c.tar.gz', bytes)).toThrow(/c\.tar\.gz: sha256 is .* but the official file/);
  });
});
