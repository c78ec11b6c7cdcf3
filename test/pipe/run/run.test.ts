import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { smallStudy, TestProject } from './project.ts';

async function builtStudy(): Promise<TestProject> {
  const project = new TestProject(smallStudy);
  const outcomes = await project.run();
  expect(new Set(Object.values(outcomes))).toEqual(new Set(['ran']));
  return project;
}

describe('a run', () => {
  test('builds everything once, in order, and then has nothing to do', async () => {
    const project = await builtStudy();
    expect(project.read('artifacts/chain/side=left/step=3/text.txt')).toBe(
      [
        'hello one in {"side":"left","step":1} ',
        'hello one in {"side":"left","step":2} 1',
        'hello one in {"side":"left","step":3} 2',
        '',
      ].join('\n'),
    );
    expect(project.read('artifacts/all/report/sub/lines')).toBe('1\n2\n3\n1\n2\n3\n');
    expect(project.read('artifacts/all/report/title')).toBe('all\n');
    const lock = project.read('pipe.lock');
    expect(await project.states()).toEqual({});
    expect(await project.run()).toEqual({});
    expect(project.events.map(({ type }) => type)).toEqual(['run-started', 'run-finished']);
    expect(project.read('pipe.lock')).toBe(lock);
  });

  test('gives the same lock in another place, whatever the number of jobs', async () => {
    const [one, two] = [new TestProject(smallStudy), new TestProject(smallStudy)];
    await one.run({ jobs: 1 });
    await two.run({ jobs: 4 });
    expect(one.read('pipe.lock')).toBe(two.read('pipe.lock'));
  });

  test('after an input changed reruns what reads it, and restores it all when that is put back', async () => {
    const project = await builtStudy();
    const lock = project.read('pipe.lock');
    project.write({ 'in.txt': 'other\n' });
    expect(await project.states()).toMatchObject({ first: 'stale', all: 'unknown' });
    const outcomes = await project.run();
    expect(outcomes).toMatchObject({ first: 'ran', 'chain@side=left,step=3': 'ran', all: 'fresh' });
    expect(outcomes['count@side=left,step=3']).toBe('ran');
    project.write({ 'in.txt': 'in\n' });
    expect(Object.values(await project.run())).not.toContain('ran');
    expect(project.read('pipe.lock')).toBe(lock);
    expect(project.read('artifacts/first/first.txt')).toBe('in\n');
  });

  test('after the scan grew runs the new segments and what gathers them, and puts them away again', async () => {
    const project = await builtStudy();
    const lock = project.read('pipe.lock');
    project.edit('pipeline.yaml', '[1, 2, 3]', '[1, 2, 3, 7]');
    const outcomes = await project.run();
    expect(outcomes).toEqual({
      'chain@side=left,step=7': 'ran',
      'chain@side=right,step=7': 'ran',
      'count@side=left,step=7': 'ran',
      'count@side=right,step=7': 'ran',
      all: 'ran',
    });
    project.edit('pipeline.yaml', '[1, 2, 3, 7]', '[1, 2, 3]');
    project.write({ 'artifacts/count/side=left/step=7/lines.txt': 'mine' });
    expect(await project.run()).toEqual({ all: 'restored' });
    expect(project.read('pipe.lock')).toBe(lock);
    // What the pipeline no longer makes is put away; what somebody edited is left alone.
    expect(existsSync(project.path('artifacts/chain/side=left/step=7'))).toBe(false);
    expect(existsSync(project.path('artifacts/count/side=right/step=7'))).toBe(false);
    expect(project.read('artifacts/count/side=left/step=7/lines.txt')).toBe('mine');
    expect(existsSync(project.path('artifacts/chain/side=left/step=3/text.txt'))).toBe(true);
    project.edit('pipeline.yaml', '[1, 2, 3]', '[1, 2, 3, 7]');
    expect(new Set(Object.values(await project.run()))).toEqual(new Set(['restored']));
    expect(existsSync(project.path('artifacts/chain/side=left/step=7/text.txt'))).toBe(true);
  });

  test('with another PATH, as npx gives, asks no module again for its toolchain', async () => {
    const path = process.env['PATH'];
    const environment: Record<string, string | undefined> = { PATH: path };
    const project = new TestProject(smallStudy, { environment });
    project.edit(
      'stages/echo.ts',
      'import { readFile,',
      "import { appendFileSync } from 'node:fs';\n  import { readFile,",
    );
    project.edit(
      'stages/echo.ts',
      'async run(',
      "toolchain: () => { appendFileSync('asked.txt', 'once '); return Promise.resolve({}); },\n    async run(",
    );
    await project.run();
    environment['PATH'] = `/nowhere:${path}`;
    expect(await project.run()).toEqual({});
    expect(project.read('asked.txt')).toBe('once ');
  });

  test('a selection leaves the outputs of others where they are', async () => {
    const project = await builtStudy();
    project.edit('pipeline.yaml', '[1, 2, 3]', '[1, 2]');
    await project.run({}, (id) => id.startsWith('first'));
    expect(existsSync(project.path('artifacts/chain/side=left/step=3/text.txt'))).toBe(true);
  });

  test('reruns code by its meaning: not for a comment or a type, and says so', async () => {
    const project = await builtStudy();
    project.edit('lib/greeting.ts', 'what is said first', 'the first word');
    project.edit('lib/greeting.ts', 'greeting: string =', 'greeting =');
    project.edit('lib/unused.ts', '1', '2');
    expect((await project.inspect()).codeNotes).toEqual([{ stage: 'chain', file: 'lib/greeting.ts' }]);
    expect(await project.run()).toEqual({});
    project.edit('lib/greeting.ts', 'hello', 'goodbye');
    const { tasks } = await project.inspect();
    const chain = tasks.find(({ id }) => id === 'chain@side=left,step=1')!.plan;
    expect(chain).toMatchObject({
      state: 'stale',
      reasons: [{ reason: 'code', files: ['lib/greeting.ts'] }],
    });
    expect(await project.run()).toMatchObject({ 'chain@side=left,step=1': 'ran', all: 'fresh' });
  });

  test('forces what it is told to, and stops where the bytes come out equal', async () => {
    const project = await builtStudy();
    const { graph } = project.load();
    const forced = graph.tasks.filter(({ stage }) => stage.name === 'count').map(({ index }) => index);
    const outcomes = await project.run({ force: new Set(forced) });
    expect(outcomes['all']).toBe('fresh');
    expect(Object.values(outcomes).filter((type) => type === 'ran')).toHaveLength(forced.length);
    expect(project.outcomes().every(([, outcome]) => outcome.type !== 'ran' || !outcome.changed)).toBe(true);
  });

  test('of some tasks keeps what the lock says of the others', async () => {
    const project = new TestProject(smallStudy);
    await project.run({}, (id) => id === 'first');
    const line = project.read('pipe.lock').split('\n')[1]!;
    await project.run({}, (id) => id.startsWith('chain'));
    expect(project.read('pipe.lock')).toContain(line);
    expect(await project.run({}, (id) => id.startsWith('count'))).toMatchObject({
      'count@side=left,step=1': 'ran',
    });
    expect(await project.run()).toEqual({ all: 'ran' });
  });

  test('of a task whose inputs were never made fails and names what is missing', async () => {
    const project = new TestProject(smallStudy);
    await project.run({}, (id) => id === 'all');
    expect(project.outcomes()).toMatchObject([
      ['all', { type: 'failed', reason: 'input-missing', input: 'lines' }],
    ]);
  });
});

