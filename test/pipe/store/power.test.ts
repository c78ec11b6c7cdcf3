import { beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { ActionCache } from '../../../lib/pipe/store/actions.ts';
import {
  makeDirectory,
  removeTree,
  syncAside,
  syncPath,
  withDirectory,
  writeAtomically,
} from '../../../lib/pipe/store/atomic.ts';
import { BlobStore, sealFile } from '../../../lib/pipe/store/blobs.ts';
import { readExperiment, writeExperiment } from '../../../lib/pipe/store/experiments.ts';
import { hashFile } from '../../../lib/pipe/store/hash-file.ts';
import { drop } from '../../../lib/pipe/store/inventory.ts';
import { look } from '../../../lib/pipe/store/file-stat.ts';
import { layoutOf } from '../../../lib/pipe/store/layout.ts';
import { openLock } from '../../../lib/pipe/store/lock.ts';
import { StatCache } from '../../../lib/pipe/store/stat-cache.ts';
import { EMPTY } from '../../../lib/pipe/store/tree.ts';
import { noteFilled, noteUser, usersOf } from '../../../lib/pipe/store/users.ts';
import * as disk from '../memory/disk.ts';
import { refusal } from '../memory/nodes.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));

const layout = layoutOf('/project', '/shared/cache');

/** As it is at the start of each test: `/project` and `/shared`, both on the disk. */
beforeEach(() => {
  disk.format();
  disk.mkdirSync('/shared');
  disk.sync();
});

function blobs(): BlobStore {
  return new BlobStore(layout, new StatCache('/project/blobs.stat', 'boot'));
}

function written(path: string, text: string): string {
  disk.writeFileSync(path, text);
  return path;
}

describe('what is durable is there after a power cut, its directories with it:', () => {
  test('a file that is written at once, new or anew', () => {
    writeAtomically('/project/a/b/file', 'old', true);
    writeAtomically('/project/a/b/file', 'new', true);
    disk.losePower('lost');
    expect(disk.readFileSync('/project/a/b/file', 'utf8')).toBe('new');
  });

  test('a directory', () => {
    makeDirectory('/project/a/b/c', true);
    disk.losePower('lost');
    expect(disk.existsSync('/project/a/b/c')).toBe(true);
    withDirectory('/project/d/e', () => written('/project/d/e/f', ''), true);
    disk.losePower('lost');
    expect(disk.readdirSync('/project/d')).toEqual(['e']);
  });

  test.each([
    [
      'at once',
      (path: string) => {
        syncPath(path);
        return Promise.resolve();
      },
    ],
    ['aside', syncAside],
  ])('what was waited for, %s', async (_, wait) => {
    written('/project/file', 'bytes');
    syncPath('/project');
    await wait('/project/file');
    disk.losePower('lost');
    expect(disk.readFileSync('/project/file', 'utf8')).toBe('bytes');
  });

  test('a blob', () => {
    const digest = blobs().adopt(written('/project/file', 'bytes'), true);
    disk.losePower('lost');
    expect(blobs().intact(digest)).toBe(true);
  });

  test('a listing, with the empty file that stands for empty directories', () => {
    const digest = blobs().addTree([{ path: 'none/', digest: EMPTY }], true);
    disk.losePower('lost');
    expect(blobs().intactTree(digest)).toBe(true);
    for (const each of [digest, EMPTY]) expect(blobs().modeOf(each)).toBe(0o644);
  });

  test('what an action gave', () => {
    const fingerprint = digestOf('action');
    new ActionCache(layout).record(fingerprint, { outputs: { x: EMPTY }, ms: 1 }, true);
    disk.losePower('lost');
    expect(new ActionCache(layout).find(fingerprint)).toEqual({ outputs: { x: EMPTY }, ms: 1 });
  });

  test('a lock that was saved', () => {
    const lock = openLock('/project', 'default');
    lock.set('a', { fingerprint: EMPTY, outputs: {}, action: '[1]' });
    lock.save();
    disk.losePower('lost');
    expect(openLock('/project', 'default').ids()).toEqual(['a']);
  });

  test('an experiment', () => {
    const params = { rate: 0.1 };
    const rest = { revision: null, engine: '1', ms: null, laidOut: false, state: 'running' } as const;
    writeExperiment('/project', 'slow', { set: [], profile: 'default', created: 'now', params, ...rest });
    disk.losePower('lost');
    expect(readExperiment('/project', 'slow')).toMatchObject({ params });
  });

  test('the note of a user of the store', () => {
    noteUser(layout, 'here');
    disk.losePower('lost');
    expect(usersOf(layoutOf('/shared'), 'here').projects).toEqual(['/shared', '/project']);
    noteFilled(layout, 'here');
    disk.losePower('lost');
    expect(usersOf(layoutOf('/shared'), 'here').projects).toEqual(['/shared', '/project']);
  });
});

describe('a disk that refuses something', () => {
  const refuse = (code: 'EACCES' | 'EIO' | 'ENOSPC', syscall: string) => {
    disk.meet((change) => {
      if (change.syscall === syscall) throw refusal(code, syscall, change.path);
    });
  };

  test.each([false, true])(
    'leaves of a file that is written at once nothing behind, durable: %s',
    (durable) => {
      written('/project/file', 'old');
      refuse('ENOSPC', 'write');
      expect(() => {
        writeAtomically('/project/file', 'new', durable);
      }).toThrow('ENOSPC');
      expect(disk.readdirSync('/project')).toEqual(['file']);
      expect(disk.readFileSync('/project/file', 'utf8')).toBe('old');
    },
  );

  test('says what it refused, and not what was tried after', () => {
    refuse('ENOSPC', 'mkdir');
    expect(() => {
      writeAtomically('/project/a/file', 'new', false);
    }).toThrow(expect.objectContaining({ code: 'ENOSPC', syscall: 'mkdir' }));
    expect(() => {
      makeDirectory('/project/a/b');
    }).toThrow('ENOSPC');
  });

  test('leaves nothing behind of a blob whose bytes it does not put back', () => {
    const digest = blobs().adopt(written('/project/file', 'bytes'), false);
    written('/project/copy', 'bytes');
    refuse('EIO', 'rename');
    expect(() => blobs().mend(digest, '/project/copy')).toThrow('EIO');
    const path = blobs().path(digest);
    expect(disk.readdirSync(path.slice(0, path.lastIndexOf('/')))).toHaveLength(1);
    expect(disk.readFileSync('/project/copy', 'utf8')).toBe('bytes');
  });

  test('lets a tree go whose directories were made read-only, by making them writable', () => {
    makeDirectory('/project/tree/a/b');
    written('/project/tree/a/b/file', '');
    written('/project/tree/file', '');
    for (const path of ['tree/a/b', 'tree/a', 'tree']) disk.chmodSync(`/project/${path}`, 0o555);
    disk.meet(({ syscall, path }) => {
      const above = look(path.slice(0, path.lastIndexOf('/')));
      if (above === null || !['unlink', 'rmdir'].includes(syscall)) return;
      const { mode } = disk.statSync(path.slice(0, path.lastIndexOf('/')))!;
      if ((Number(mode) & 0o200) === 0) throw refusal('EACCES', syscall, path);
    });
    removeTree('/project/tree');
    expect(disk.existsSync('/project/tree')).toBe(false);
  });

  test('keeps a tree that cannot go all the same, which is in nobody’s way', () => {
    makeDirectory('/project/tree');
    refuse('EACCES', 'rmdir');
    removeTree('/project/tree');
    expect(disk.existsSync('/project/tree')).toBe(true);
  });
});

describe('what somebody else does at the same instant:', () => {
  /** Just before the first change of a kind. */
  const justBefore = (syscall: string, act: () => void) => {
    let done = false;
    disk.meet((change) => {
      if (done || change.syscall !== syscall) return;
      done = true;
      act();
    });
  };

  test('a directory that is made meanwhile is there', () => {
    justBefore('mkdir', () => {
      disk.mkdirSync('/project/a');
    });
    makeDirectory('/project/a');
    expect(disk.existsSync('/project/a')).toBe(true);
  });

  test('a blob that goes while it is copied out counts as missing', async () => {
    const store = blobs();
    for (const text of ['small', 'large '.repeat(20_000)]) {
      const digest = store.adopt(written('/project/file', text), false);
      justBefore('utime', () => {
        disk.rmSync(store.path(digest));
      });
      await expect(store.copyOut(digest, '/project/copy')).rejects.toMatchObject({
        ...{ code: 'ENOENT', syscall: 'open', path: store.path(digest) },
        message: `ENOENT: its bytes changed while they were copied, open '${store.path(digest)}'`,
      });
    }
  });

  test('a file that is written to between being sealed and taken in is not believed, whatever its times say', () => {
    for (const [text, secondsLater] of [
      ['BYTES', null],
      ['BYTES and more', 0],
      ['BYTES', -10],
    ] as const) {
      const store = blobs();
      const sealed = sealFile(written('/project/file', 'bytes'));
      written('/project/file', text);
      const seconds = Number(sealed.stat.mtime / 1000n) / 1e6;
      if (secondsLater !== null)
        disk.utimesSync('/project/file', seconds + secondsLater, seconds + secondsLater);
      store.moveIn(sealed, digestOf('bytes'), false);
      expect([text, secondsLater, store.intact(digestOf('bytes'))]).toEqual([text, secondsLater, false]);
    }
  });

  test('a file that goes before it is sealed is gone, and said to be', () => {
    disk.symlinkSync('file', '/project/link');
    written('/project/file', 'bytes');
    expect(() => sealFile('/project/link')).toThrow(
      expect.objectContaining({
        ...{ code: 'ENOENT', syscall: 'lstat', path: '/project/link', message: '/project/link is gone' },
      }),
    );
  });

  test('a file that is to be dropped and goes by itself is no error', () => {
    const found = look(written('/project/file', 'x'));
    if (found?.kind !== 'file') throw new Error('there is a file');
    // It is gone by the time that it is to go.
    const { rmSync } = disk;
    justBefore('unlink', () => {
      rmSync('/project/other');
    });
    written('/project/other', '');
    expect(drop({ path: '/project/file', stat: found.stat })).toBe(true);
    expect(disk.existsSync('/project/file')).toBe(false);
  });
});

describe('a blob that was taken in', () => {
  test('is known without being read: its digest goes with its stats', () => {
    const stats = new StatCache('/project/blobs.stat', 'boot');
    const store = new BlobStore(layout, stats);
    const digest = store.adopt(written('/project/file', 'bytes'), false);
    const found = look(store.path(digest));
    expect(found?.kind === 'file' && stats.find(digest, found.stat)).toBe(digest);
  });

  test('by whoever has hashed it is believed as long as it lies as it did then', () => {
    const stats = new StatCache('/project/blobs.stat', 'boot');
    const store = new BlobStore(layout, stats);
    const digest = blobs().adopt(written('/project/file', 'bytes'), false);
    const found = look(store.path(digest));
    if (found?.kind !== 'file') throw new Error('there is a blob');
    const before = { ...found.stat, ctime: found.stat.ctime - 1n };
    const knows = () => stats.find(digest, found.stat);
    store.takeOver(digest, before, Date.now());
    expect(knows()).toBeNull();
    store.takeOver(digest, found.stat, Date.now());
    expect(knows()).toBe(digest);
    store.takeOver(digestOf('missing'), found.stat, Date.now());
    expect(store.intact(digestOf('missing'))).toBe(false);
  });

  test('can be executed by whoever could execute the one that it takes the place of, and be read', () => {
    const store = blobs();
    for (const [mode, becomes] of [
      [0o750, 0o550],
      [0o644, 0o554],
      [0o200, 0o510],
    ] as const) {
      disk.chmodSync(written('/project/file', 'bytes'), mode);
      const digest = store.adopt('/project/file', false);
      expect([mode, Number(disk.statSync(store.path(digest))!.mode)]).toEqual([mode, becomes]);
    }
  });

  test('is older than any write to it that may come', () => {
    const digest = blobs().adopt(written('/project/file', 'bytes'), false);
    expect(disk.statSync(blobs().path(digest))!.mtimeMs).toBeLessThan(Date.now() - 1500);
  });

  test('is copied out with who may do what, for its owner to write to, and old likewise', async () => {
    const store = blobs();
    for (const text of ['small', 'large '.repeat(20_000)]) {
      disk.chmodSync(written('/project/file', text), 0o751);
      const digest = store.adopt('/project/file', false);
      await store.copyOut(digest, `/project/copy of ${text.length}`);
      const copy = disk.statSync(`/project/copy of ${text.length}`)!;
      expect(Number(copy.mode)).toBe(0o751);
      expect(copy.mtimeMs).toBeLessThan(Date.now() - 1500);
      expect(store.modeOf(digest)).toBe(0o751);
    }
    expect(store.modeOf(digestOf('missing'))).toBe(0o644);
  });

  test('is hashed in pieces, whatever its size', () => {
    const bytes = Buffer.from(Array.from({ length: 2_500_000 }, (_, i) => i % 251));
    disk.writeFileSync('/project/file', bytes);
    expect(hashFile('/project/file')).toBe(digestOf(bytes));
  });

  test('cannot be given its bytes from what is no file', () => {
    disk.mkdirSync('/project/directory');
    expect(() => blobs().mend(digestOf('x'), '/project/directory')).toThrow('EISDIR');
  });
});
