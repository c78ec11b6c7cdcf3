import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import type { Outcome } from '../../../lib/pipe/plan/outcome.ts';
import { identityOf } from '../../../lib/pipe/store/process-identity.ts';
import { TestProject } from './project.ts';

/** A pipeline of one stage `it` that runs a command, and `next` that reads what it writes. */
function withCommand(command: string, more = ''): TestProject {
  return new TestProject({
    'in.txt': 'in\n',
    'pipeline.yaml': `
version: 1
params: { word: it’s, deep: { list: [1, 2] } }
stages:
  it:
    cmd: |
      ${command}
    inputs: { source: ./in.txt }
    outputs: { text: text.txt }
    ${more}
  next:
    cmd: cat {inputs.text} > {outputs.copy}
    inputs: { text: it.text }
    outputs: { copy: copy.txt }
`,
  });
}

/** The same with a module whose `run` has this body. */
function withModule(body: string, more = ''): TestProject {
  return new TestProject({
    'stages/it.ts': `
      import { writeFile } from 'node:fs/promises';
      import { z } from 'zod';
      import { defineStage } from 'pipewright/stage';
      export default defineStage({
        params: z.object({ size: z.number().max(10) }).partial(),
        axes: z.object({}),
        inputs: {},
        outputs: ['text'],
        async run(task) { ${body} },
      });`,
    'pipeline.yaml': `
version: 1
params: { size: 1 }
stages:
  it:
    use: stages/it.ts
    params: [size]
    outputs: { text: text.txt }
    ${more}
`,
  });
}

async function outcomeOf(project: TestProject, id = 'it'): Promise<Outcome> {
  await project.run();
  return project.outcomes().find(([task]) => task === id)![1];
}

describe('a command that fails', () => {
  const cases: [string, string, string, object][] = [
    ['with a status', 'echo one; echo two >&2; exit 7', '', { reason: 'exit-nonzero', status: 7 }],
    ['by a signal', 'kill -9 $$', '', { reason: 'killed', signal: 'SIGKILL' }],
    [
      'to write its output',
      'echo nothing',
      '',
      { reason: 'output-missing', output: 'text', path: 'artifacts/it/text.txt' },
    ],
    [
      'to write a file, and makes a directory',
      'mkdir {outputs.text}',
      '',
      { reason: 'output-missing', output: 'text', found: 'directory' },
    ],
    [
      'to write a file, and makes a pipe',
      'mkfifo {outputs.text}',
      '',
      { reason: 'output-missing', output: 'text', found: 'other' },
    ],
    ['to end in time', 'sleep 30', 'timeout: 0.3', { reason: 'timed-out', seconds: 0.3 }],
    [
      'to find its directory',
      'true',
      'cwd: nowhere',
      {
        reason: 'threw',
        message: expect.stringMatching(/^there is no directory .*nowhere, its `cwd`$/) as string,
      },
    ],
  ];

  test.each(cases)('%s is told so, and leaves nothing', async (_, command, more, expected) => {
    const project = withCommand(command, more);
    expect(await outcomeOf(project)).toMatchObject({ type: 'failed', ...expected });
    expect(existsSync(project.path('artifacts/it/text.txt'))).toBe(false);
    expect(project.outcomes()[1]).toEqual([
      'next',
      { type: 'skipped', reason: 'upstream-failed', upstream: 'it' },
    ]);
    expect(existsSync(project.path('pipe.lock'))).toBe(false);
    expect(readdirSync(project.path('cache/work'))).toEqual([]);
  });

  test('has its last lines in the failure and all of them in the log', async () => {
    const project = withCommand('for i in $(seq 50); do echo line $i; done; printf unfinished >&2; exit 1');
    const outcome = await outcomeOf(project);
    if (outcome.type !== 'failed' || outcome.reason !== 'exit-nonzero') throw new Error(outcome.type);
    expect(outcome.tail.filter((line) => line.startsWith('line')).at(-1)).toBe('line 50');
    expect(outcome.tail).toContain('unfinished');
    expect(project.read(outcome.log!)).toContain('line 1\nline 2\n');
  });

  test('leaves the last good output where it is', async () => {
    const project = withCommand('cp {inputs.source} {outputs.text}; test $(cat {inputs.source}) = in');
    await project.run();
    project.write({ 'in.txt': 'bad\n' });
    expect(await outcomeOf(project)).toMatchObject({ reason: 'exit-nonzero', status: 1 });
    expect(project.read('artifacts/it/text.txt')).toBe('in\n');
    expect(Object.keys(await project.states())).toEqual(['it', 'next']);
    project.write({ 'in.txt': 'in\n' });
    expect(await project.run()).toEqual({});
  });

  test('is tried again as often as it may be', async () => {
    const again = 'echo x >> tries; test $(wc -l < tries) -eq 3 && touch {outputs.text}';
    expect(await outcomeOf(withCommand(again, 'retries: 2'))).toMatchObject({ type: 'ran' });
    expect(await outcomeOf(withCommand(again, 'retries: 1'))).toMatchObject({ reason: 'exit-nonzero' });
  });

  test('stops the run, or only what needs it', async () => {
    const pipeline = `
version: 1
stages:
  a: { cmd: 'exit 1', outputs: { x: x } }
  b: { cmd: 'sleep 0.2; touch {outputs.x}', outputs: { x: x } }
  c: { cmd: 'touch {outputs.x}', inputs: { b: b.x }, outputs: { x: x } }
`;
    const project = new TestProject({ 'pipeline.yaml': pipeline });
    expect(await project.run()).toEqual({ a: 'failed', b: 'ran', c: 'skipped' });
    expect(await project.run({ keepGoing: true })).toEqual({ a: 'failed', c: 'ran' });
  });
});

