import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { ActionCache } from '../../../lib/pipe/store/actions.ts';
import { BlobStore } from '../../../lib/pipe/store/blobs.ts';
import { drop, membersOf, sizeOf, takeInventory } from '../../../lib/pipe/store/inventory.ts';
import { actionPath, blobPath, layoutOf } from '../../../lib/pipe/store/layout.ts';
import { StatCache } from '../../../lib/pipe/store/stat-cache.ts';
import { EMPTY } from '../../../lib/pipe/store/tree.ts';
import { temporaryDirectory } from './temporary.ts';

function openStore() {
  const layout = layoutOf(temporaryDirectory());
  const blobs = new BlobStore(layout, new StatCache(join(layout.project, 'stats'), 'boot'));
  const add = (text: string) => {
    const file = join(layout.project, 'file');
    writeFileSync(file, text);
    return blobs.adopt(file, false);
  };
  return { layout, blobs, add, actions: new ActionCache(layout) };
}

describe('an inventory', () => {
  test('of a store that is not there yet is empty', () => {
    expect(takeInventory(openStore().layout)).toEqual({ actions: [], blobs: [], unnamed: [] });
  });

  test('has every blob and every entry, and apart from these files without a name of their own', () => {
    const { layout, add, actions } = openStore();
    const [a, b] = [add('a'), add('bb')];
    const fingerprint = digestOf('fingerprint');
    actions.record(fingerprint, { outputs: { x: a }, ms: 1 }, false);
    const left = `${blobPath(layout, a)}.12.tmp`;
    writeFileSync(left, 'left over');
    mkdirSync(join(dirname(left), 'directory'));
    writeFileSync(join(layout.cache, 'store/sha256/stray'), '');
    const found = takeInventory(layout);
    expect(found.blobs.map(({ digest }) => digest).sort()).toEqual([a, b].sort());
    expect(found.blobs.find(({ digest }) => digest === b)).toMatchObject({ path: blobPath(layout, b) });
    expect(found.actions).toMatchObject([{ digest: fingerprint, path: actionPath(layout, fingerprint) }]);
    expect(found.unnamed.map(({ path }) => path)).toEqual([left]);
    expect(sizeOf(found.blobs)).toBe(3);
    expect(sizeOf([])).toBe(0);
  });
});

describe('a file that is to be dropped', () => {
  test('goes when it is the one that was looked at', () => {
    const { layout, add } = openStore();
    add('a');
    const [file] = takeInventory(layout).blobs;
    expect(drop(file!)).toBe(true);
    expect(existsSync(file!.path)).toBe(false);
    expect(drop(file!)).toBe(false);
  });

  test('stays when somebody gave it anew, or something else lies there', () => {
    const { layout, add } = openStore();
    const digest = add('a');
    const [file] = takeInventory(layout).blobs;
    const path = blobPath(layout, digest);
    utimesSync(path, 1, 1);
    expect(drop(file!)).toBe(false);
    expect(existsSync(path)).toBe(true);
    rmSync(path);
    mkdirSync(path);
    expect(drop(file!)).toBe(false);
    expect(existsSync(path)).toBe(true);
  });
});

test('the members of a directory’s listing are told, and of other blobs there are none', () => {
  const { layout, blobs, add } = openStore();
  const a = add('a');
  const tree = [
    { path: 'a', digest: a },
    { path: 'none/', digest: EMPTY },
  ];
  expect(membersOf(layout, blobs.addTree(tree, false))).toEqual([a, EMPTY]);
  for (const text of ['', '[', '[[1,2]]', '[["a","no digest"]]', 'no listing'])
    expect(membersOf(layout, add(text))).toEqual([]);
  expect(membersOf(layout, digestOf('missing'))).toEqual([]);
});
