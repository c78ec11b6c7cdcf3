import { describe, expect, test } from 'vitest';
import { writeArrow } from 'pipewright/arrow';
import { newProject } from './project.ts';
import { words } from './words.ts';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';

describe('show', () => {
  test('tells which task made a file, from what, and what it is', async () => {
    const project = newProject(words);
    await project.pipe('run');
    const byPath = await project.pipe('show', 'artifacts/report/report.md');
    expect(byPath.out.replace(/sha256:[0-9a-f]{64}/g, 'DIGEST')).toBe(`\
artifacts/report/report.md
  made by      report
  fingerprint  DIGEST
  digest       DIGEST
  size         56 B

56 B of .md

${project.read('artifacts/report/report.md').trimEnd()}
`);
    expect((await project.pipe('show', 'report.page')).out).toBe(byPath.out);
    expect((await project.pipe('show', 'report')).out).toBe(byPath.out);
    project.write('artifacts/report/report.md', 'mine');
    expect((await project.pipe('show', 'report')).out).toContain('(not what was recorded: it was edited)');
  });

  test('lists what a stage of many tasks makes', async () => {
    const project = newProject(words);
    expect((await project.pipe('show', 'count')).out).toBe(`\
artifact               path                                 size
count@length=3.counts  artifacts/count/length=3/counts.txt  not made yet
count@length=5.counts  artifacts/count/length=5/counts.txt  not made yet
`);
    const { status, err } = await project.pipe('show', 'count@length=3');
    expect(err).toBe(`\
error: artifacts/count/length=3/counts.txt has not been made yet
hint: pipe run 'count@length=3'
`);
    expect(status).toBe(2);
  });

  test('shows the columns, ranges, metadata and first rows of an Arrow file', async () => {
    const project = newProject(words);
    await writeArrow(
      join(project.directory, 'x.arrow'),
      {
        image: {
          type: 'tensor',
          shape: [1, 2],
          dimensions: ['height', 'width'],
          values: Float32Array.of(0, 0.5, 1, -1),
        },
        label: { type: 'utf8', values: ['cat', null] },
        loss: { type: 'float64', values: [0.25, 1 / 3] },
      },
      { metadata: { task: 'data' } },
    );
    expect((await project.pipe('show', 'x.arrow')).out).toBe(`\
x.arrow
Arrow file: 2 rows, 3 columns

column  type     shape                       min     mean      max  missing
image   float32  [2, height 1, width 2]       -1  0.12500        1
label   utf8     [2]                                                      1
loss    float64  [2]                     0.25000  0.29167  0.33333

metadata
  task  data

first 2 rows
label     loss
cat    0.25000
null   0.33333
`);
  });

  test('says of a broken Arrow file what is wrong', async () => {
    const project = newProject({ ...words, 'x.arrow': 'ARROW?' });
    expect((await project.pipe('show', 'x.arrow')).out).toContain('cannot be read: ');
  });

  test('shows directories that no task makes, and stages whatever directory is called so', async () => {
    const project = newProject({ ...words, 'notes/a.txt': 'one', 'notes/b/c.txt': 'two', 'count/x': '' });
    expect((await project.pipe('show', 'notes')).out).toBe(`\
notes
2 files, 6 B
  a.txt  3 B
  b/  3 B in 1 file
    c.txt  3 B
`);
    expect((await project.pipe('show', 'count')).out).toContain('count@length=3.counts');
  });

  test('prints rows of any table, and all of it as JSON', async () => {
    const project = newProject({ ...words, 'x.csv': 'a,b\n1,x\n2,y\n3,y\n' });
    expect((await project.pipe('show', 'x.csv', '--where', 'b=y', '--columns', 'a', '--rows', '1')).out)
      .toBe(`\
the first 1 of 2 rows of 3
a
2
`);
    expect((await project.pipe('show', 'x.csv', '--rows', '1')).out).toContain('\nfirst 1 row\na  b\n1  x\n');
    const told = JSON.parse((await project.pipe('show', 'x.csv', '--rows', '2', '--json')).out) as object;
    expect(told).toMatchObject({
      ...{ path: 'x.csv', kind: 'table', rows: 3, found: 3 },
      columns: [
        { name: 'a', type: 'number', range: { min: 1, max: 3 } },
        { name: 'b', type: 'text' },
      ],
      records: [
        { a: 1, b: 'x' },
        { a: 2, b: 'y' },
      ],
    });
    const { status, err } = await project.pipe('show', 'x.csv', '--columns', 'c');
    expect(err).toContain('it has no column `c` of plain values');
    expect(status).toBe(2);
    expect((await project.pipe('show', 'x.csv', '--rows', '0')).err).toContain('a whole number from 1 up');
  });

  test('gives the format and size of an image', async () => {
    const project = newProject(words);
    await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
      .png()
      .toFile(join(project.directory, 'x.png'));
    expect((await project.pipe('show', 'x.png')).out).toContain('PNG image, 3 × 2 pixels, 3 channels');
  });
});

