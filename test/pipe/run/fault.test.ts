import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { smallStudy, TestProject } from './project.ts';

const program = join(import.meta.dirname, '../../../dist/pipe.js');
/** The nightly form asks for more. */
const kills = Number(process.env['PIPE_TEST_KILLS'] ?? 10);

/** Random, and the same every time. */
function* fractions(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

function start(project: TestProject) {
  const child = spawn(process.execPath, [program, 'run', '--json', '--jobs', '2'], {
    cwd: project.directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, exit };
}

async function runToTheEnd(project: TestProject): Promise<number> {
  const startedAt = Date.now();
  const { exit } = start(project);
  expect(await exit).toEqual([0, null]);
  return Date.now() - startedAt;
}

describe('after SIGKILL at any instant', () => {
  test('the next run ends with the lock of one that was never killed', async () => {
    const whole = new TestProject(smallStudy);
    const ms = await runToTheEnd(whole);
    const random = fractions(1);
    for (let kill = 0; kill < kills; kill++) {
      const project = new TestProject(smallStudy);
      const { child, exit } = start(project);
      await sleep(random.next().value * ms);
      child.kill('SIGKILL');
      await exit;
      await runToTheEnd(project);
      expect(project.read('pipe.lock')).toBe(whole.read('pipe.lock'));
      expect(project.read('artifacts/all/report/sub/lines')).toBe(
        whole.read('artifacts/all/report/sub/lines'),
      );
      expect(readdirSync(project.path('cache/work'))).toEqual([]);
      expect(await project.states()).toEqual({});
    }
  });

  test('finished tasks are not repeated', async () => {
    const project = new TestProject({
      ...smallStudy,
      'pipeline.yaml': smallStudy['pipeline.yaml']!.replace(
        'cat {inputs.source}',
        'echo x >> ran; cat {inputs.source}',
      ).replace('wc -l', 'test -e go || sleep 60; wc -l'),
    });
    const { child, exit } = start(project);
    for await (const chunk of child.stdout) if (String(chunk).includes('"count@')) break;
    child.kill('SIGKILL');
    await exit;
    project.write({ go: '' });
    const outcomes = await project.run();
    expect(outcomes['first'] ?? 'fresh').not.toBe('ran');
    expect(project.read('ran')).toBe('x\n');
  });
});

test('two runs at once in one project: one waits, and both are right', async () => {
  const project = new TestProject(smallStudy);
  const runs = [start(project), start(project), start(project)];
  expect(await Promise.all(runs.map(({ exit }) => exit))).toEqual(runs.map(() => [0, null]));
  expect(await project.states()).toEqual({});
  const logs = readdirSync(project.path('cache/local/runs')).map((run) =>
    project.read(`cache/local/runs/${run}/events.ndjson`),
  );
  const ran = logs.flatMap((log) => log.match(/"type":"ran"/g) ?? []);
  expect(ran).toHaveLength(project.load().graph.tasks.length);
});

describe('a blob that is damaged', () => {
  const damages: [string, (path: string) => void][] = [
    [
      'truncated',
      (path) => {
        truncateSync(path, Math.floor(statSync(path).size / 2));
      },
    ],
    [
      'flipped in one bit',
      (path) => {
        const bytes = readFileSync(path);
        bytes[0]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
    [
      'removed',
      (path) => {
        rmSync(path);
      },
    ],
  ];

  test.each(damages)('and %s is never served: the run ends with the same lock', async (_, damage) => {
    const project = new TestProject(smallStudy);
    await project.run();
    const lock = project.read('pipe.lock');
    const report = project.read('artifacts/all/report/sub/lines');
    const store = project.path('cache/store/sha256');
    for (const fan of readdirSync(store)) {
      for (const name of readdirSync(join(store, fan))) {
        chmodSync(join(store, fan, name), 0o644);
        damage(join(store, fan, name));
      }
    }
    rmSync(project.path('artifacts'), { recursive: true });
    // What one task wrote anew may be what another is known to give.
    expect(await project.run()).toMatchObject({ first: 'ran', 'chain@side=left,step=3': 'ran', all: 'ran' });
    expect(project.read('pipe.lock')).toBe(lock);
    expect(project.read('artifacts/all/report/sub/lines')).toBe(report);
  });
});
