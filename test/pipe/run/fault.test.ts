import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../store/temporary.ts';
import { fractions, kills, nightly, patience, start as startProgram } from './kills.ts';
import { smallStudy, TestProject } from './project.ts';

function start(project: TestProject, env?: NodeJS.ProcessEnv) {
  return startProgram(project, ['run', '--json', '--jobs', '2'], env);
}

async function runToTheEnd(project: TestProject): Promise<number> {
  const startedAt = Date.now();
  const { exit } = start(project);
  expect(await exit).toEqual([0, null]);
  return Date.now() - startedAt;
}

describe('after SIGKILL at any instant', () => {
  test('the next run ends with the lock of one that was never killed', { timeout: patience }, async () => {
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

describe('two projects that share a cache', () => {
  test(
    'run in it at once, one of them killed and started again, and both are right',
    { timeout: patience },
    async () => {
      const whole = new TestProject(smallStudy);
      const ms = await runToTheEnd(whole);
      const random = fractions(2);
      for (let kill = 0; kill < Math.ceil(kills / 5); kill++) {
        const env = { ...process.env, PIPE_CACHE_DIR: temporaryDirectory() };
        const [one, two] = [new TestProject(smallStudy), new TestProject(smallStudy)];
        const [first, second] = [start(one, env), start(two, env)];
        await sleep(random.next().value * ms);
        first.child.kill('SIGKILL');
        await first.exit;
        const again = start(one, env);
        expect(await Promise.all([again.exit, second.exit])).toEqual([
          [0, null],
          [0, null],
        ]);
        for (const project of [one, two]) {
          expect(project.read('pipe.lock')).toBe(whole.read('pipe.lock'));
          expect(project.read('artifacts/all/report/sub/lines')).toBe(
            whole.read('artifacts/all/report/sub/lines'),
          );
          expect(readdirSync(project.path('cache'))).toEqual(['local']);
        }
      }
    },
  );
});

/** Project-relative files that the program keeps for itself. */
function kept(project: TestProject): string[] {
  const entries = readdirSync(project.path('cache'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/runs/'))
    .map((entry) => join(entry.parentPath, entry.name));
}

test(
  'whatever file of the cache was cut short, the next run ends with the same lock',
  { timeout: patience },
  async () => {
    const project = new TestProject(smallStudy);
    await project.run();
    const lock = project.read('pipe.lock');
    const files = [...kept(project), project.path('pipe.lock')];
    const random = fractions(3);
    for (const file of files.filter((_, index) => nightly || index % 6 === 0)) {
      chmodSync(file, 0o644);
      truncateSync(file, Math.floor(statSync(file).size * random.next().value));
      project.write({ 'in.txt': 'other\n' });
      await project.run();
      project.write({ 'in.txt': 'in\n' });
      expect(Object.values(await project.run())).not.toContain('failed');
      expect(project.read('pipe.lock')).toBe(lock);
      expect(project.read('artifacts/first/first.txt')).toBe('in\n');
    }
  },
);

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

  test.each(damages)('and %s is not what the next task reads', async (_, damage) => {
    const whole = new TestProject(smallStudy);
    whole.edit('pipeline.yaml', '[1, 2, 3]', '[1, 2, 3, 7]');
    await whole.run();
    for (const artifacts of ['kept', 'lost']) {
      const project = new TestProject(smallStudy);
      await project.run();
      for (const { outputs } of project.load().graph.tasks.filter(({ stage }) => stage.name === 'chain')) {
        const file = project.path(outputs[0]!.path);
        const hex = createHash('sha256').update(readFileSync(file)).digest('hex');
        const blob = project.path(`cache/store/sha256/${hex.slice(0, 2)}/${hex.slice(2)}`);
        // Both sides of the chain may have written the same bytes.
        if (!existsSync(blob)) continue;
        chmodSync(blob, 0o644);
        damage(blob);
        if (artifacts === 'lost') rmSync(file);
      }
      project.edit('pipeline.yaml', '[1, 2, 3]', '[1, 2, 3, 7]');
      expect(Object.values(await project.run())).not.toContain('failed');
      expect(project.read('pipe.lock')).toBe(whole.read('pipe.lock'));
      expect(project.read('artifacts/chain/side=left/step=7/text.txt')).toBe(
        whole.read('artifacts/chain/side=left/step=7/text.txt'),
      );
    }
  });
});