/** The commit that now holds all that lies in a directory. */
function committed(directory: string): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd: directory });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'first');
  return git('rev-parse', 'HEAD').toString().trim();
}

describe('log', () => {
  test('lists runs, and shows one again as it was', async () => {
    const project = newProject(words);
    const { out } = await project.pipe('run');
    const [origin, shown] = (await project.pipe('log', 'last')).out.split('\n\n');
    expect(shown).toBe(out.replace(/figures:[^]*/, '').replace(/\n\n[^]*/, ''));
    expect(origin).toMatch(/^run +\S+\nprofile +default\nrevision +unknown\npipe +\d+\.\d+\.\d+ on \S+$/);
    const list = (await project.pipe('log')).out.split('\n');
    expect(list[0]).toMatch(/^run +started +profile or experiment +revision +outcome +time$/);
    expect(list[1]).toMatch(/^\S+ +\d{4}-\d\d-\d\d \d\d:\d\d +default +4 ran +[\d.]+ s$/);
    const run = list[1]!.split(' ')[0]!;
    const events = (await project.pipe('log', run, '--json')).out.trimEnd().split('\n');
    const types = events.map((line) => (JSON.parse(line) as { type: string }).type);
    expect([types[0], types.at(-1)]).toEqual(['run-started', 'run-finished']);
  });

  test('tells what was set for a run, of which revision it was, and what its plan came to', async () => {
    const project = newProject(words);
    project.write('.gitignore', 'artifacts/\ncache/\nnode_modules\n');
    const commit = committed(project.directory);
    await project.pipe('run', '--set', 'params.lengths=[3]');
    await project.pipe('run');
    project.write('text.txt', 'other words\n');
    await project.pipe('run', '--dry-run');
    await project.pipe('run', 'words');
    const runs = (await project.pipe('log')).out.split('\n').slice(1);
    expect(runs.map((row) => row.match(/[0-9a-f]{8}\+?(?= )/g)?.at(-1)).filter(Boolean)).toEqual([
      `${commit.slice(0, 8)}+`,
      commit.slice(0, 8),
      commit.slice(0, 8),
    ]);
    const first = runs[2]!.split(' ')[0]!;
    const { out } = await project.pipe('log', first);
    expect(out).toContain('\nset         params.lengths=[3]\n');
    expect(out).toContain(`\nrevision    ${commit}\n`);
    const started = JSON.parse((await project.pipe('log', first, '--json')).out.split('\n')[0]!) as object;
    const none = { fresh: 0, restorable: 0, stale: 0, unknown: 0 };
    expect(started).toMatchObject({
      stages: [
        { ...none, stage: 'words', tasks: 1, stale: 1 },
        { ...none, stage: 'count', tasks: 1, unknown: 1 },
        { ...none, stage: 'report', tasks: 1, unknown: 1 },
      ],
      origin: {
        set: ['params.lengths=[3]'],
        experiment: null,
        revision: { commit, dirty: false },
        engine: expect.stringMatching(/^\d+\.\d+/) as string,
      },
      host: expect.stringMatching(/./) as string,
    });
    // Its lock was kept: what this run built can be compared later.
    expect((await project.pipe('diff', first)).out).toContain('added');
  });

  test('prints what one task wrote', async () => {
    const project = newProject({
      'pipeline.yaml':
        "version: 1\nstages:\n  say: { cmd: 'echo hello; echo 1 > {outputs.a}', outputs: { a: a.txt } }\n",
    });
    await project.pipe('run');
    expect((await project.pipe('log', '--task', 'say')).out).toBe('hello\n');
    expect((await project.pipe('log', '--task', 'sya')).err).toContain('did you mean `say`?');
  });
});

test.each([
  'run',
  'status',
  'why',
  'dag',
  'show',
  'diff',
  'metrics',
  'table',
  'sweep',
  'experiment',
  'log',
  'gc',
  'verify',
  'restore',
  'init',
  'schema',
  'completion',
])('%s --help has examples', async (name) => {
  const { out, status } = await newProject({}).pipe(name, '--help');
  expect(out).toMatch(new RegExp(`^Usage: pipe ${name} `));
  expect(out).toContain('\nExamples:\n  pipe ');
  expect(status).toBe(0);
});

