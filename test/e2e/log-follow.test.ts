import { describe, expect, test } from 'vitest';
import { newProject } from './project.ts';

const slow = {
  'pipeline.yaml': `version: 1
stages:
  first:
    cmd: until [ -e begin ]; do sleep 0.05; done; echo 1 > {outputs.one}
    outputs: { one: one.txt }
  slow:
    cmd: echo begins; until [ -e go ]; do sleep 0.05; done; echo ends; [ ! -e fail ] && cat {inputs.one} > {outputs.two}
    inputs: { one: first.one }
    outputs: { two: two.txt }
`,
};

describe('pipe log --task --follow', () => {
  test('prints what a task of the run that goes on prints, from its first line, and ends with the task', async () => {
    const project = newProject({ ...slow, begin: '' });
    const run = project.start('run');
    await run.until('first');
    const early = project.start('log', '--task', 'slow', '--follow');
    await early.until('begins');
    const late = project.start('log', '--task', 'slow', '--follow');
    await late.until('begins');
    project.write('go', '');
    for (const log of [early, late]) {
      const { status, out } = await log.ended;
      expect([status, out]).toEqual([0, 'begins\nends\n']);
    }
    expect((await run.ended).status).toBe(0);
  });

  test('waits for a task that has not begun, and says so', async () => {
    const project = newProject({ ...slow, go: '' });
    const run = project.start('run');
    await run.until('2 tasks');
    const log = project.start('log', '--task', 'slow', '--follow');
    await log.until('waiting for slow, with which the run has done nothing yet\n');
    project.write('begin', '');
    const { status, out } = await log.ended;
    expect([status, out]).toEqual([0, 'begins\nends\n']);
    await run.ended;
  });

  test('ends with status 1 where the task fails, and where its run is killed', async () => {
    const project = newProject({ ...slow, begin: '', fail: '' });
    const follow = async (): Promise<ReturnType<typeof project.start>> => {
      const log = project.start('log', '--task', 'slow', '--follow');
      await log.until('begins');
      return log;
    };
    const run = project.start('run');
    await run.until('first');
    const killed = await follow();
    run.child.kill('SIGKILL');
    expect((await killed.ended).status).toBe(1);
    const again = project.start('run');
    await again.until('2 tasks');
    const failed = await follow();
    project.write('go', '');
    const { status, out } = await failed.ended;
    expect([status, out]).toEqual([1, 'begins\nends\n']);
    await again.ended;
  });

  test('of a task that is over, it prints what the last run has of it', async () => {
    const project = newProject({ ...slow, begin: '', go: '' });
    await project.pipe('run');
    for (const args of [[], ['last']]) {
      const { status, out } = await project.pipe('log', ...args, '--task', 'slow', '--follow');
      expect([status, out]).toEqual([0, 'begins\nends\n']);
    }
    const { status, err } = await project.pipe('log', '--task', 'slaw', '--follow');
    expect([status, err]).toEqual([
      2,
      'error: that run did nothing with a task `slaw`\nhint: did you mean `slow`?\n',
    ]);
  });

  test('without a task there is nothing to follow', async () => {
    const { status, err } = await newProject(slow).pipe('log', '--follow');
    expect([status, err]).toEqual([
      2,
      "error: --follow goes with --task, and prints text\nhint: `pipe log --task 'train@seed=1' --follow`\n",
    ]);
  });
});
