import { describe, expect, test } from 'vitest';
import { newProject, type Project, type Running } from './project.ts';

/** Quick tasks before a slow one that tells when it begins and can be told not to be slow. */
function slow(): Project {
  return newProject({
    'pipeline.yaml': `version: 1
stages:
  quick: { cmd: 'echo 1 > {outputs.a}', outputs: { a: a.txt } }
  slow:
    cmd: 'echo $$ > begun.pid; test -e quickly || sleep 60; cp {inputs.a} {outputs.b}'
    inputs: { a: quick.a }
    outputs: { b: b.txt }
  after: { cmd: 'cp {inputs.b} {outputs.c}', inputs: { b: slow.b }, outputs: { c: c.txt } }
`,
  });
}

function begun(project: Project): Promise<void> {
  return expect
    .poll(() => project.exists('begun.pid') && project.read('begun.pid') !== '', { timeout: 30_000 })
    .toBe(true);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A module that computes without ever hearing anything, unless it is told to be quick. */
function deaf(): Project {
  return newProject({
    'pipeline.yaml': 'version: 1\nstages:\n  busy: { use: stages/busy.ts, outputs: { a: a.txt } }\n',
    'stages/busy.ts': `import { existsSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipewright/stage';
export default defineStage({
  outputs: ['a'],
  run: ({ outputs }) => {
    writeFileSync(outputs.a, '1');
    writeFileSync('begun.pid', String(process.pid));
    while (!existsSync('quickly'));
  },
});
`,
  });
}

async function endsDeafModule(project: Project, running: Running): Promise<void> {
  await begun(project);
  const pid = Number(project.read('begun.pid'));
  running.child.kill('SIGINT');
  // Of two signals that wait, the later one may come first.
  await running.until('stopping; once more to kill');
  running.child.kill('SIGTERM');
  expect((await running.ended).status).toBe(130);
  await expect.poll(() => lives(pid), { timeout: 30_000 }).toBe(false);
}

describe('a run that is interrupted', () => {
  test('stops what runs, keeps what is finished, and ends with status 130', async () => {
    const project = slow();
    const running = project.start('run');
    await begun(project);
    const pid = Number(project.read('begun.pid'));
    running.child.kill('SIGINT');
    const { status, err, out } = await running.ended;
    expect(status).toBe(130);
    expect(err).toBe('stopping; once more to kill\n');
    expect(out).toContain('ran       quick');
    expect(out).toMatch(/^stopped: 1 ran, 1 interrupted, 1 not started in /m);
    expect(out).toMatch(/^ {2}slow +1 interrupted\n {2}after +1 not started$/m);
    expect(out).not.toContain('done:');
    expect((await project.pipe('log')).out).toContain('stopped: 1 ran, 1 interrupted, 1 not started');
    expect(lives(pid)).toBe(false);
    expect(project.exists('artifacts/slow')).toBe(false);
    project.write('quickly', '');
    expect(await project.outcomes('run')).toEqual(['after ran', 'slow ran']);
  });

  test('by SIGKILL leaves no lock, and goes on from what was finished', async () => {
    const project = slow();
    const running = project.start('run');
    await begun(project);
    expect((await project.pipe('log')).out).toMatch(/ running: 1 of 3 tasks done/);
    process.kill(-Number(project.read('begun.pid')), 'SIGKILL');
    running.child.kill('SIGKILL');
    await running.ended;
    project.write('quickly', '');
    expect((await project.pipe('log')).out).toContain('did not end');
    const { status, out } = await project.pipe('run');
    expect(out).not.toContain('quick (');
    expect(status).toBe(0);
    expect(project.read('artifacts/slow/b.txt')).toBe('1\n');
  });

  test('twice ends a module that hears nothing', async () => {
    const project = deaf();
    const running = project.start('run');
    await endsDeafModule(project, running);
  });

  test('twice ends one that is run once more to compare, too', async () => {
    const project = deaf();
    project.write('quickly', '');
    expect((await project.pipe('run')).status).toBe(0);
    for (const file of ['quickly', 'begun.pid']) project.remove(file);
    const running = project.start('verify', '--rerun');
    await endsDeafModule(project, running);
    // What it had written so far is nothing, and what was recorded stays.
    expect(project.read('artifacts/busy/a.txt')).toBe('1');
    expect((await project.pipe('run')).out).toContain('nothing to do');
  });

  test('twice ends at once and leaves nothing running', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  deaf: { cmd: "trap '' TERM; echo $$ > begun.pid; while :; do sleep 0.1; done", outputs: { a: a.txt } }
`,
    });
    const running = project.start('run');
    await begun(project);
    const pid = Number(project.read('begun.pid'));
    running.child.kill('SIGINT');
    await running.until('stopping; once more to kill');
    running.child.kill('SIGINT');
    const { status } = await running.ended;
    expect(status).toBe(130);
    await expect.poll(() => lives(pid), { timeout: 4000 }).toBe(false);
  });
});

describe('a module that hears nothing', () => {
  test.each([
    ['is asked about by a program that Ctrl-C ends', 'SIGINT'],
    ['belongs to a program that is killed', 'SIGKILL'],
  ] as const)('does not outlive the program that started it: it %s', async (_, signal) => {
    const project = newProject({
      'pipeline.yaml': 'version: 1\nstages:\n  busy: { use: stages/busy.ts, outputs: { a: a.txt } }\n',
      'stages/busy.ts': `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
const child = spawn('sleep', ['600'], { stdio: 'ignore' });
writeFileSync('child.pid', String(child.pid));
writeFileSync('begun.pid', String(process.pid));
for (;;);
`,
    });
    const running = project.start('status');
    await begun(project);
    running.child.kill(signal);
    await running.ended;
    for (const file of ['begun.pid', 'child.pid'])
      await expect.poll(() => lives(Number(project.read(file))), { timeout: 30_000 }).toBe(false);
  });
});

describe('two runs at once', () => {
  test('take turns: each task runs once, and the second says for whom it waits', async () => {
    const project = newProject({
      'pipeline.yaml': `version: 1
stages:
  count: { cmd: 'echo x >> times.txt; touch begun.pid; until test -e go; do sleep 0.05; done; cp times.txt {outputs.a}', outputs: { a: a.txt } }
`,
    });
    const first = project.start('run');
    await expect.poll(() => project.exists('begun.pid'), { timeout: 30_000 }).toBe(true);
    const waiting = project.start('run');
    await waiting.until(`waiting for another pipe run in this project (process ${first.child.pid!} on `);
    project.write('go', '');
    const second = await waiting.ended;
    expect(second.out).toContain('nothing to do: 1 task is up to date');
    expect((await first.ended).status).toBe(0);
    expect(second.status).toBe(0);
    expect(project.read('times.txt')).toBe('x\n');
  });

  test('on two machines are not mistaken for one: the second says which file to remove', async () => {
    const project = newProject({
      'pipeline.yaml': "version: 1\nstages:\n  a: { cmd: 'touch {outputs.a}', outputs: { a: a.txt } }\n",
    });
    const file = 'cache/local/run.lock';
    project.write(file, JSON.stringify({ host: 'elsewhere', pid: 1, started: 'x' }));
    const { status, out, err } = await project.pipe('run');
    expect(err).toBe(`\
error: another pipe run holds this project: process 1 on elsewhere
hint: whether it still lives cannot be seen from here; when it does not, remove ${file}
`);
    expect(out).toBe('');
    expect(status).toBe(2);
    project.remove(file);
    expect((await project.pipe('run')).status).toBe(0);
    expect(project.exists(file)).toBe(false);
  });
});