test.each([
  ['text', /^● words\b[^]*count[^]*report/],
  ['mermaid', /^(flowchart|graph) /],
  ['dot', /^digraph /],
  ['json', /^\{/],
])('dag draws as %s', async (format, pattern) => {
  const { out, status } = await newProject(words).pipe('dag', '--format', format);
  expect(out).toMatch(pattern);
  expect(status).toBe(0);
});

describe('diff', () => {
  test('tells what was built from what in a revision and now, a line for tasks that have the same to say', async () => {
    const project = newProject(words);
    await project.pipe('run');
    const git = (...args: string[]): unknown => execFileSync('git', args, { cwd: project.directory });
    git('init', '-q');
    git('add', 'pipe.lock', 'pipeline.yaml');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'a');
    expect((await project.pipe('diff')).out).toBe('no difference in 4 tasks\n');
    const manifest = words['pipeline.yaml']!;
    project.write('pipeline.yaml', manifest.replace('top: 2', 'top: 1').replace('[3, 5]', '[3, 5, 6]'));
    await project.pipe('run');
    expect((await project.pipe('diff', 'HEAD')).out).toBe(`\
count   2 tasks: parameter top changed: 2 -> 1; other outputs
count   1 task: added
report  1 task: input counts changed (made by count); input counts added (made by count); other outputs
`);
    const { status, err } = await project.pipe('diff', 'nothing');
    expect(err).toContain(
      'error: there is no git revision `nothing`\nhint: give a git revision, an experiment, a run of `pipe log`, or the path of a lock\n',
    );
    expect(status).toBe(2);
    const empty = await project.pipe('diff', '4b825dc642cb6eb9a060e54bf8d69288fbee4904');
    expect(empty.err).toMatch(
      /^error: there is no pipe\.lock in 4b825\w+\nhint: `git log -- pipe\.lock` lists/,
    );
    expect(empty.status).toBe(2);
  });

  const measured = (rate: number): Record<string, string> => ({
    'pipeline.yaml': `version: 1
params: { rate: ${rate} }
stages:
  fit:
    cmd: >-
      echo '{"loss":'{params.rate}',"of":{"test":[2,0.5]},"note":"x"}' > {outputs.metrics}
    params: [rate]
    outputs: { metrics: metrics.json }
  list: { cmd: 'cp {inputs.m} {outputs.copy}', inputs: { m: fit.metrics }, outputs: { copy: copy.txt } }
`,
  });

  test('compares two locks, and the metrics in what they built', async () => {
    const project = newProject(measured(0.5));
    await project.pipe('run');
    project.write('old.lock', project.read('pipe.lock'));
    for (const [path, text] of Object.entries(measured(0.25))) project.write(path, text);
    await project.pipe('run');
    const { out } = await project.pipe('diff', 'old.lock');
    expect(out).toBe(`\
fit   1 task: parameter rate changed: 0.5 -> 0.25; other outputs
list  1 task: input m changed (made by fit); other outputs

output       metric  before  after  change
fit.metrics  loss       0.5   0.25   -0.25
`);
    expect((await project.pipe('diff', 'old.lock', 'pipe.lock')).out).toBe(out);
    expect(JSON.parse((await project.pipe('diff', 'pipe.lock', 'old.lock', '--json')).out)).toMatchObject({
      tasks: [
        { task: 'fit', change: 'changed', reasons: [{ path: 'rate', before: 0.25, after: 0.5 }] },
        { task: 'list', change: 'changed', sameOutputs: false },
      ],
      metrics: [{ task: 'fit', output: 'metrics', metric: 'loss', before: 0.25, after: 0.5 }],
    });
    await project.pipe('gc');
    expect((await project.pipe('diff', 'old.lock')).out).toContain(
      'note: the store no longer has both sides of 1 changed output\n',
    );
    const { err, status } = await project.pipe('diff', 'pipeline.yaml');
    expect(err).toBe('error: pipeline.yaml is not a lock of pipe, or an empty one\n');
    expect(status).toBe(2);
  });

  test('takes the means of the columns of a table for its metrics', async () => {
    const project = newProject({
      'pipeline.yaml':
        "version: 1\nstages:\n  fit: { cmd: 'cp x.arrow {outputs.metrics}', outputs: { metrics: m.arrow } }\n",
    });
    const write = (...values: number[]) =>
      writeArrow(join(project.directory, 'x.arrow'), {
        image: { type: 'tensor', shape: [1], values: Float32Array.from(values) },
        step: { type: 'int32', values: [1, 2] },
        loss: { type: 'float64', values },
      });
    await write(1, 2);
    await project.pipe('run');
    project.write('old.lock', project.read('pipe.lock'));
    await write(1, 1);
    await project.pipe('run', '--force');
    expect((await project.pipe('diff', 'old.lock')).out).toContain(`
output       metric     before  after  change
fit.metrics  mean loss     1.5      1    -0.5
`);
  });
});