describe('a command', () => {
  test('gets its values quoted, its parameters in a file, and no more of the environment than it declares', async () => {
    const outer = { PATH: process.env['PATH'], SECRET: 'secret', DECLARED: 'a b', UNSET: undefined };
    const project = new TestProject(
      {
        'in file.txt': 'content',
        'pipeline.yaml': `
version: 1
params: { word: "it’s 'quoted' $HOME", deep: { list: [1, 2] } }
stages:
  it:
    cmd: "echo {params.word} {params.deep.list} {axis}:{other} > {outputs.text}; cat {inputs.source} $PIPE_PARAMS >> {outputs.text}; (env | grep -c SECRET || true) >> {outputs.text}; echo $DECLARED \${UNSET-unset} >> {outputs.text}"
    params: [word, deep]
    matrix: { axis: [x-y] }
    env: [DECLARED, UNSET]
    inputs: { source: ./in file.txt }
    outputs: { text: text }
`,
      },
      { environment: outer },
    );
    expect(await project.run()).toMatchObject({ 'it@axis=x-y': 'ran' });
    expect(project.read('artifacts/it/axis=x-y/text')).toBe(
      `it’s 'quoted' $HOME [1,2] x-y:{other}\ncontent{"word":"it’s 'quoted' $HOME","deep":{"list":[1,2]}}0\na b unset\n`,
    );
  });

  test('is told its threads and a file with its parameters; `${…}` stays the shell’s', async () => {
    const project = new TestProject({
      'pipeline.yaml': `
version: 1
params: { deep: { list: [1, "a b"] } }
stages:
  it:
    cmd: 'side=mine; { cat {params} && echo " $PIPE_THREADS \${side}" {side}; } > {outputs.text}'
    params: [deep]
    matrix: { side: [left] }
    resources: { threads: 2 }
    outputs: { text: text }
`,
    });
    expect(await project.run()).toEqual({ 'it@side=left': 'ran' });
    expect(project.read('artifacts/it/side=left/text')).toBe('{"deep":{"list":[1,"a b"]}} 2 mine left\n');
  });

  test('reruns when a declared variable changes, and not for another', async () => {
    const files = {
      'pipeline.yaml': `
version: 1
stages:
  it: { cmd: 'echo "$KEY" > {outputs.text}', env: [KEY], outputs: { text: text } }
`,
    };
    const environment: Record<string, string | undefined> = {
      PATH: process.env['PATH'],
      KEY: 'one',
      OTHER: 'x',
    };
    const project = new TestProject(files, { environment });
    await project.run();
    environment['OTHER'] = 'y';
    expect(await project.run()).toEqual({});
    environment['KEY'] = 'two';
    const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;
    expect((await project.inspect()).tasks[0]!.plan).toEqual({
      state: 'stale',
      reasons: [{ reason: 'environment', name: 'KEY', before: digest, after: digest }],
    });
  });

  test('works in its directory, with paths as seen from there', async () => {
    const project = withCommand('cat {inputs.source} > {outputs.text}; pwd', 'cwd: sub/dir');
    mkdirSync(project.path('sub/dir'), { recursive: true });
    expect(await outcomeOf(project)).toMatchObject({ type: 'ran' });
    const lines = project.events.flatMap((event) => (event.type === 'task-log' ? [event.text] : []));
    expect(lines).toEqual([project.path('sub/dir')]);
  });

  test('is ended with all it started when the run is stopped', async () => {
    const project = withCommand('(sleep 60; echo late > survived) & echo $! > pid; wait');
    const stop = new AbortController();
    const running = project.ask({ signal: stop.signal });
    await vi.waitUntil(() => existsSync(project.path('pid')) && project.read('pid') !== '', {
      timeout: 20_000,
    });
    stop.abort();
    const summary = project.finished(await running);
    expect(summary).toMatchObject({ stopped: true, skipped: 2, failed: 0 });
    const gone = () => ['', 'ended'].includes(identityOf(Number(project.read('pid'))).started);
    await vi.waitUntil(gone, { timeout: 10_000 });
    expect(existsSync(project.path('survived'))).toBe(false);
  });
});

