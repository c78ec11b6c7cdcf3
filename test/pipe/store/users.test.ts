import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { layoutOf } from '../../../lib/pipe/store/layout.ts';
import { digestsInLocks, noteUser, usersOf } from '../../../lib/pipe/store/users.ts';
import { temporaryDirectory } from './temporary.ts';

describe('the users of a store', () => {
  test('are the project around it and those that wrote themselves down', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    noteUser(layoutOf(owner), 'here');
    noteUser(layoutOf(guest, cache), 'here');
    noteUser(layoutOf(guest, cache), 'here');
    expect(usersOf(layoutOf(owner), 'here')).toEqual({ projects: [owner, guest], unseen: [], gone: [] });
    expect(usersOf(layoutOf(guest, cache), 'here').projects).toEqual([guest, owner]);
  });

  test('do not change with a link to the store', () => {
    const [owner, link] = [temporaryDirectory(), join(temporaryDirectory(), 'link')];
    mkdirSync(join(owner, 'cache'));
    symlinkSync(join(owner, 'cache'), link);
    noteUser(layoutOf(owner, link), 'here');
    expect(usersOf(layoutOf(owner, link), 'here')).toEqual({ projects: [owner], unseen: [], gone: [] });
  });

  test('no longer count when their directory is gone, unless it may be that of another host', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    noteUser(layoutOf(guest, cache), 'here');
    rmSync(guest, { recursive: true });
    const here = usersOf(layoutOf(owner), 'here');
    expect(here.projects).toEqual([owner]);
    expect(here.gone).toMatchObject([{ host: 'here', project: guest }]);
    const there = usersOf(layoutOf(owner), 'there');
    expect([there.gone, there.unseen]).toMatchObject([[], [{ host: 'here', project: guest }]]);
    writeFileSync(here.gone[0]!.file, 'cut o');
    expect(usersOf(layoutOf(owner), 'here').unseen).toHaveLength(1);
  });
});

test('every digest in any lock of a project counts, on both sides of a merge conflict', () => {
  const project = temporaryDirectory();
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(digestOf);
  writeFileSync(join(project, 'pipe.lock'), `<<<<<<< ours\n"x":{"${a!}"}\n=======\n"x":{"${b!}"}\n>>>>>>>\n`);
  writeFileSync(join(project, 'pipe.paper.lock'), c!);
  writeFileSync(join(project, 'package.lock'), d!);
  expect(digestsInLocks(project)).toEqual({ locks: 2, digests: new Set([a, b, c]) });
});
