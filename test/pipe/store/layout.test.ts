import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectory } from '../../../lib/pipe/store/atomic.ts';
import { digestOf } from '../../../lib/pipe/digest.ts';
import {
  actionPath,
  actionsPath,
  blobPath,
  blobsPath,
  codePath,
  jobsPath,
  layoutIn,
  layoutOf,
  lockName,
  lockProfile,
  runLockPath,
  runsPath,
  usersPath,
  workPath,
} from '../../../lib/pipe/store/layout.ts';
import { temporaryDirectory } from './temporary.ts';

test.each([
  [undefined, '/project/cache'],
  ['', '/project/cache'],
  ['../shared', '/shared'],
  ['/shared', '/shared'],
])('a cache written as %j lies in %s', (written, cache) => {
  expect(layoutIn('/project', written).cache).toBe(cache);
});

test('directories are made with those above them', () => {
  const path = join(temporaryDirectory(), 'a/b/c');
  makeDirectory(path);
  expect(existsSync(path)).toBe(true);
});

test.runIf(process.platform === 'linux')('a directory that takes no entries is an error', () => {
  expect(() => {
    makeDirectory('/proc/nothing/inside');
  }).toThrow('ENOENT');
});

test('everything lies where the page on the store says, what belongs to one project never in a shared cache', () => {
  const layout = layoutOf('/p', '/c');
  const digest = digestOf('x');
  const [fan, rest] = [digest.slice(7, 9), digest.slice(9)];
  expect(layout).toEqual({ project: '/p', cache: '/c', local: '/p/cache/local' });
  expect([blobsPath, actionsPath, workPath, jobsPath, usersPath].map((path) => path(layout))).toEqual([
    ...['/c/store/sha256', '/c/actions', '/c/work', '/c/jobs', '/c/users'],
  ]);
  expect([codePath, runsPath].map((path) => path(layout))).toEqual([
    '/p/cache/local/code',
    '/p/cache/local/runs',
  ]);
  expect([blobPath, actionPath].map((path) => path(layout, digest))).toEqual([
    ...[`/c/store/sha256/${fan}/${rest}`, `/c/actions/${fan}/${rest}`],
  ]);
  expect(runLockPath('/p')).toBe('/p/cache/local/run.lock');
});

test('a lock is named after its profile or experiment, and the profile is read from the name again', () => {
  expect([lockName('default'), lockName('paper'), lockName('paper', 'slow')]).toEqual([
    ...['pipe.lock', 'pipe.paper.lock', 'experiments/slow/pipe.lock'],
  ]);
  expect(['pipe.lock', 'pipe.paper.lock', 'pipe.a.b.lock'].map(lockProfile)).toEqual([
    'default',
    'paper',
    'a.b',
  ]);
  for (const name of ['package.lock', 'pipe.lock.gz', 'my-pipe.lock', 'pipe..lock'])
    expect([name, lockProfile(name)]).toEqual([name, null]);
});
