import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { syncAside, syncPath, writeAtomically } from '../../../lib/pipe/store/atomic.ts';
import { openSync, readFileSync } from '../../../lib/pipe/store/disk.ts';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { hashFile } from '../../../lib/pipe/store/hash-file.ts';
import { membersOf } from '../../../lib/pipe/store/inventory.ts';
import { blobPath, layoutOf } from '../../../lib/pipe/store/layout.ts';
import { thisProcess } from '../../../lib/pipe/store/process-identity.ts';
import { tryLock } from '../../../lib/pipe/store/project-lock.ts';
import { temporaryDirectory } from './temporary.ts';

const linux = process.platform === 'linux';

/** What the process has open below a directory, by the kernel's own list. */
function openBelow(directory: string): number {
  let count = 0;
  for (const handle of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${handle}`).startsWith(directory)) count += 1;
    } catch {
      // The handle by which the list was read.
    }
  }
  return count;
}

test.runIf(linux)('nothing stays open, whether it could be read or not', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'file');
  writeFileSync(file, 'text');
  symlinkSync('/dev/null', join(directory, 'device'));
  const layout = layoutOf(directory);
  mkdirSync(join(blobPath(layout, digestOf('listing')), '..'), { recursive: true });
  writeFileSync(blobPath(layout, digestOf('listing')), '[["');

  readFileSync(file);
  expect(() => readFileSync(directory)).toThrow('EISDIR');
  hashFile(file);
  expect(() => hashFile(directory)).toThrow('EISDIR');
  const devices = openBelow('/dev/null');
  expect(() => openSync(join(directory, 'device'))).toThrow('no file');
  expect(openBelow('/dev/null')).toBe(devices);
  syncPath(file);
  await syncAside(file);
  writeAtomically(join(directory, 'other'), 'text', true);
  expect(membersOf(layout, digestOf('listing'))).toEqual([]);
  writeFileSync(join(directory, 'run.lock'), '');
  expect(tryLock(join(directory, 'run.lock'), thisProcess()).type).toBe('held');
  expect(openBelow(directory)).toBe(0);
});
