import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { oneStage, python, pythonProject } from './project.ts';

const failures = (project: ReturnType<typeof oneStage>) =>
  project.outcomes().flatMap(([, outcome]) => (outcome.type === 'failed' ? [outcome] : []));

describe.skipIf(python === undefined)('a Python stage', () => {
  test('runs with parameters, inputs, outputs, axes and the value before', async () => {
    const project = pythonProject();
    expect(await project.run()).toEqual({ 'scale@step=1': 'ran', 'scale@step=2': 'ran', total: 'ran' });
    expect(project.read('artifacts/scale/step=2/list.txt')).toBe(
      [1, 2]
        .flatMap((step) => [3, 6, 9].map((n) => `${n}.0 ${step === 1 ? 'None' : 1} {'step': ${step}}\n`))
        .join(''),
    );
    expect(project.read('artifacts/total/total.txt')).toBe('36.0\n');
    expect(project.events.filter(({ type }) => type === 'task-warning')).toEqual([]);
  });

  test('reports progress with numbers as fields, logs, and warns', async () => {
    const project = pythonProject();
    project.edit('pipeline.yaml', 'factor: 3', 'factor: 0');
    await project.run({}, (id) => id === 'scale@step=1');
    expect(project.events).toContainEqual(
      expect.objectContaining({
        type: 'task-progress',
        done: 2,
        total: 3,
        unit: 'numbers',
        note: 'loss 0.5',
        numbers: { loss: 0.5 },
      }),
    );
    expect(project.events).toContainEqual(expect.objectContaining({ type: 'task-log', text: 'scaled 3' }));
    expect(project.events).toContainEqual(
      expect.objectContaining({ type: 'task-warning', message: 'everything is zero' }),
    );
  });

  test('is checked before anything runs', async () => {
    const project = pythonProject();
    project.edit('pipeline.yaml', 'factor: 3, names: [a, b]', 'factor: three, names: [a, 4], extra: 1');
    project.edit('pipeline.yaml', 'params: [factor, names]', 'params: [factor, names, extra]');
    project.edit(
      'pipeline.yaml',
      'outputs: { list: list.txt }',
      'outputs: { list: list.txt, more: more.txt }',
    );
    const summary = await project.ask();
    expect(
      summary.type === 'refused' && summary.stageIssues.map(({ path, message }) => [path, message]),
    ).toEqual([
      [['params', 'extra'], 'parameter `extra`: unknown parameter; known here: factor, names'],
      [['params', 'factor'], 'parameter `factor`: expected a number, got the text "three"'],
      [['params', 'names', 1], 'parameter `names.1`: expected a text, got 4'],
      [['outputs', 'more'], 'the stage has no output of this name; it has "list"'],
    ]);
  });

  test('that raises BadInput ends with its message alone and is not tried again', async () => {
    const project = pythonProject();
    project.edit('pipeline.yaml', 'factor: 3', 'factor: -1');
    project.edit('pipeline.yaml', 'use: stages/scale.py', 'use: stages/scale.py\n    retries: 2');
    await project.run();
    expect(failures(project)).toMatchObject([{ reason: 'bad-input', message: 'the factor is negative' }]);
    expect(project.events.some(({ type }) => type === 'task-warning')).toBe(false);
  });

  test('that raises ends with the type, the message and its own frames', async () => {
    const project = oneStage('task.outputs.out.write_text(str(1 / 0))');
    await project.run();
    const [failure] = failures(project);
    expect(failure).toMatchObject({ reason: 'threw', message: 'ZeroDivisionError: division by zero' });
    const { stack } = failure as unknown as { stack: string };
    expect(stack).toContain('stages/one.py", line 6, in one');
    expect(stack).not.toContain('_run.py');
  });

  test.each([
    ['by exit with a status', 'sys.exit(3)', { reason: 'exit-nonzero', status: 3 }],
    ['by os._exit', 'os._exit(0)', { reason: 'exit-nonzero', status: 0 }],
    ['by exit with a message', "sys.exit('no luck')", { reason: 'threw', message: 'no luck' }],
    ['by a signal', 'os.kill(os.getpid(), 11)', { reason: 'killed', signal: 'SIGSEGV' }],
    ['without its output', 'pass', { reason: 'output-missing', output: 'out' }],
  ])('that ends %s has failed so', async (_, body, failure) => {
    const project = oneStage(body);
    await project.run();
    expect(failures(project)).toMatchObject([failure]);
  });

  test('that exits with status 0 is done', async () => {
    const project = oneStage("task.outputs.out.write_text('x')\nsys.exit(0)");
    expect(await project.run()).toEqual({ one: 'ran' });
  });

  test('is tried again with fresh modules', async () => {
    const project = oneStage(
      `mark = os.path.join(os.getcwd(), 'cache', 'tries')
tries = int(open(mark).read()) if os.path.exists(mark) else 0
open(mark, 'w').write(str(tries + 1))
stage.tries = getattr(stage, 'tries', 0) + 1
if tries < 2: raise RuntimeError('not yet')
task.outputs.out.write_text(f"{stage.tries}")`,
      '    retries: 2\n',
    );
    expect(await project.run()).toEqual({ one: 'ran' });
    expect(project.read('artifacts/one/out.txt')).toBe('1');
  });

  test('is told by SIGTERM when its time is over, and can clean up', async () => {
    const project = oneStage(
      "try:\n    time.sleep(60)\nfinally:\n    print('cleaned up')",
      '    timeout: 0.5\n',
    );
    await project.run();
    expect(failures(project)).toMatchObject([{ reason: 'timed-out' }]);
    expect(project.events).toContainEqual(expect.objectContaining({ type: 'task-log', text: 'cleaned up' }));
  });

  test('is killed when it does not go', async () => {
    const project = oneStage(
      'import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(os.getpid())\nwhile True: time.sleep(0.1)',
      '    timeout: 0.5\n',
    );
    await project.run();
    expect(failures(project)).toMatchObject([{ reason: 'timed-out' }]);
    const printed = project.events.flatMap((event) =>
      event.type === 'task-log' ? [Number(event.text)] : [],
    );
    expect(printed).toHaveLength(1);
    // Gone, or dead and not yet buried by whoever adopted it.
    const state = () =>
      spawnSync('ps', ['-o', 'stat=', '-p', String(printed[0])], { encoding: 'utf8' }).stdout.trim();
    await expect.poll(state).toMatch(/^(?:Z.*)?$/);
  });

  test('finds no trace of the task before it, and sets in one order', async () => {
    const project = oneStage(
      `import json as shared
shared.count = getattr(shared, 'count', 0) + 1
task.outputs.out.write_text(f"{shared.count} {list({'a', 'b', 'c', 'd', 'e'})}")`,
      '    matrix: { n: [1, 2, 3] }\n',
    );
    await project.run({ jobs: 1 });
    const texts = [1, 2, 3].map((n) => project.read(`artifacts/one/n=${n}/out.txt`));
    expect(texts[0]).toMatch(/^1 /);
    expect(new Set(texts).size).toBe(1);
  });

  test('that reads what it does not declare is warned of, once, and fails with strict', async () => {
    const body = "open('pipeline.yaml').read()\nos.listdir('stages')\ntask.outputs.out.write_text('x')";
    const project = oneStage(body, '    matrix: { n: [1, 2] }\n');
    await project.run();
    const told = project.events.flatMap((event) => (event.type === 'task-warning' ? [event.message] : []));
    const end = 'which is none of its inputs: a change there reruns nothing';
    expect(told).toEqual([`stage one read pipeline.yaml, ${end}`, `stage one read stages/, ${end}`]);
    await project.run({ strict: true, force: new Set([0]) }, (id) => id === 'one@n=1');
    expect(failures(project)).toMatchObject([
      { reason: 'input-undeclared', paths: ['pipeline.yaml', 'stages/'] },
    ]);
  });

  test.each([
    [
      'declares none',
      'x = 1\n',
      'the module declares no stage: `@stage(inputs=…, outputs=…)` before a function makes one',
    ],
    [
      'declares two',
      "from pipewright import stage\n@stage(outputs=['out'])\ndef a(task): pass\n@stage(outputs=['out'])\ndef b(task): pass\n",
      'the module declares 2 stages, `a` and `b`: one belongs in a module',
    ],
    ['is no Python', 'def x(:\n', 'stages/one.py:1:7: invalid syntax'],
    [
      'fails',
      'import sys\nnothing\n',
      "it fails when it is loaded: NameError: name 'nothing' is not defined (stages/one.py:2)",
    ],
    [
      'misses a package',
      'import no_such_package_here\n',
      'the package no_such_package_here, which it imports, is not installed: `PYTHON -m pip install no_such_package_here`',
    ],
    ['ends the process', 'import sys; sys.exit()\n', 'it ends the process when it is loaded'],
  ])('whose module %s is refused with the reason', async (_, text, message) => {
    const project = oneStage('pass');
    project.write({ 'stages/one.py': text });
    const summary = await project.ask();
    const issues = summary.type === 'refused' ? summary.stageIssues : [];
    const said = issues.map((issue) => ({
      ...issue,
      message: issue.message.replace(/`\S+ -m/, '`PYTHON -m'),
    }));
    expect(said).toEqual([{ stage: 'one', path: ['use'], message }]);
  });

  test('that is edited while another runs is loaded as it was when it was looked at', async () => {
    const project = oneStage(
      `import helper
edited = open(helper.__file__).read().replace("'before'", "'after'")
open(helper.__file__, 'w').write(edited)
task.outputs.out.write_text(helper.word)`,
      '    matrix: { n: [1, 2] }\n',
    );
    project.write({ 'stages/helper.py': "word = 'before'\n" });
    await project.run({ jobs: 1 });
    expect(project.read('artifacts/one/n=1/out.txt')).toBe('before');
    expect(project.read('artifacts/one/n=2/out.txt')).toBe('before');
    expect(await project.run({ jobs: 1 })).toEqual({ 'one@n=1': 'ran', 'one@n=2': 'ran' });
    expect(project.read('artifacts/one/n=2/out.txt')).toBe('after');
  });
});
