import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { counted, ofLibrary, otherMachine, segments, timesRun, until } from './jobs.ts';
import { newProject, type Project } from './project.ts';
import { chain } from './words.ts';

/** An engine of three shell scripts: it starts what it is given at once, and forgets what is over. */
const engine = (project: Project, node?: string): void => {
  project.write('engine/next', '100');
  project.write(
    'engine/submit.sh',
    `cd "$(dirname "$0")"; id=$(cat next); echo $((id + 1)) >next; cat >$id.job
setsid sh $id.job >"$PIPE_LOG" 2>&1 </dev/null &
echo $! >$id.pid; echo "$PIPE_NAME $PIPE_THREADS \${PIPE_MEMORY:+with $PIPE_MEMORY}" >>asked; echo your job has the number; echo $id
`,
  );
  const each = (what: string) => `cd "$(dirname "$0")"; for id in $PIPE_IDS; do ${what}; done; true\n`;
  project.write('engine/status.sh', each('kill -0 $(cat $id.pid) 2>/dev/null && echo $id r'));
  project.write('engine/cancel.sh', each('kill -TERM -$(cat $id.pid) 2>/dev/null'));
  const commands = ['submit', 'status', 'cancel'].map(
    (name) => `    ${name}: sh ${join(project.directory, 'engine', name)}.sh\n`,
  );
  project.write(
    'pipe.local.yaml',
    `sites:\n  shells:\n    engine: command\n${node === undefined ? '' : `    node: ${node}\n`}${commands.join('')}`,
  );
};

function made(command: string, resources = ''): Project {
  const project = newProject(counted(command, '', resources));
  engine(project);
  return project;
}

/** How many jobs it was given. */
function asked(project: Project): number {
  return project.read('engine/asked').trim().split('\n').length;
}

/** Numbers of jobs that still run. */
function alive(project: Project): string[] {
  return readdirSync(join(project.directory, 'engine')).filter((name) => {
    if (!name.endsWith('.pid')) return false;
    try {
      process.kill(Number(project.read(`engine/${name}`)), 0);
      return true;
    } catch {
      return false;
    }
  });
}

