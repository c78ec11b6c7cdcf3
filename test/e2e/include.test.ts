import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newProject } from './project.ts';

const files = {
  'pipeline.yaml': `version: 1
params: { word: hello }
include:
  - { file: parts/pipeline.yaml, prefix: parts }
  - { file: parts/pipeline.yaml, prefix: loud }
stages:
  all:
    cmd: cat {inputs.a} {inputs.b} > {outputs.text}
    inputs: { a: parts-end.text, b: loud-end.text }
    outputs: { text: all.txt }
`,
  'parts/pipeline.yaml': `version: 1
params: { times: 1 }
stages:
  begin:
    cmd: sh ./say.sh {params.times} {params.word} > {outputs.text}
    params: [times, word]
    inputs: { script: ./say.sh }
    outputs: { text: text.txt }
  end:
    cmd: cp {inputs.text} {outputs.text}
    inputs: { text: begin.text }
    outputs: { text: end/text.txt }
`,
  'parts/say.sh': 'i=0; while [ $i -lt "$1" ]; do echo "$2"; i=$((i + 1)); done\n',
};

test('a pipeline in several files runs, and says of each task what it is', async () => {
  const project = newProject(files);
  expect((await project.pipe('run', '--set', 'loud.times=2')).out).toContain('5 ran');
  expect(project.read('artifacts/all/all.txt')).toBe('hello\nhello\nhello\n');
  expect(project.read('artifacts/loud/end/text.txt')).toBe('hello\nhello\n');
  const status = await project.pipe('status', '--set', 'loud.times=3');
  expect(status.out).toContain('parameter loud.times changed: 2 -> 3');
  expect((await project.pipe('dag')).out).toContain('parts-begin');
  expect((await project.pipe('why', 'loud-begin')).out).toContain('parameter loud.times changed: 2 -> 1');
  expect((await project.pipe('show', 'parts-begin.text')).out).toContain('hello');
  project.write('parts/say.sh', `${files['parts/say.sh']}echo end\n`);
  expect((await project.pipe('run', '--set', 'loud.times=2')).out).toContain('5 ran');
});

test('tasks of a file that is included under another prefix are those that were made', async () => {
  const project = newProject(files);
  await project.pipe('run');
  project.write('pipeline.yaml', files['pipeline.yaml'].replaceAll('loud', 'other'));
  const { out } = await project.pipe('run');
  expect(out).toContain('other-begin  1 restored');
  expect(project.exists('artifacts/loud-begin')).toBe(false);
});

test('a change of an included file is seen by a run that has nothing else to do', async () => {
  const project = newProject(files);
  for (const path of ['parts/say.sh', 'parts/pipeline.yaml'])
    utimesSync(join(project.directory, path), 1_700_000_000, 1_700_000_000);
  for (let time = 0; time < 3; time++) await project.pipe('run');
  expect(project.exists('cache/local/standing')).toBe(true);
  expect((await project.pipe('run')).out).toContain('nothing to do: all 5 tasks');
  project.write('parts/pipeline.yaml', files['parts/pipeline.yaml'].replace('times: 1', 'times: 2'));
  expect((await project.pipe('run')).out).not.toContain('nothing to do');
  expect(project.read('artifacts/all/all.txt')).toBe('hello\nhello\nhello\nhello\n');
  project.remove('parts/pipeline.yaml');
  const { status, err } = await project.pipe('run');
  expect(status).toBe(2);
  expect(err).toContain('pipeline.yaml:4:13: error: parts/pipeline.yaml is not there, or no text');
});

test('`--watch` notices a change of an included file', async () => {
  const project = newProject(files);
  const running = project.start('run', '--watch', '--jobs', '1');
  const first = await running.until('for changes; Ctrl-C ends');
  project.write('parts/pipeline.yaml', files['parts/pipeline.yaml'].replace('times: 1', 'times: 2'));
  const all = await running.until('for changes; Ctrl-C ends', first.length);
  expect(all.slice(first.length)).toContain('changed: parts/pipeline.yaml\n');
  running.child.kill('SIGINT');
  await running.ended;
  expect(project.read('artifacts/all/all.txt')).toBe('hello\nhello\nhello\nhello\n');
});

test('the values of an experiment are written into the included file that has them', async () => {
  const project = newProject(files);
  await project.pipe('run', '--as', 'more', '--set', 'parts.times=2');
  expect((await project.pipe('experiment', 'apply', 'more')).status).toBe(2);
  const once = files['pipeline.yaml']
    .replace(/^ {2}- .*prefix: loud.*\n/m, '')
    .replace('b: loud-end.text', 'b: all-too.text');
  project.write(
    'pipeline.yaml',
    `${once}  all-too: { cmd: 'echo > {outputs.text}', outputs: { text: t.txt } }\n`,
  );
  expect((await project.pipe('run', '--as', 'one', '--set', 'parts.times=3')).status).toBe(0);
  expect((await project.pipe('experiment', 'apply', 'one')).status).toBe(0);
  expect(project.read('parts/pipeline.yaml')).toContain('params: { times: 3 }');
  expect(project.read('artifacts/all/all.txt')).toBe('hello\nhello\nhello\n\n');
});
