import { describe, expect, test } from 'vitest';
import { builtProject, newProject } from './project.ts';
import { chain, words } from './words.ts';

/** Printed text with what differs from run to run replaced: times and run names. */
export function steady(text: string): string {
  return text.replace(/\b[\d.]+ s\b/g, '# s');
}

describe('a first run', () => {
  test('runs everything, prints a line per task, and names what it was for', async () => {
    const project = newProject(words);
    const { status, out, err } = await project.pipe('run', '--jobs', '1');
    expect(err).toBe('');
    expect(steady(out)).toBe(`\
4 tasks; 1 job at a time
ran       words (# s)
ran       count@length=3 (# s)
ran       count@length=5 (# s)
ran       report (# s)
  words   1 ran (# s)
  count   2 ran (# s)
  report  1 ran (# s)
done: 4 ran in # s
figures:
  artifacts/report/report.md
`);
    expect(status).toBe(0);
    expect(project.read('artifacts/report/report.md').replace(/^ +/gm, '')).toBe(
      '2 fish\n2 seven\n2 seven\n1 whales\n',
    );
  });

  test('finds pipeline.yaml above the working directory, and where -C says', async () => {
    const project = newProject({ ...words, 'notes/deep/x.md': '' });
    expect((await project.pipe('-C', 'notes/deep', 'run', 'words')).status).toBe(0);
    expect(project.exists('artifacts/words/words.txt')).toBe(true);
  });
});

describe('a second run', () => {
  test('says in one line that there is nothing to do, and changes no file', async () => {
    const project = await builtProject(words);
    const before = project.results();
    const { status, out } = await project.pipe('run');
    expect(steady(out)).toBe('nothing to do: all 4 tasks are up to date (# s)\n');
    expect(status).toBe(0);
    expect(project.results()).toEqual(before);
  });

  test('with --force runs the stages named, and no more', async () => {
    const project = await builtProject(words);
    expect(await project.outcomes('run', 'count', '--force')).toEqual([
      'count@length=3 ran',
      'count@length=5 ran',
    ]);
    expect(await project.outcomes('run', 'count@length=5', '--force')).toEqual(['count@length=5 ran']);
    expect(await project.outcomes('run')).toEqual([]);
  });

  test('after a parameter changed runs the stages that name it and what follows', async () => {
    const project = await builtProject(words);
    project.write('pipeline.yaml', project.read('pipeline.yaml').replace('top: 2', 'top: 1'));
    expect(await project.outcomes('run')).toEqual(['count@length=3 ran', 'count@length=5 ran', 'report ran']);
  });

  test('stops where the bytes are the same', async () => {
    const project = await builtProject(words);
    project.write('text.txt', 'one fish, two fish! seven whales: seven\n');
    const { out } = await project.pipe('run');
    expect(steady(out)).toBe(
      `\
4 tasks; # jobs at a time
ran       words (# s, same bytes as before)
  words  1 ran (# s)
done: 1 ran, 3 up to date in # s
`.replace('# jobs', out.match(/\d+ jobs?/)![0]),
    );
  });

  test('after a value was put back restores what it made, and runs nothing', async () => {
    const project = await builtProject(words);
    const before = project.results();
    const manifest = project.read('pipeline.yaml');
    project.write('pipeline.yaml', manifest.replace('top: 2', 'top: 1'));
    await project.pipe('run');
    expect(project.results()).not.toEqual(before);
    project.write('pipeline.yaml', manifest);
    expect(await project.outcomes('run')).toEqual([
      'count@length=3 restored',
      'count@length=5 restored',
      'report restored',
    ]);
    expect(project.results()).toEqual(before);
  });

  test('with a value appended to a scan runs the new segment and what gathers it', async () => {
    const project = await builtProject(chain);
    expect(project.read('artifacts/all/all.txt')).toBe('1\n9\n36\n');
    project.write('pipeline.yaml', chain['pipeline.yaml']!.replace('[1, 2, 3]', '[1, 2, 3, 4]'));
    expect(await project.outcomes('run')).toEqual(['all ran', 'square@step=4 ran', 'sum@step=4 ran']);
    expect(project.read('artifacts/all/all.txt')).toBe('1\n9\n36\n100\n');
  });

  test('with an axis more or less leaves just the outputs that the stage has now, in artifacts/', async () => {
    const without = 'version: 1\nstages:\n  a: { cmd: "echo 1 > {outputs.x}", outputs: { x: x.txt } }\n';
    const having = without.replace('outputs: {', 'matrix: { n: [1, 2] }, outputs: {');
    const further = having.replace('n: [1, 2]', 'n: [1, 2], m: [a]');
    const project = await builtProject({ 'pipeline.yaml': without });
    const artifacts = (): string[] =>
      Object.keys(project.results()).filter((path) => /^artifacts/.test(path));
    for (const [manifest, expected] of [
      [having, ['a/n=1/x.txt', 'a/n=2/x.txt']],
      [further, ['a/n=1/m=a/x.txt', 'a/n=2/m=a/x.txt']],
      [without, ['a/x.txt']],
    ] as const) {
      project.write('pipeline.yaml', manifest);
      await project.pipe('run');
      expect(artifacts().sort()).toEqual(expected.map((path) => `artifacts/${path}`));
    }
  });

  test('brings back an output that was removed or edited', async () => {
    const project = await builtProject(words);
    const before = project.results();
    project.remove('artifacts/words');
    project.remove('artifacts/report/report.md');
    project.write('artifacts/report/report.md', 'mine');
    await project.pipe('run');
    expect(project.results()).toEqual(before);
  });
});

