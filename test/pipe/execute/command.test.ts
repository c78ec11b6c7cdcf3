import { existsSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { TestProject } from '../run/project.ts';

/** Stages that run these commands, each of which has an output `text`. */
function withCommands(commands: Readonly<Record<string, string>>): TestProject {
  const stages = Object.entries(commands).map(
    ([name, command]) => `  ${name}: { cmd: ${JSON.stringify(command)}, outputs: { text: text } }`,
  );
  return new TestProject({ 'pipeline.yaml': `version: 1\nstages:\n${stages.join('\n')}\n` });
}

function printed(project: TestProject, task: string, stream: 'out' | 'err'): string[] {
  return project.events.flatMap((event) =>
    event.type === 'task-log' && event.task === task && event.stream === stream ? [event.text] : [],
  );
}

describe('what a command prints', () => {
  test('arrives whole and in order on both streams, however much it is', async () => {
    const project = withCommands({
      it: 'seq 1 100000 & seq 200001 300000 >&2; wait; printf last; touch {outputs.text}',
    });
    expect(await project.run()).toEqual({ it: 'ran' });
    const numbers = (from: number) => Array.from({ length: 100_000 }, (_, i) => String(from + i));
    expect(printed(project, 'it', 'out')).toEqual([...numbers(1), 'last']);
    expect(printed(project, 'it', 'err')).toEqual(numbers(200_001));
  });

  test('is heard while it runs', async () => {
    const project = withCommands({
      it: 'echo waiting; until test -e go; do sleep 0.02; done; touch {outputs.text}',
    });
    const running = project.run();
    await vi.waitUntil(() => printed(project, 'it', 'out').length > 0, { timeout: 20_000 });
    project.write({ go: '' });
    expect(await running).toEqual({ it: 'ran' });
  });

  test('is its own, though commands take turns on the same streams', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `it${i}`);
    const project = withCommands(
      Object.fromEntries(
        names.map((name) => [
          name,
          `printf 'out of ${name}'; printf 'err of ${name}' >&2; touch {outputs.text}`,
        ]),
      ),
    );
    await project.run();
    for (const name of names) {
      expect(printed(project, name, 'out')).toEqual([`out of ${name}`]);
      expect(printed(project, name, 'err')).toEqual([`err of ${name}`]);
    }
  });
});

test('a command that writes to $PIPE_PROGRESS has its progress among the events, with numbers as fields', async () => {
  const project = withCommands({
    it: 'echo "1/2 epochs loss=0.5" >> "$PIPE_PROGRESS"; echo \'{"epoch": 2, "loss": NaN}\' >> "$PIPE_PROGRESS"; touch {outputs.text}',
    quiet: 'touch {outputs.text}',
  });
  expect(await project.run()).toEqual({ it: 'ran', quiet: 'ran' });
  const said = project.events.flatMap((event) => (event.type === 'task-progress' ? [event] : []));
  expect(said).toMatchObject([
    { task: 'it', done: 1, total: 2, unit: 'epochs', note: 'loss 0.5', numbers: { loss: 0.5 } },
    {
      task: 'it',
      done: 0,
      total: 0,
      unit: '',
      note: 'epoch 2, loss no number',
      numbers: { epoch: 2, loss: null },
    },
  ]);
});

describe('a command that ends', () => {
  test('takes what it left in the background with it', async () => {
    const project = withCommands({
      it: '(sleep 0.3; touch late) & touch {outputs.text}',
      next: 'sleep 0.6; touch {outputs.text}',
    });
    expect(await project.run({ jobs: 1 })).toEqual({ it: 'ran', next: 'ran' });
    expect(existsSync(project.path('late'))).toBe(false);
  });

  test('does not wait for a daemon that holds its streams', async () => {
    const daemon = `process.on('SIGHUP', () => 0); require('fs').writeFileSync('daemon', String(process.pid)); setInterval(() => 0, 1000)`;
    const detach = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(daemon)}], { detached: true, stdio: 'inherit' }).unref()`;
    const project = withCommands({
      it: 'node detach.cjs; until test -s daemon; do sleep 0.02; done; touch {outputs.text}',
    });
    project.write({ 'detach.cjs': detach });
    try {
      expect(await project.run()).toEqual({ it: 'ran' });
    } finally {
      process.kill(Number(project.read('daemon')), 'SIGKILL');
    }
  });

  test('leaves its place to the next before its outputs are put away', async () => {
    const project = withCommands({ one: 'touch {outputs.text}', two: 'touch {outputs.text}' });
    await project.run({ jobs: 1 });
    const told = project.events.flatMap((event) =>
      event.type === 'task-started' || event.type === 'task-finished' ? [`${event.type} ${event.task}`] : [],
    );
    expect(told.indexOf('task-started two')).toBeLessThan(told.indexOf('task-finished one'));
  });

  test('and wrote a large file does not hold up the next while that is hashed and copied', async () => {
    const project = withCommands({
      large: 'truncate -s 256M {outputs.text}',
      small: 'touch {outputs.text}',
    });
    await project.run({ jobs: 1 });
    expect(project.outcomes().map(([task]) => task)).toEqual(['small', 'large']);
    expect(await project.states()).toEqual({});
  });

  test('without its output lets nothing more begin', async () => {
    const project = withCommands({ one: 'true', two: 'touch begun {outputs.text}' });
    expect(await project.run({ jobs: 1 })).toEqual({ one: 'failed', two: 'skipped' });
    expect(existsSync(project.path('begun'))).toBe(false);
  });
});
