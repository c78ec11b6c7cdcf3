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

  it.each(['-00000001000', 'many bytes..', '            '])('refuses a file of size %j', (size) => {
    const damaged = tar([{ name: 'x', bytes: Buffer.alloc(0) }]);
    damaged.write(size, 124);
    const sum = damaged
      .subarray(0, 512)
      .reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
    damaged.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(() => readTar('a.tar', damaged)).toThrow('damaged at byte 0: a file of no size');
  });

  it('reads a size in base 256, which some write', () => {
    const archive = tar([{ name: 'x', bytes: Buffer.from('one') }]);
    archive.set([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3], 124);
    const sum = archive
      .subarray(0, 512)
      .reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
    archive.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    expect(readTar('a.tar', archive).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['one']);
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
