import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

  function following(...paths: string[]) {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'pipe-changes-')));
    const write = (path: string, text: string): void => {
      mkdirSync(join(directory, path, '..'), { recursive: true });
      writeFileSync(join(directory, path), text);
    };
    write('pipeline.yaml', 'a');
    write('data/1.csv', 'a');
    const changes = new Changes(directory);
    onTestFinished(() => {
      changes.close();
      rmSync(directory, { recursive: true });
    });
    changes.follow(new Set(paths.map((path) => join(directory, path))));
    return { directory, changes, write };
  }

  test('that come together are one', async () => {
    const { changes, write } = following('pipeline.yaml', 'data');
    write('pipeline.yaml', 'b');
    write('data/1.csv', 'b');
    write('data/2.csv', 'b');
    expect(await changes.next(never)).toEqual(['data/1.csv', 'data/2.csv', 'pipeline.yaml']);
  });

  test('are kept while nobody waits for them', async () => {
    const { changes, write } = following('pipeline.yaml');
    write('pipeline.yaml', 'b');
    expect(await changes.next(never)).toEqual(['pipeline.yaml']);
  });

  test('by renaming over a file count', async () => {
    const { changes, write, directory } = following('pipeline.yaml');
    write('.draft', 'b');
    renameSync(join(directory, '.draft'), join(directory, 'pipeline.yaml'));
    expect(await changes.next(never)).toEqual(['pipeline.yaml']);
  });

  test('that make a file which was missing count', async () => {
    const { changes, write } = following('later.txt');
    write('later.txt', 'b');
    expect(await changes.next(never)).toEqual(['later.txt']);
  });

  test('to what matches a pattern count, and to nothing else that lies there', async () => {
    const { changes, write, directory } = following('pipeline.yaml');
    write('deep/er/1.txt', 'a');
    write('run.log', 'a');
    const files = () =>
      ['.', 'deep', 'deep/er']
        .map((place) => join(directory, place))
        .filter((place) => existsSync(place))
        .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
        .filter((path) => path.endsWith('.txt'));
    changes.follow(new Set([join(directory, 'pipeline.yaml')]), [{ base: directory, files }]);
    expect(changes.size).toBe(2);
    write('run.log', 'longer');
    write('deep/er/other.log', 'b');
    expect(changes.taken()).toEqual([]);
    write('deep/er/1.txt', 'longer');
    write('2.txt', 'b');
    expect(await changes.next(never)).toEqual(['2.txt', 'deep/er/1.txt']);
    rmSync(join(directory, 'deep'), { recursive: true });
    expect(await changes.next(never)).toEqual(['deep/er/1.txt']);
    write('deep/er/1.txt', 'back');
    changes.follow(new Set([join(directory, 'pipeline.yaml')]), [{ base: directory, files }]);
    expect(await changes.next(never)).toEqual(['deep/er/1.txt']);
  });

  test('to what a run itself writes mean nothing', async () => {
    const { changes, write } = following('.');
    write('artifacts/x', 'b');
    write('cache/local/y', 'b');
    write('pipe.lock', 'b');
    write('pipe.small.lock', 'b');
    write('text.txt', 'b');
    expect(await changes.next(never)).toEqual(['text.txt']);
  });

  test('to files followed before are not lost when others are followed', async () => {
    const { directory, changes, write } = following('pipeline.yaml');
    write('pipeline.yaml', 'b');
    changes.follow(new Set([join(directory, 'pipeline.yaml'), join(directory, 'data')]));
    expect(await changes.next(never)).toContain('pipeline.yaml');
  });

  test('to a directory that goes and comes back later than its files are seen', async () => {
    const { changes, write, directory } = following('src/a', 'data');
    rmSync(join(directory, 'data'), { recursive: true });
    expect(await changes.next(never)).toEqual(['data', 'data/1.csv']);
    mkdirSync(join(directory, 'data'));
    mkdirSync(join(directory, 'src'));
    expect(await changes.next(never)).toEqual(['data']);
    write('data/1.csv', 'b');
    write('src/a', 'b');
    expect(await changes.next(never)).toEqual(['data/1.csv', 'src/a']);
    write('src/a', 'bc');
    expect(await changes.next(never)).toEqual(['src/a']);
  });

  test('of where a link leads are seen, in a path and in a directory', async () => {
    const { changes, write, directory } = following('current/x', 'linked');
    for (const name of ['one', 'two']) write(`${name}/x`, name);
    const point = (link: string, to: string): void => {
      mkdirSync(dirname(join(directory, link)), { recursive: true });
      rmSync(join(directory, link), { force: true });
      symlinkSync(join(directory, to), join(directory, link));
    };
    point('current', 'one');
    point('linked/x', 'one');
    await changes.next(never);
    point('current', 'two');
    expect(await changes.next(never)).toEqual(['current/x']);
    point('linked/x', 'two');
    expect(await changes.next(never)).toEqual(['linked/x', 'linked/x/x']);
    write('two/x', 'three');
    expect(await changes.next(never)).toEqual(['current/x', 'linked/x/x']);
  });

  test('to what is named count, wherever it lies', async () => {
    const { changes, write } = following('node_modules/pkg/d.json', 'cache/in', '.');
    write('node_modules/pkg/d.json', 'b');
    write('node_modules/pkg/e.json', 'b');
    write('cache/in/a', 'b');
    expect(await changes.next(never)).toEqual(['cache/in', 'cache/in/a', 'node_modules/pkg/d.json']);
  });

  test('are not waited for when told to stop', async () => {
    const { changes } = following('pipeline.yaml');
    const controller = new AbortController();
    const next = changes.next(controller.signal);
    controller.abort();
    expect(await next).toEqual([]);
  });
});
