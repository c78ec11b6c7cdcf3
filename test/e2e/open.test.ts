import { expect, test } from 'vitest';
import { newProject } from './project.ts';

const yaml = `version: 1
stages:
  draw:
    cmd: echo '<svg/>' > {outputs.curve}
    outputs: { curve: curve.svg }
  table:
    cmd: echo '<svg/>' > {outputs.table}
    outputs: { table: table.svg }
  count:
    cmd: cat {inputs.table} > {outputs.lines}
    inputs: { table: table.table }
    outputs: { lines: lines.txt }
  page:
    cmd: mkdir {outputs.page}/more && tee {outputs.log} < {inputs.curve} > {outputs.page}/index.html && cp {inputs.curve} {outputs.page}/more/a.svg
    inputs: { curve: draw.curve }
    outputs: { page: ./shown/, log: log.html }
    open: page
`;

test('a run ends by naming what is opened, before figures that nothing else reads', async () => {
  const project = newProject({ 'pipeline.yaml': yaml });
  project.write('pipeline.yaml', yaml.replace('mkdir', 'exit 3; mkdir'));
  const { out, status } = await project.pipe('run', 'page');
  expect(status).toBe(1);
  expect(out).not.toContain('open:');
  project.write('pipeline.yaml', yaml);
  const after = await project.pipe('run', '--force');
  expect(after.out.slice(after.out.indexOf('open:'))).toBe(
    'open: artifacts/shown/index.html\nfigures:\n  artifacts/draw/curve.svg\n  artifacts/page/log.html\n',
  );
  expect((await project.pipe('run')).out).toMatch(/^nothing to do/);
});

test('of a directory without an index, and of a file, the output itself is named', async () => {
  const project = newProject({
    'pipeline.yaml': `version: 1
stages:
  folder: { cmd: 'echo > {outputs.all}/a.txt', outputs: { all: all/ }, open: all }
  file: { cmd: 'echo > {outputs.page}', outputs: { page: 'page-{n}.html' }, matrix: { n: [1, 2] }, open: page }
`,
  });
  const { out } = await project.pipe('run');
  const named = out.split('\n').filter((line) => line.startsWith('open: '));
  expect(named.sort()).toEqual([
    'open: artifacts/file/n=1/page-1.html',
    'open: artifacts/file/n=2/page-2.html',
    'open: artifacts/folder/all',
  ]);
  expect(out).not.toContain('figures:');
});

test('an output that the stage does not have is pointed at', async () => {
  const project = newProject({ 'pipeline.yaml': yaml.replace('open: page', 'open: pgae') });
  const { err, status } = await project.pipe('run');
  expect(err).toContain('the stage has no output `pgae`');
  expect(err).toContain('did you mean `page`?');
  expect(status).toBe(2);
});