describe.skipIf(process.platform !== 'linux')('on an engine that is known by its commands', () => {
  test('tasks run once each, with the lock that they have here, and no files of jobs are left', async () => {
    const here = newProject(counted('true'));
    await here.pipe('run');
    const there = made('true', '{ memory: 1 GB }');
    const { status, err } = await there.pipe('run', '--on', 'shells');
    expect([status, err, timesRun(there)]).toEqual([0, '', ['1', '2', '3', '4', '5', '6']]);
    expect(there.read('pipe.lock')).toBe(here.read('pipe.lock'));
    expect(Object.keys(there.files()).filter((path) => path.startsWith('cache/jobs/2'))).toEqual([]);
    await there.pipe('run', '--on', 'shells', 'word@n=1', '--force');
    expect(timesRun(there)).toEqual(['1', '1', '2', '3', '4', '5', '6']);
    // Bytes that are gone are made again, though it is known which they were.
    there.remove('cache/store');
    there.remove('artifacts/word');
    await there.pipe('run', '--on', 'shells', 'word@n=2');
    expect(timesRun(there)).toEqual(['1', '1', '2', '2', '3', '4', '5', '6']);
    expect(there.read('engine/asked').split('\n')[0]).toMatch(/^pipe-\S+-0 1 with 954$/);
  });

  test('temporary outputs, of what a scan carries too, go when they are read, and are made again there', async () => {
    const temporary = (steps: string): string =>
      chain['pipeline.yaml']!.replace('[1, 2, 3]', steps)
        .replace('sum: sum.txt', 'sum: { path: sum.txt, temp: true }')
        .replace('square: square.txt', 'square: { path: square.txt, temp: true }');
    const project = newProject({ 'pipeline.yaml': temporary('[2, 3, 4]') });
    engine(project);
    const run = async (): Promise<string> => (await project.pipe('run', '--on', 'shells')).out;
    expect(await run()).toContain('done: 7 ran');
    expect(Object.keys(project.results()).filter((path) => path.startsWith('artifacts'))).toEqual([
      'artifacts/all/all.txt',
    ]);
    expect(await run()).toContain('nothing to do');
    project.write('pipeline.yaml', temporary('[2, 3, 4, 5]'));
    expect(await run()).toContain('done: 9 ran');
    expect(project.read('artifacts/all/all.txt')).toBe('4\n25\n81\n196\n');
    expect(Object.keys(project.results()).filter((path) => path.startsWith('artifacts'))).toEqual([
      'artifacts/all/all.txt',
    ]);
  });

  test('the segments of a scan are one job, with the lock that they have here', async () => {
    for (const files of [chain, segments(0)]) {
      const here = newProject(files);
      await here.pipe('run', 'sum');
      const there = newProject(files);
      engine(there);
      const { status, err } = await there.pipe('run', '--on', 'shells', 'sum');
      expect([status, err, asked(there)]).toEqual([0, '', 1]);
      expect(there.read('pipe.lock')).toBe(here.read('pipe.lock'));
    }
  });

  test('a driver that is killed finds the segments of a scan in the job that went on with them', async () => {
    const project = newProject(segments(1500));
    engine(project);
    const run = project.start('run', '--on', 'shells');
    await until(() => timesRun(project).length === 2);
    run.child.kill('SIGKILL');
    await run.ended;
    const { status } = await project.pipe('run', '--on', 'shells');
    expect([status, timesRun(project), asked(project)]).toEqual([0, ['1', '2', '3', '4', '5', '6'], 1]);
    expect(project.read('artifacts/sum/step=6/sum.txt')).toBe('21\n');
  });

  test('with --detach the segments of a scan go on to the last one', async () => {
    const project = newProject(segments(0));
    engine(project);
    await project.pipe('run', '--on', 'shells', '--detach');
    await until(() => timesRun(project).length === 6 && alive(project).length === 0);
    const { status, out } = await project.pipe('run', '--on', 'shells');
    expect([status, timesRun(project).length, asked(project)]).toEqual([0, 6, 1]);
    expect(out).toContain('6 restored');
  });

  test('after a segment that fails its job goes on with no other', async () => {
    const files = segments(0);
    const source = files['stages/sum.ts']!.replace(
      'await new',
      "if (Number(axes.step) === 3) throw new Error('no third'); await new",
    );
    const project = newProject({ ...files, 'stages/sum.ts': source });
    engine(project);
    const { status, out } = await project.pipe('run', '--on', 'shells');
    expect([status, timesRun(project)]).toEqual([1, ['1', '2', '3']]);
    expect(out).toContain('no third');
  });

  test('a driver that is killed leaves its jobs, and the next one takes them up', async () => {
    const project = made('sleep 3');
    const run = project.start('run', '--on', 'shells');
    await until(() => project.exists('ran'));
    run.child.kill('SIGKILL');
    await run.ended;
    const { status } = await project.pipe('run', '--on', 'shells');
    expect([status, timesRun(project)]).toEqual([0, ['1', '2', '3', '4', '5', '6']]);
  });

  test('stopped by Ctrl-C, it ends its jobs', async () => {
    const project = made('sleep 600');
    const run = project.start('run', '--on', 'shells');
    await until(() => timesRun(project).length === 6);
    run.child.kill('SIGINT');
    const { status } = await run.ended;
    expect([status, alive(project)]).toEqual([130, []]);
  });

  test('tasks are planned for the toolchain that a stage names on the machines there, and the result is of that', async () => {
    const project = newProject(ofLibrary);
    engine(project, otherMachine(project, '/there'));
    const { status, err } = await project.pipe('run', '--on', 'shells');
    expect([status, err, project.read('artifacts/bits/bits.txt')]).toEqual([0, '', '/there\n']);
    expect(project.read('pipe.lock')).toContain('"library":"/there"');
    // One that asks, and one that computes; from then on it is known.
    expect(asked(project)).toBe(2);
    expect((await project.pipe('run', '--on', 'shells')).out).toMatch(/^nothing to do/);
    await project.pipe('run', '--on', 'shells', '--force');
    expect(asked(project)).toBe(3);
  });

  test('what was computed here stays up to date, whatever machines there are like', async () => {
    const project = newProject(ofLibrary);
    engine(project, otherMachine(project, '/there'));
    await project.pipe('run');
    const lock = project.read('pipe.lock');
    expect((await project.pipe('run', '--on', 'shells')).out).toMatch(/^nothing to do/);
    expect(project.read('pipe.lock')).toBe(lock);
    expect(project.exists('engine/asked')).toBe(false);
  });

  test('a machine that is unlike the one that was asked computes nothing, which is told, and the next run asks anew', async () => {
    const project = newProject(ofLibrary);
    engine(project, otherMachine(project, '/one', '/two'));
    const { status, out } = await project.pipe('run', '--on', 'shells');
    expect(status).toBe(1);
    expect(out).toContain(
      'bits: the stage names another toolchain on nodes of shells than it was planned for (library /two)',
    );
    expect(project.exists('cache/actions')).toBe(false);
    const again = await project.pipe('run', '--on', 'shells');
    expect([again.status, project.read('artifacts/bits/bits.txt')]).toEqual([0, '/two\n']);
    expect(project.read('pipe.lock')).toContain('"library":"/two"');
  });

  test('a Python of another version there computes nothing, which is told', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  three: { cmd: '{python} three.py > {outputs.three}', outputs: { three: three.txt } }
`,
      'three.py': 'print(3)\n',
    });
    const found = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    const python = join(project.directory, '.venv/bin/python');
    mkdirSync(dirname(python), { recursive: true });
    symlinkSync(found.trim(), python);
    // By the time that a job starts, the path leads to another.
    project.write('other', '#!/bin/sh\necho CPython 3.1.4\n');
    chmodSync(join(project.directory, 'other'), 0o755);
    engine(project);
    const submit = project.read('engine/submit.sh');
    project.write('engine/submit.sh', `ln -sf ${project.directory}/other ${python}\n${submit}`);
    const { status, out, err } = await project.pipe('run', '--on', 'shells');
    expect([status, err]).toEqual([1, '']);
    expect(out).toContain(
      'three: the stage names another toolchain on nodes of shells than it was planned for (python CPython 3.1.4)',
    );
    expect(project.exists('cache/actions')).toBe(false);
  });

  test('from another shell, status asks the engine how jobs stand', async () => {
    const project = made('sleep 600');
    await project.pipe('run', '--on', 'shells', '--detach');
    await until(() => timesRun(project).length === 6);
    // It says `r` of what runs.
    expect((await project.pipe('status')).out).toMatch(/^ {2}running +word@n=1 +job \S+ +on \S+ +r$/m);
    const engineOf = join(project.directory, 'engine');
    for (const name of readdirSync(engineOf).filter((each) => each.endsWith('.pid')))
      process.kill(-Number(project.read(`engine/${name}`)), 'SIGKILL');
    await until(() => alive(project).length === 0);
    const { out } = await project.pipe('status');
    expect(out).toMatch(/^in jobs of shells: 6 whose job is gone$/m);
    expect(out).toContain('`pipe run --on` starts again what has no job');
  });

  test('an engine that does not answer holds status up for a while only, and is not taken at its word', async () => {
    const project = made('sleep 600');
    await project.pipe('run', '--on', 'shells', '--detach');
    await until(() => timesRun(project).length === 6);
    project.write('engine/status.sh', 'sleep 600\n');
    const { status, out } = await project.pipe('status');
    expect(status).toBe(0);
    expect(out).toMatch(/^in jobs of shells: 6 running$/m);
    project.write('engine/status.sh', 'exit 1\n');
    expect((await project.pipe('status')).out).toMatch(/^in jobs of shells: 6 running$/m);
    for (const name of readdirSync(join(project.directory, 'engine')).filter((each) => each.endsWith('.pid')))
      process.kill(-Number(project.read(`engine/${name}`)), 'SIGKILL');
  });

  test('log follows what a task prints in a job that nobody drives, and ends with it', async () => {
    const project = made('echo first; until [ -e go ]; do sleep 0.05; done; echo last; [ {n} = 1 ]');
    await project.pipe('run', '--on', 'shells', '--detach');
    const well = project.start('log', '--task', 'word@n=1', '--follow');
    const badly = project.start('log', '--task', 'word@n=2', '--follow');
    await Promise.all([well.until('first'), badly.until('first')]);
    project.write('go', '');
    expect(await well.ended).toEqual({ status: 0, out: 'first\nlast\n', err: '' });
    expect(await badly.ended).toEqual({ status: 1, out: 'first\nlast\n', err: '' });
    await until(() => alive(project).length === 0);
  });

  test('retries are tried in the same job, and no others beside them', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  never: { cmd: 'echo 1 >> ran; exit 3', retries: 2, outputs: { w: w.txt } }
`,
    });
    engine(project);
    const { status } = await project.pipe('run', '--on', 'shells');
    expect([status, timesRun(project), asked(project)]).toEqual([1, ['1', '1', '1'], 1]);
  });

  test('what it does not take is told in its words', async () => {
    const project = made('true');
    project.write('engine/submit.sh', 'echo no queue of that name >&2; exit 4\n');
    const { status, out } = await project.pipe('run', '--on', 'shells', 'word@n=1');
    expect(status).toBe(1);
    expect(out).toContain('shells did not take its job: no queue of that name');
  });

  test('a command that is not there is asked for', async () => {
    const project = made('true');
    project.write('pipe.local.yaml', 'sites: { shells: { engine: command, submit: qsub } }\n');
    const { status, err } = await project.pipe('run', '--on', 'shells');
    expect([status, err]).toEqual([
      2,
      'error: --on shells: an engine that is known by its commands needs `status` and `cancel`\nhint: docs/cluster.md has an example\n',
    ]);
  });
});
