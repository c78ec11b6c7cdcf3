import fs, { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { makeDirectory, writeAtomically } from '../../../lib/pipe/store/atomic.ts';
import { look } from '../../../lib/pipe/store/file-stat.ts';
import { experimentPath, removeExperiment } from '../../../lib/pipe/store/experiments.ts';
import { drop, takeInventory } from '../../../lib/pipe/store/inventory.ts';
import { blobPath, layoutOf } from '../../../lib/pipe/store/layout.ts';
import { thisProcess } from '../../../lib/pipe/store/process-identity.ts';
import { tryLock } from '../../../lib/pipe/store/project-lock.ts';
import { noteUser, usersOf } from '../../../lib/pipe/store/users.ts';
import { temporaryDirectory } from './temporary.ts';

const { rmSync, mkdirSync: make } = fs;

beforeEach(() => {
  vi.spyOn(fs, 'rmSync').mockImplementation((path, options) => {
    rmSync(path, { recursive: true, force: true });
    rmSync(path, options);
  });
  syncBuiltinESMExports();
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

describe('whoever is to remove a file, and finds that somebody was faster, goes on: over', () => {
  test('a file of the store', () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, '');
    const found = look(path);
    expect(found?.kind === 'file' && drop({ path, stat: found.stat })).toBe(true);
  });

  test('a lock, left by a dead process or one’s own, and the file that guards it', () => {
    const file = join(temporaryDirectory(), 'run.lock');
    const me = thisProcess();
    writeFileSync(file, JSON.stringify({ ...me, pid: 2 ** 30 }));
    writeFileSync(`${file}.takeover`, '');
    utimesSync(`${file}.takeover`, 1, 1);
    expect(tryLock(file, me).type).toBe('busy');
    const attempt = tryLock(file, me);
    expect(attempt.type).toBe('held');
    if (attempt.type === 'held') attempt.release();
    expect(existsSync(file)).toBe(false);
  });

  test('what is left of a file that could not be written', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'taken/by'), { recursive: true });
    expect(() => {
      writeAtomically(join(directory, 'taken'), 'x', false);
    }).toThrow(expect.objectContaining({ syscall: 'rename' }));
    expect(readdirSync(directory)).toEqual(['taken']);
  });

  test('an experiment', () => {
    const project = temporaryDirectory();
    mkdirSync(experimentPath(project, 'x'), { recursive: true });
    removeExperiment(project, 'x');
    expect(existsSync(experimentPath(project, 'x'))).toBe(false);
  });

  test('the note of a project that was moved', () => {
    const [owner, parent] = [temporaryDirectory(), temporaryDirectory()];
    mkdirSync(join(owner, 'cache'));
    const at = (name: string) => layoutOf(join(parent, name), join(owner, 'cache'));
    mkdirSync(join(parent, 'old'));
    noteUser(at('old'), 'here');
    fs.renameSync(join(parent, 'old'), join(parent, 'new'));
    noteUser(at('new'), 'here');
    expect(usersOf(layoutOf(owner), 'here')).toEqual({
      ...{ projects: [owner, join(parent, 'new')], unseen: [], gone: [] },
    });
  });
});

test('a file that goes while the store is looked through is not in it', () => {
  const layout = layoutOf(temporaryDirectory());
  const [there, gone] = ['there', 'gone'].map((text) => blobPath(layout, digestOf(text)));
  for (const path of [there!, gone!]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  const { lstatSync } = fs;
  vi.spyOn(fs, 'lstatSync').mockImplementation(((path: string, options: object) => {
    if (path === gone && fs.existsSync(path)) fs.unlinkSync(path);
    return lstatSync(path, options);
  }) as typeof fs.lstatSync);
  syncBuiltinESMExports();
  expect(takeInventory(layout).blobs.map(({ path }) => path)).toEqual([there]);
});

describe.each([false, true])('whoever is to make a directory, durable: %s', (durable) => {
  /** As soon as there is a place for it, `other` puts something there. */
  const whenPossible = (path: string, other: () => void): void => {
    vi.spyOn(fs, 'mkdirSync').mockImplementation((asked) => {
      make(asked);
      if (asked === dirname(path)) other();
      return undefined;
    });
    syncBuiltinESMExports();
  };

  test('takes the one that another process made meanwhile, once there was a place for it', () => {
    const path = join(temporaryDirectory(), 'store/sha256');
    whenPossible(path, () => {
      make(path);
    });
    makeDirectory(path, durable);
    expect(readdirSync(dirname(path))).toEqual(['sha256']);
  });

  test('is told of a file that another process put there', () => {
    const path = join(temporaryDirectory(), 'store/sha256');
    whenPossible(path, () => {
      writeFileSync(path, '');
    });
    expect(() => {
      makeDirectory(path, durable);
    }).toThrow('EEXIST');
  });
});