describe('a module that fails', () => {
  const cases: [string, string, string, object][] = [
    [
      'throws',
      "throw new Error('no luck', { cause: new Error('deeper') })",
      '',
      { reason: 'threw', message: 'no luck' },
    ],
    ['writes nothing', '', '', { reason: 'output-missing', output: 'text' }],
    ['ends its process', "console.error('bye'); process.exit(3)", '', { reason: 'exit-nonzero', status: 3 }],
    [
      'rejects behind its own back',
      "void Promise.reject(new Error('lost')); await new Promise(() => setTimeout(() => 0, 5000))",
      '',
      { reason: 'exit-nonzero', status: 1 },
    ],
    ['computes for too long', 'for (;;) ;', 'timeout: 0.3', { reason: 'timed-out' }],
  ];

  test.each(cases)('because it %s', async (_, body, more, expected) => {
    expect(await outcomeOf(withModule(body, more))).toMatchObject({ type: 'failed', ...expected });
  });

  test('has the place in its source in the log', async () => {
    const project = withModule("throw new Error('no luck')");
    const outcome = await outcomeOf(project);
    expect(project.read((outcome as { log: string }).log)).toMatch(/no luck\n.*stages\/it\.ts:\d+/);
  });

  test('can be stopped while it computes', async () => {
    const project = withModule("console.log('started'); for (;;) ;");
    const stop = new AbortController();
    const running = project.ask({
      signal: stop.signal,
      listener: (event) => {
        if (event.type === 'task-log') stop.abort();
      },
    });
    expect(project.finished(await running)).toMatchObject({ stopped: true, skipped: 1 });
  });
});

describe('a module', () => {
  test('is told everything about its task; its output, progress and warnings are heard', async () => {
    const project = withModule(`
      process.stdout.write('partial');
      console.error('to err');
      task.log('logged');
      task.warn('odd');
      task.progress(1, 2, 'epochs', 'loss 1');
      await writeFile(task.outputs.text, JSON.stringify([task.params, task.axes, task.previous, task.provenance, task.threads, task.memory]));
    `);
    expect(await outcomeOf(project)).toMatchObject({ type: 'ran', changed: true });
    expect(JSON.parse(project.read('artifacts/it/text.txt'))).toEqual([
      { size: 1 },
      {},
      null,
      { stage: 'it', task: 'it', parameters: '{"size":1}' },
      1,
      null,
    ]);
    const heard = project.events.filter(({ type }) => type !== 'task-started' && type.startsWith('task-'));
    expect(heard).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ type: 'task-log', stream: 'out', text: 'partiallogged' }),
        expect.objectContaining({ type: 'task-log', stream: 'err', text: 'to err' }),
        expect.objectContaining({ type: 'task-warning', message: 'odd' }),
        expect.objectContaining({ type: 'task-progress', done: 1, total: 2, unit: 'epochs', note: 'loss 1' }),
      ]),
    );
  });

  test('sees only the variables that its stage declares', async () => {
    const body = 'await writeFile(task.outputs.text, Object.keys(process.env).sort().join())';
    const project = withModule(body, 'env: [DECLARED]');
    const environment = { PATH: '/bin', SECRET: 'x', DECLARED: 'y' };
    const other = new TestProject(
      { 'stages/it.ts': project.read('stages/it.ts'), 'pipeline.yaml': project.read('pipeline.yaml') },
      { environment },
    );
    await other.run();
    expect(other.read('artifacts/it/text.txt')).toBe('DECLARED,PATH');
  });
});

describe('a declaration that does not fit the code is refused before anything runs', () => {
  const edits: [string, [string, string], object][] = [
    ['a parameter out of bounds', ['size: 1', 'size: 99'], { path: ['params', 'size'] }],
    [
      'an output that the stage does not write',
      ['text: text.txt', 'text: text.txt, extra: x.txt'],
      { path: ['outputs', 'extra'] },
    ],
    [
      'an output without a declaration',
      ['text: text.txt', 'other: text.txt'],
      { path: ['outputs', 'other'] },
    ],
    [
      'an input that the stage does not read',
      ['params: [size]', 'inputs: { data: ./pipeline.yaml }'],
      { path: ['inputs', 'data'] },
    ],
    ['code that does not parse', ['use: stages/it.ts', 'use: stages/broken.ts'], { path: ['use'] }],
    ['a module that is no stage', ['use: stages/it.ts', 'use: stages/plain.ts'], { path: ['use'] }],
  ];

  test.each(edits)('%s', async (_, [before, after], expected) => {
    const project = withModule('await writeFile(task.outputs.text, "x")');
    project.write({
      'stages/broken.ts': 'export default {\n  run: ;\n}',
      'stages/plain.ts': 'export const x = 1;',
    });
    project.edit('pipeline.yaml', before, after);
    const summary = await project.ask();
    expect(summary).toMatchObject({ type: 'refused', inputIssues: [] });
    const { stageIssues } = await project.inspect();
    expect(stageIssues).toEqual(
      expect.arrayContaining([expect.objectContaining({ stage: 'it', ...expected })]),
    );
    expect(existsSync(project.path('artifacts'))).toBe(false);
  });
});

