import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Changes } from '../../../lib/pipe/cli/changes.ts';
import { globBase } from '../../../lib/pipe/cli/commands/watch.ts';

test.each([
  ['notes/**/*.md', 'notes'],
  ['*.md', '.'],
  ['a/b/c.txt', 'a/b'],
  ['data/{x,y}/z', 'data'],
  ['/abs/x-[0-9]', '/abs'],
])('all matches of %s lie below %s', (pattern, base) => {
  expect(globBase(pattern)).toBe(base);
});

describe('changes', () => {
  const never = new AbortController().signal;

  async function following(...paths: string[]) {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'pipe-changes-')));
    const write = (path: string, text: string): void => {
      mkdirSync(join(directory, path, '..'), { recursive: true });
      writeFileSync(join(directory, path), text);
    };
    write('pipeline.yaml', 'a');
    write('data/1.csv', 'a');
    const changes = new Changes(directory);
    onTestFinished(async () => {
      await changes.close();
      rmSync(directory, { recursive: true });
    });
    await changes.follow(new Set(paths.map((path) => join(directory, path))));
    return { directory, changes, write };
  }

  test('that come together are one', async () => {
    const { changes, write } = await following('pipeline.yaml', 'data');
    write('pipeline.yaml', 'b');
    write('data/1.csv', 'b');
    write('data/2.csv', 'b');
    expect(await changes.next(never)).toEqual(['data/1.csv', 'data/2.csv', 'pipeline.yaml']);
  });

  test('are kept while nobody waits for them', async () => {
    const { changes, write } = await following('pipeline.yaml');
    write('pipeline.yaml', 'b');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await changes.next(never)).toEqual(['pipeline.yaml']);
  });

  test('by renaming over a file count', async () => {
    const { changes, write, directory } = await following('pipeline.yaml');
    write('.draft', 'b');
    renameSync(join(directory, '.draft'), join(directory, 'pipeline.yaml'));
    expect(await changes.next(never)).toEqual(['pipeline.yaml']);
  });

  test('that make a file which was missing count', async () => {
    const { changes, write } = await following('later.txt');
    write('later.txt', 'b');
    expect(await changes.next(never)).toEqual(['later.txt']);
  });

  test('to what a run itself writes mean nothing', async () => {
    const { changes, write } = await following('.');
    write('artifacts/x', 'b');
    write('cache/local/y', 'b');
    write('pipe.lock', 'b');
    write('pipe.small.lock', 'b');
    write('text.txt', 'b');
    expect(await changes.next(never)).toEqual(['text.txt']);
  });

  test('to files followed before are not lost when others are followed', async () => {
    const { directory, changes, write } = await following('pipeline.yaml');
    const further = changes.follow(new Set([join(directory, 'pipeline.yaml'), join(directory, 'data')]));
    write('pipeline.yaml', 'b');
    await further;
    expect(await changes.next(never)).toContain('pipeline.yaml');
  });

  test('are not waited for when told to stop', async () => {
    const { changes } = await following('pipeline.yaml');
    const controller = new AbortController();
    const next = changes.next(controller.signal);
    controller.abort();
    expect(await next).toEqual([]);
  });
});
