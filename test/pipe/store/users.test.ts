import {
  cpSync,
  mkdirSync,
  renameSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { layoutOf } from '../../../lib/pipe/store/layout.ts';
import { readSealed } from '../../../lib/pipe/store/sealed.ts';
import {
  hasOwnStore,
  digestsInLocks,
  isNoted,
  noteFilled,
  noteUser,
  usersOf,
} from '../../../lib/pipe/store/users.ts';
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

  test('count for 30 days when their directory is gone: it may have been moved', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    noteUser(layoutOf(guest, cache), 'here');
    rmSync(guest, { recursive: true });
    const used = (days: number) => {
      const [file] = readdirSync(join(cache, 'users'));
      const at = new Date(Date.now() - days * 86_400_000);
      utimesSync(join(cache, 'users', file!), at, at);
      const { unseen, gone } = usersOf(layoutOf(owner), 'here');
      return [unseen.length, gone.length];
    };
    expect(used(29)).toEqual([1, 0]);
    expect(used(31)).toEqual([0, 1]);
  });

  test('that were moved are known by their new place alone, once they run there; copies by both', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    const note = (project: string) => {
      noteUser(layoutOf(project, cache), 'here');
    };
    note(guest);
    const [moved, copy] = [`${guest}-moved`, `${guest}-copy`];
    cpSync(guest, copy, { recursive: true });
    note(copy);
    renameSync(guest, moved);
    onTestFinished(() => {
      for (const each of [moved, copy]) rmSync(each, { recursive: true });
    });
    expect(usersOf(layoutOf(owner), 'here').unseen).toMatchObject([{ project: guest }]);
    note(moved);
    const { projects, unseen } = usersOf(layoutOf(owner), 'here');
    expect([[...projects].sort(), unseen]).toEqual([[owner, copy, moved].sort(), []]);
  });

  test('know of themselves where they were noted, and no longer what they left', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    const [moved, copy] = [`${guest}-moved`, `${guest}-copy`];
    onTestFinished(() => {
      for (const each of [moved, copy]) rmSync(each, { recursive: true, force: true });
    });
    const noted = (project: string) =>
      readSealed(join(project, 'cache/local/noted.json')) as [file: string, project: string][];
    const fileOf = (project: string) => noted(project).find(([, of]) => of === project)![0];
    noteUser(layoutOf(guest, cache), 'here');
    cpSync(guest, copy, { recursive: true });
    noteUser(layoutOf(copy, cache), 'here');
    // A copy keeps in mind the one that it is of, which is there.
    expect(noted(copy).map(([, project]) => project)).toEqual([guest, copy]);
    expect(readdirSync(join(cache, 'users')).sort()).toEqual(
      noted(copy)
        .map(([file]) => basename(file))
        .sort(),
    );
    renameSync(guest, moved);
    noteUser(layoutOf(moved, cache), 'here');
    expect(noted(moved)).toEqual([[fileOf(moved), moved]]);
    noteUser(layoutOf(copy, cache), 'here');
    expect(noted(copy)).toEqual([[fileOf(copy), copy]]);
    const { ino } = statSync(join(copy, 'cache/local/noted.json'));
    noteUser(layoutOf(copy, cache), 'here');
    expect(statSync(join(copy, 'cache/local/noted.json')).ino).toBe(ino);
  });

  test('are not forgotten by a copy of theirs when they go after it: it takes their note away', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    const copy = `${guest}-copy`;
    onTestFinished(() => {
      rmSync(copy, { recursive: true });
    });
    noteUser(layoutOf(guest, cache), 'here');
    cpSync(guest, copy, { recursive: true });
    noteUser(layoutOf(copy, cache), 'here');
    rmSync(guest, { recursive: true });
    expect(usersOf(layoutOf(owner), 'here').unseen).toMatchObject([{ project: guest }]);
    noteUser(layoutOf(copy, cache), 'here');
    expect(usersOf(layoutOf(owner), 'here')).toMatchObject({ projects: [owner, copy], unseen: [], gone: [] });
  });

  test('that cannot be looked for are out of sight, however long they have not been here', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    noteUser(layoutOf(guest, cache), 'here');
    rmSync(guest, { recursive: true });
    symlinkSync(guest, guest);
    for (const name of readdirSync(join(cache, 'users'))) utimesSync(join(cache, 'users', name), 1, 1);
    expect(usersOf(layoutOf(owner), 'here')).toMatchObject({ unseen: [{ project: guest }], gone: [] });
  });

  test('are nobody but a project itself as long as no other was noted', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    expect([hasOwnStore(layoutOf(owner)), hasOwnStore(layoutOf(guest, cache))]).toEqual([true, false]);
    noteUser(layoutOf(guest, cache), 'here');
    expect([hasOwnStore(layoutOf(owner)), hasOwnStore(layoutOf(guest))]).toEqual([false, true]);
  });

  test('are those of whole notes alone', () => {
    const owner = temporaryDirectory();
    mkdirSync(join(owner, 'cache/users'), { recursive: true });
    writeFileSync(join(owner, 'cache/users/x.json.12.tmp'), '{"host":"here","pro');
    expect(usersOf(layoutOf(owner), 'here')).toEqual({ projects: [owner], unseen: [], gone: [] });
  });

  test('say when they were here last, each time', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    noteUser(layoutOf(guest, cache), 'here');
    const [name] = readdirSync(join(cache, 'users'));
    const file = join(cache, 'users', name!);
    utimesSync(file, 1, 1);
    noteUser(layoutOf(guest, cache), 'here');
    const { atimeMs, mtimeMs } = statSync(file);
    for (const at of [atimeMs, mtimeMs]) expect([1e12 < at, at < Date.now() + 1000]).toEqual([true, true]);
    expect(name).toMatch(/^[0-9a-f]{16}\.json$/);
  });

  test('are noted once the store has what they built before; the one around it needs no note', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    const layout = layoutOf(guest, cache);
    expect([isNoted(layoutOf(owner), 'here'), isNoted(layout, 'here')]).toEqual([true, false]);
    noteUser(layout, 'here');
    expect(isNoted(layout, 'here')).toBe(false);
    noteFilled(layout, 'here');
    expect([isNoted(layout, 'here'), isNoted(layout, 'there')]).toEqual([true, false]);
    noteUser(layout, 'here');
    expect(isNoted(layout, 'here')).toBe(true);
    expect(usersOf(layout, 'here').projects).toEqual([guest, owner]);
  });

  test('are told by what was noted of a store elsewhere, too', () => {
    const [owner, other, guest] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()];
    const caches = [owner, other].map((project) => join(project, 'cache'));
    for (const cache of caches) mkdirSync(cache);
    for (const cache of caches) noteUser(layoutOf(guest, cache), 'here');
    const moved = `${guest}-moved`;
    renameSync(guest, moved);
    onTestFinished(() => {
      rmSync(moved, { recursive: true });
    });
    noteUser(layoutOf(moved, caches[0]), 'here');
    // It left the note in the second store with the name that it had: whoever moved it is known to both.
    for (const project of [owner, other]) expect(usersOf(layoutOf(project), 'here').unseen).toEqual([]);
  });

  test('have a store in whatever directory: that is no project’s own cache, and a project all the same', () => {
    const [shared, guest] = [temporaryDirectory(), temporaryDirectory()];
    expect(usersOf(layoutOf(guest, shared), 'here').projects).toEqual([guest, dirname(shared)]);
    // One that is not there yet.
    expect(usersOf(layoutOf(guest, join(shared, 'new')), 'here').projects).toEqual([guest, shared]);
  });

  test('whose place is a file now are gone like those whose place is nothing', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    noteUser(layoutOf(guest, cache), 'here');
    rmSync(guest, { recursive: true });
    writeFileSync(guest, '');
    onTestFinished(() => {
      rmSync(guest, { force: true });
    });
    for (const name of readdirSync(join(cache, 'users'))) utimesSync(join(cache, 'users', name), 0, 0);
    expect(usersOf(layoutOf(owner), 'here').gone).toMatchObject([{ project: guest }]);
  });

  test('are out of sight when they may not be looked into', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    noteUser(layoutOf(join(guest, 'x'.repeat(300)), cache), 'here');
    // A name that is too long fails with neither of the errors that say that nothing is there.
    expect(usersOf(layoutOf(owner), 'here')).toMatchObject({ unseen: [{ host: 'here' }], gone: [] });
  });

  test.each(['null', '0', '[null]', '{}', '{"host":"here"}'])(
    'of whom a note says %s are out of sight',
    (note) => {
      const owner = temporaryDirectory();
      mkdirSync(join(owner, 'cache', 'users'), { recursive: true });
      writeFileSync(join(owner, 'cache', 'users', 'x.json'), note);
      expect(usersOf(layoutOf(owner), 'here')).toMatchObject({
        unseen: [{ host: 'an unknown host', project: 'an unknown project' }],
        gone: [],
      });
    },
  );

  test('no longer count when their directory has been gone for long, unless it may be that of another host', () => {
    const [owner, guest] = [temporaryDirectory(), temporaryDirectory()];
    const cache = join(owner, 'cache');
    mkdirSync(cache);
    noteUser(layoutOf(guest, cache), 'here');
    rmSync(guest, { recursive: true });
    for (const name of readdirSync(join(cache, 'users'))) utimesSync(join(cache, 'users', name), 0, 0);
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
  // So do those of experiments.
  for (const name of ['slow', 'without']) mkdirSync(join(project, 'experiments', name), { recursive: true });
  writeFileSync(join(project, 'experiments/slow/pipe.lock'), d!);
  expect(digestsInLocks(project)).toEqual({ locks: 3, digests: new Set([a, b, c, d]) });
  expect(digestsInLocks(join(project, 'none'))).toEqual({ locks: 0, digests: new Set() });
});