describe('outputs in artifacts/', () => {
  const text = 'artifacts/chain/side=left/step=1/text.txt';
  const damages: [string, (project: TestProject) => void][] = [
    [
      'removed',
      (project) => {
        rmSync(project.path(text));
      },
    ],
    [
      'edited',
      (project) => {
        appendFileSync(project.path(text), 'x');
      },
    ],
    [
      'replaced by a directory',
      (project) => {
        rmSync(project.path(text));
        mkdirSync(project.path(text));
      },
    ],
    [
      'all removed',
      (project) => {
        rmSync(project.path('artifacts'), { recursive: true });
      },
    ],
  ];

  test.each(damages)('that were %s are restored, and nothing runs', async (_, damage) => {
    const project = await builtStudy();
    const content = project.read(text);
    damage(project);
    const outcomes = await project.run();
    expect(outcomes['chain@side=left,step=1']).toBe('restored');
    expect(Object.values(outcomes)).not.toContain('ran');
    expect(project.read(text)).toBe(content);
    expect(await project.run()).toEqual({});
  });

  test('stay away while a file of somebody’s own lies in their place', async () => {
    const project = await builtStudy();
    const content = project.read(text);
    rmSync(project.path(text));
    project.write({ [`${text}/mine`]: 'mine' });
    expect((await project.run())['chain@side=left,step=1']).toBe('failed');
    expect(project.read(`${text}/mine`)).toBe('mine');
    rmSync(project.path(text), { recursive: true });
    expect((await project.run())['chain@side=left,step=1']).toBe('restored');
    expect(project.read(text)).toBe(content);
  });

  test('that are a directory hold just what was written', async () => {
    const project = await builtStudy();
    project.write({ 'artifacts/all/report/stray': 'not mine' });
    expect(await project.run()).toEqual({ all: 'restored' });
    expect(existsSync(project.path('artifacts/all/report/stray'))).toBe(false);
    project.edit('pipeline.yaml', 'title: all', 'title: it’s $HOME');
    expect(await project.run()).toEqual({ all: 'ran' });
    expect(project.read('artifacts/all/report/title')).toBe('it’s $HOME\n');
  });

  test('that were removed together with the store are made again', async () => {
    const project = await builtStudy();
    const lock = project.read('pipe.lock');
    for (const gone of ['artifacts', 'cache']) rmSync(project.path(gone), { recursive: true });
    expect(new Set(Object.values(await project.run()))).toEqual(new Set(['ran']));
    expect(project.read('pipe.lock')).toBe(lock);
  });

  test('serve to mend the store when that alone was lost', async () => {
    const project = await builtStudy();
    rmSync(project.path('cache/store'), { recursive: true });
    project.edit('pipeline.yaml', '[1, 2, 3]', '[1, 2, 3, 7]');
    const outcomes = await project.run();
    expect(Object.keys(outcomes).sort()).toEqual([
      'all',
      'chain@side=left,step=7',
      'chain@side=right,step=7',
      'count@side=left,step=7',
      'count@side=right,step=7',
    ]);
  });
});

