import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { lastRuns, runDirectories } from '../../../lib/pipe/run/past-runs.ts';
import { echoStage, TestProject } from './project.ts';

const files = {
  'in.txt': 'in\n',
  'lib/greeting.ts': "export const greeting = 'hello';\n",
  'stages/echo.ts': echoStage,
  'pipeline.yaml': `
version: 1
params: { word: one }
stages:
  it: { use: stages/echo.ts, params: [word], inputs: { source: ./in.txt }, outputs: { text: text } }
`,
};

/** Every small file in which pipe keeps something for the next run. */
function notes(project: TestProject): string[] {
  const local = project.path('cache/local');
  const found = readdirSync(local, { recursive: true, encoding: 'utf8' });
  return found.filter((name) => /^(standing|[a-z.]+\.json|.*\.stat|code\/.*\.json)$/.test(name));
}

test.each(['', 'null\n', '0', '[null]', '{}', '[["x",null]]'])(
  'whatever pipe kept for the next run counts as absent when it reads %j',
  async (content) => {
    const project = new TestProject(files);
    const question = digestOf('all');
    for (let time = 0; time < 3; time++) await project.ask({ question });
    const lock = project.read('pipe.lock');
    expect(notes(project).length).toBeGreaterThanOrEqual(5);
    for (const name of notes(project)) {
      writeFileSync(project.path(join('cache/local', name)), content);
      const summary = await project.ask({ question });
      expect([name, summary]).toMatchObject([name, { type: 'finished', failed: 0, unsaved: null }]);
    }
    expect(project.read('pipe.lock')).toBe(lock);
  },
);

test.each([
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  [
    'a device without an end',
    (path: string) => {
      symlinkSync('/dev/zero', path);
    },
  ],
  [
    'a directory',
    (path: string) => {
      mkdirSync(path);
    },
  ],
])('so does %s in its place', async (_, put) => {
  const project = new TestProject(files);
  const question = digestOf('all');
  for (let time = 0; time < 3; time++) await project.ask({ question });
  for (const name of notes(project).map((note) => project.path(join('cache/local', note)))) {
    rmSync(name, { recursive: true, force: true });
    put(name);
    const summary = await project.ask({ question });
    expect([name, summary]).toMatchObject([name, { type: 'finished', failed: 0 }]);
  }
});

test('a bit that has turned in what is known of files makes no other file of them', async () => {
  const project = new TestProject(files);
  utimesSync(project.path('in.txt'), 1, 1);
  await project.run();
  const lock = project.read('pipe.lock');
  const [file, digest] = [project.path('cache/local/files.stat'), digestOf('in\n')];
  const bytes = readFileSync(file);
  const at = bytes.indexOf(digest);
  expect(at).toBeGreaterThan(0);
  bytes[at + 70]! ^= 1;
  writeFileSync(file, bytes);
  expect(await project.run()).toEqual({});
  expect(project.read('pipe.lock')).toBe(lock);
});

test('lines of a log that are damaged are left out of what past runs say', async () => {
  const project = new TestProject(files);
  await project.run();
  const runs = project.path('cache/local/runs');
  const log = join(runDirectories(runs)[0]!, 'events.ndjson');
  const lines = readFileSync(log, 'utf8').split('\n');
  writeFileSync(log, ['null', '0', '{"type":7}', '{"ty', ...lines].join('\n'));
  expect(lastRuns(runs, new Set(['it'])).get('it')).toMatchObject({ outcome: { type: 'ran' } });
});