describe('a selection', () => {
  test.each<[string, string[], string[]]>([
    ['of a stage takes what it needs', ['count'], ['count@length=3', 'count@length=5', 'words']],
    ['of a task takes what it needs', ['count@length=5'], ['count@length=5', 'words']],
    [
      'with --downstream takes what follows, too',
      ['count@length=5', '--downstream'],
      ['count@length=3', 'count@length=5', 'report', 'words'],
    ],
    ['with --until ends there', ['--until', 'words'], ['words']],
  ])('%s', async (_title, args, tasks) => {
    const project = newProject(words);
    expect(await project.outcomes('run', ...args)).toEqual(tasks.map((task) => `${task} ran`));
  });

  test('with --only takes just what is named', async () => {
    const project = await builtProject(words);
    project.write('text.txt', 'other words');
    expect(await project.outcomes('run', 'report', '--only', '--force')).toEqual(['report ran']);
  });

  test('with --set uses another value this once', async () => {
    const project = await builtProject(words);
    expect(await project.outcomes('run', '--set', 'params.lengths=[3]')).toEqual(['report ran']);
    expect(await project.outcomes('run')).toEqual(['count@length=5 restored', 'report restored']);
  });
});

describe('a failing task', () => {
  const manifest = (cmd: string, more = ''): Record<string, string> => ({
    'pipeline.yaml': `version: 1
stages:
  first: { cmd: 'echo 1 > {outputs.a}', outputs: { a: a.txt } }
  bad:
    cmd: ${JSON.stringify(cmd)}
    inputs: { a: first.a }
    outputs: { b: b.txt }${more}
  after: { cmd: 'cp {inputs.b} {outputs.c}', inputs: { b: bad.b }, outputs: { c: c.txt } }
  aside: { cmd: 'cp {inputs.a} {outputs.d}', inputs: { a: first.a }, outputs: { d: d.txt } }
`,
  });

  test('ends the run with status 1, its last lines and its log', async () => {
    const project = newProject(manifest('echo begun; sleep 0.3; echo no luck >&2; exit 3'));
    const { status, out } = await project.pipe('run', 'after', '--jobs', '1');
    expect(status).toBe(1);
    const log = /log: (\S+)/.exec(out)![1]!;
    expect(steady(out).replace(log, 'LOG')).toBe(`\
3 tasks; 1 job at a time
ran       first (# s)
failed  bad: it ended with exit status 3
        | begun
        | no luck
        log: LOG
  first  1 ran (# s)
  bad    1 failed
  after  1 skipped
failed: 1 ran, 1 failed, 1 skipped in # s
  failed  bad: it ended with exit status 3
`);
    expect(project.read(log)).toMatch(/^begun\nno luck\n/);
    expect(project.exists('artifacts/bad')).toBe(false);
  });

  test.each([
    ['writes no output', 'true', 'it ended without writing its output b (artifacts/bad/b.txt)'],
    ['is killed', 'kill -SEGV $$', 'killed by SIGSEGV'],
  ])('that %s ends the run with status 1 and says so', async (_title, cmd, message) => {
    const { status, out } = await newProject(manifest(cmd)).pipe('run');
    expect(out).toContain(`failed  bad: ${message}\n`);
    expect(status).toBe(1);
  });

  test('that takes too long is stopped', async () => {
    const project = newProject(manifest('sleep 60', '\n    timeout: 1'));
    const { status, out } = await project.pipe('run', 'bad');
    expect(out).toContain('failed  bad: stopped after 1 s, its timeout\n');
    expect(status).toBe(1);
  });

  test('leaves the rest to --keep-going', async () => {
    const project = newProject(manifest('exit 1'));
    expect(await project.outcomes('run', '--keep-going', '--jobs', '1')).toEqual([
      'after skipped',
      'aside ran',
      'bad failed',
      'first ran',
    ]);
  });

  test('runs again until it succeeds', async () => {
    const project = newProject({ ...manifest('test -e go && cp {inputs.a} {outputs.b}') });
    expect((await project.pipe('run')).status).toBe(1);
    project.write('pipeline.yaml', project.read('pipeline.yaml').replace('test -e go && ', ''));
    expect((await project.pipe('run')).status).toBe(0);
    expect(project.read('artifacts/after/c.txt')).toBe('1\n');
  });
});