test('tasks never hold more threads or GPUs than there are, and get no more than they may use', async () => {
  const widths = [1, 3, 2, 9, 1, 2, 4, 1, 1, 3, 2, 1];
  const stages = widths.map((threads, index) => {
    const gpu = index % 3 === 0 ? 1 : 0;
    const log = (mark: string) => `echo ${mark}$PIPE_THREADS ${mark}${gpu} >> log`;
    const cmd = `${log('+')}; sleep 0.0${(index * 7) % 9}; ${log('-')}`;
    return `  s${index}: { cmd: '${cmd}', resources: { threads: ${threads}, gpu: ${gpu} } }`;
  });
  const project = new TestProject({ 'pipeline.yaml': `version: 1\nstages:\n${stages.join('\n')}\n` });
  const outcomes = await project.run({ jobs: 4, capacity: { gpus: 1 } });
  expect(Object.values(outcomes)).toEqual(widths.map(() => 'ran'));
  const held = { threads: 0, gpu: 0 };
  const most = { threads: 0, gpu: 0 };
  for (const line of project.read('log').trim().split('\n')) {
    const [threads, gpu] = line.split(' ').map(Number);
    held.threads += threads!;
    held.gpu += gpu!;
    most.threads = Math.max(most.threads, held.threads);
    most.gpu = Math.max(most.gpu, held.gpu);
  }
  expect(held).toEqual({ threads: 0, gpu: 0 });
  expect(most).toEqual({ threads: 4, gpu: 1 });
});

test('a run that is stopped while it reads its inputs ends before anything begins', async () => {
  const project = new TestProject(smallStudy);
  project.write({ 'in.txt': 'x'.repeat(40 << 20) });
  const summary = project.finished(await project.ask({ signal: AbortSignal.abort() }));
  expect(summary).toMatchObject({ stopped: true, failed: 0, skipped: 0 });
  expect(project.events).toEqual([]);
  expect(existsSync(project.path('cache/local/run.lock'))).toBe(false);
});

test('two projects that share a cache run a task once between them', async () => {
  const shared = new TestProject({}).path('cache');
  const [one, two] = [1, 2].map(() => new TestProject(smallStudy, { cacheDirectory: shared }));
  await one!.run();
  expect(new Set(Object.values(await two!.run()))).toEqual(new Set(['restored']));
  expect(readFileSync(two!.path('pipe.lock'), 'utf8')).toBe(one!.read('pipe.lock'));
});

test('an input that changes while its task runs is not missed', async () => {
  const project = new TestProject({
    'in.txt': 'first',
    'pipeline.yaml': `
version: 1
stages:
  slow:
    cmd: cat {inputs.source} > {outputs.text}; if test -e go; then rm go; while ! test -e changed; do sleep 0.02; done; fi
    inputs: { source: ./in.txt }
    outputs: { text: text.txt }
`,
    go: '',
  });
  const running = project.run();
  await vi.waitUntil(() => !existsSync(project.path('go')), { timeout: 20_000 });
  project.write({ 'in.txt': 'second', changed: '' });
  expect(await running).toEqual({ slow: 'ran' });
  expect(project.events.some(({ type }) => type === 'task-warning')).toBe(true);
  expect(project.read('artifacts/slow/text.txt')).toBe('second');
  writeFileSync(project.path('in.txt'), 'second');
  expect(await project.run()).toEqual({});
});
