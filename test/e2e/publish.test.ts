import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject } from './project.ts';

const pipeline = `version: 1
params: { text: one }
stages:
  first:
    title: </script> & <b>first</b>
    cmd: echo {params.text} {n} > {outputs.text}
    params: [text]
    matrix: { n: [1, 2] }
    outputs: { text: first.txt }
  other:
    cmd: echo other > {outputs.text}
    outputs: { text: other.txt }
  site:
    cmd: mkdir -p {outputs.page}/maps && cp page.html {outputs.page}/index.html && cat {inputs.texts} > {outputs.page}/maps/all.txt
    inputs: { page: ./page.html, texts: { from: first.text, gather: [n] } }
    outputs: { page: ./site/ }
    open: page
  single:
    cmd: cat plain.html > {outputs.page}
    inputs: { page: ./plain.html }
    outputs: { page: single.html }
    open: page
`;
const files = {
  'pipeline.yaml': pipeline,
  'page.html': `<!doctype html><title>t</title><script type="application/json" id="pipe-record"></script><p>after $& $1</p>`,
  'plain.html': '<!doctype html><title>plain</title>',
};

interface Recorded {
  readonly pipe: number;
  readonly ms: number;
  readonly untimed: number;
  readonly set: readonly string[];
  readonly stages: readonly {
    readonly stage: string;
    readonly title: string;
    readonly tasks: number;
    readonly ms: number;
  }[];
  readonly tasks: readonly {
    readonly task: string;
    readonly fingerprint: string;
    readonly ms: number | null;
  }[];
}

describe('publish', () => {
  test('writes what is opened, with a record of all that is behind it in the page and beside it', async () => {
    const project = newProject(files);
    await project.pipe('run');
    const before = project.results();
    const { status, out, err } = await project.pipe('publish');
    expect(status).toBe(0);
    expect(out).toMatch(/^published\/site\/index\.html: 3 tasks, [\d.]+ s of work$/m);
    expect(out).toMatch(/^published\/single\/single\/single\.html: 1 task, /m);
    expect(err).toContain('note: single.html has no element with the id pipe-record');
    const record = JSON.parse(project.read('published/site/record.json')) as Recorded;
    expect(record).toMatchObject({ pipe: 1, untimed: 0, set: [] });
    expect(record.tasks.map(({ task }) => task)).toEqual(['first@n=1', 'first@n=2', 'site']);
    expect(record.stages.map(({ stage, tasks }) => [stage, tasks])).toEqual([
      ['first', 2],
      ['site', 1],
    ]);
    expect(record.ms).toBe(record.tasks.reduce((sum, { ms }) => sum + ms!, 0));
    const lock = project.read('pipe.lock');
    for (const { task, fingerprint } of record.tasks)
      expect(lock).toContain(`"${task}":{"fingerprint":"${fingerprint}"`);
    // In the page it ends no element, and what follows it stays as it was.
    const page = project.read('published/site/index.html');
    const [, inside = ''] =
      /<script type="application\/json" id="pipe-record">(.*)<\/script><p>after \$& \$1<\/p>$/.exec(page) ??
      [];
    expect(inside).not.toContain('<');
    expect(JSON.parse(inside)).toEqual(record);
    expect(record.stages[0]!.title).toBe('</script> & <b>first</b>');
    expect(project.read('published/site/maps/all.txt')).toBe('one 1\none 2\n');
    expect(project.read('published/single/single/single.html')).toBe(files['plain.html']);
    // What tasks made is as it was: the record is no part of it.
    for (const [path, digest] of Object.entries(before))
      expect([path, project.results()[path]]).toEqual([path, digest]);
    expect((await project.pipe('status')).out).toContain('all 5 tasks are up to date');
    expect((await project.pipe('publish')).status).toBe(0);
    expect(readdirSync(join(project.directory, 'published')).sort()).toEqual(['single', 'site']);
  });

  test('says what is not up to date, and writes nothing', async () => {
    const project = newProject(files);
    await project.pipe('run');
    project.write('pipeline.yaml', pipeline.replace('text: one', 'text: two'));
    const { status, out, err } = await project.pipe('publish', 'site');
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(
      /^error: first@n=1 and 2 other tasks are not up to date\nhint: `pipe run site` makes it/,
    );
    expect(existsSync(join(project.directory, 'published'))).toBe(false);
    // What the page does not come from does not matter; nor does another profile's or run's value, where it is given.
    expect((await project.pipe('publish', 'single')).status).toBe(0);
    expect((await project.pipe('publish', 'site', '--set', 'params.text=one')).status).toBe(0);
    const record = JSON.parse(project.read('published/site/record.json')) as Recorded;
    expect(record.set).toEqual(['params.text=one']);
  });

  test('a folder that it did not write is left alone, and another can be named', async () => {
    const project = newProject({
      ...files,
      'mine/index.html': 'mine',
      'published/site/index.html': 'mine, too',
    });
    await project.pipe('run');
    for (const args of [['--out', 'mine'], []]) {
      const { status, err } = await project.pipe('publish', 'site', ...args);
      expect(status).toBe(2);
      expect(err).toMatch(/^error: (?:mine|published\/site) is there, and was not written by `pipe publish`/);
    }
    expect(project.read('mine/index.html')).toBe('mine');
    expect((await project.pipe('publish', 'site', '--out', 'away')).out).toMatch(
      /^away\/index\.html: 3 tasks/,
    );
    const several = await project.pipe('publish', '--out', 'both');
    expect([several.status, several.err]).toEqual([
      2,
      expect.stringContaining('2 pages do not go into one folder'),
    ]);
  });

  test('says what there is nothing to publish of', async () => {
    const project = newProject(files);
    const other = await project.pipe('publish', 'other');
    expect([other.status, other.err]).toEqual([
      2,
      expect.stringContaining('nothing of other is named to be opened'),
    ]);
    expect((await project.pipe('publish', 'sight')).err).toContain('there is no stage `sight`');
    const none = newProject({
      'pipeline.yaml': pipeline.replaceAll('    open: page\n', ''),
      'page.html': '',
      'plain.html': '',
    });
    expect((await none.pipe('publish')).err).toContain('no stage names an output to be opened');
  });

  test('a result whose time is not on record says so, and one that the store lost is told of', async () => {
    const project = newProject(files);
    await project.pipe('run', 'site');
    project.remove('cache/actions');
    expect((await project.pipe('publish', 'site')).out).toContain(
      '3 tasks, 0.00 s of work, 3 tasks without a time',
    );
    project.remove('cache/store');
    const { status, err } = await project.pipe('publish', 'site');
    expect(status).toBe(2);
    expect(err).toContain('error: the store does not have artifacts/site any more\nhint: pipe run ');
  });
});