describe('input files', () => {
  const kinds: [string, string, (project: TestProject) => void, object][] = [
    [
      'a missing file',
      './gone.txt',
      () => undefined,
      { reason: 'missing', path: 'gone.txt', input: 'source', stage: 'it' },
    ],
    [
      'a link that leaves the project',
      './link',
      (p) => {
        symlinkSync('/etc/hostname', p.path('link'));
      },
      { reason: 'outside', path: 'link' },
    ],
    [
      'a file below a linked directory',
      './etc/hostname',
      (p) => {
        symlinkSync('/etc', p.path('etc'));
      },
      { reason: 'outside' },
    ],
    [
      'a link in a directory',
      './dir',
      (p) => {
        mkdirSync(p.path('dir'));
        symlinkSync('/etc/hostname', p.path('dir/link'));
      },
      { reason: 'outside', path: 'dir/link' },
    ],
    [
      'a dangling link',
      './link',
      (p) => {
        symlinkSync('nowhere', p.path('link'));
      },
      { reason: 'dangling', path: 'link' },
    ],
    [
      'a pattern that matches nothing',
      '"*.nothing"',
      () => undefined,
      { reason: 'unmatched', path: '*.nothing' },
    ],
  ];

  test.each(kinds)('%s is refused', async (_, path, prepare, expected) => {
    const project = withCommand('cat {inputs.source} > {outputs.text}');
    prepare(project);
    project.edit('pipeline.yaml', './in.txt', path.startsWith('"') ? `{ glob: ${path} }` : path);
    expect(await project.ask()).toMatchObject({ type: 'refused', inputIssues: [expected] });
  });

  test('of a directory and of a pattern are followed one by one', async () => {
    const project = withCommand('cat {inputs.source}/b {inputs.more} > {outputs.text}');
    project.edit('pipeline.yaml', './in.txt }', './dir, more: { glob: "src/**/*.x" } }');
    project.write({
      'dir/b': 'b\n',
      'dir/a': 'a\n',
      'src/2.x': '2\n',
      'src/deep/1.x': '1\n',
      'src/no.y': '',
    });
    await project.run();
    expect(project.read('artifacts/it/text.txt')).toBe('b\n2\n1\n');
    project.write({ 'src/no.y': 'changed' });
    expect(await project.run()).toEqual({});
    const changes: [() => void, object][] = [
      [
        () => {
          project.write({ 'dir/a': 'A\n' });
        },
        { input: 'source', path: 'dir/a' },
      ],
      [
        () => {
          project.write({ 'src/3.x': '3\n' });
        },
        { input: 'more', path: 'src/3.x' },
      ],
      [
        () => {
          rmSync(project.path('src/2.x'));
        },
        { input: 'more', path: 'src/2.x' },
      ],
    ];
    for (const [change, reason] of changes) {
      change();
      expect((await project.inspect()).tasks[0]!.plan).toMatchObject({ state: 'stale', reasons: [reason] });
      await project.run();
    }
  });
});

describe('a disk that does not take what is written', () => {
  test('in artifacts/ fails the task; the work is not lost', async () => {
    const project = withCommand('cat {inputs.source} > {outputs.text}; echo ran >> runs');
    writeFileSync(project.path('artifacts'), 'in the way');
    expect(await outcomeOf(project)).toMatchObject({ type: 'failed', reason: 'store-failed' });
    rmSync(project.path('artifacts'));
    expect(await project.run()).toEqual({ it: 'restored', next: 'ran' });
    expect(project.read('runs')).toBe('ran\n');
  });

  test('in the store fails the task', async () => {
    const project = withCommand('cat {inputs.source} > {outputs.text}');
    project.write({ 'cache/store': 'in the way' });
    expect(await outcomeOf(project)).toMatchObject({ type: 'failed', reason: 'store-failed' });
    rmSync(project.path('cache/store'));
    expect(await project.run()).toEqual({ it: 'ran', next: 'ran' });
  });
});
