import { expect, test } from 'vitest';
import { newProject } from './project.ts';

const PIPELINE = `version: 1
params: { draw: false }
stages:
  count:
    cmd: wc -l < {inputs.file} > {outputs.count}
    matrix: { sample: { glob: data/*.csv } }
    inputs: { file: 'data/{sample}.csv' }
    outputs: { count: count.txt }
  draw:
    cmd: cat {inputs.counts} > {outputs.all}
    when: \${draw}
    inputs: { counts: { from: count.count, gather: [sample] } }
    outputs: { all: all.txt }
`;

test('a file that is added is a task more, and a file that is gone a task less', async () => {
  const project = newProject({ 'pipeline.yaml': PIPELINE, 'data/a.csv': '1\n', 'data/b.csv': '1\n2\n' });
  expect(await project.outcomes('run')).toEqual(['count@sample=a ran', 'count@sample=b ran']);
  expect(await project.outcomes('run')).toEqual([]);
  project.write('data/c.csv', '1\n');
  expect(await project.outcomes('run')).toEqual(['count@sample=c ran']);
  project.remove('data/a.csv');
  expect(await project.outcomes('run')).toEqual([]);
  expect(project.exists('artifacts/count/sample=a/count.txt')).toBe(false);
  expect(project.exists('artifacts/count/sample=c/count.txt')).toBe(true);
  project.remove('data');
  const { status, err } = await project.pipe('run');
  expect(status).toBe(2);
  expect(err).toContain('pipeline.yaml:6:31: error: no file matches `data/*.csv`');
});

test('status, dag and a name on the command line say that a stage is left out, and by what', async () => {
  const project = newProject({ 'pipeline.yaml': PIPELINE, 'data/a.csv': '1\n' });
  const said = 'left out: draw (its `when` does not hold)';
  expect((await project.pipe('status')).out).toContain(said);
  expect((await project.pipe('dag')).out).toContain(said);
  expect(JSON.parse((await project.pipe('status', '--json')).out)).toMatchObject({
    leftOut: [{ name: 'draw', by: 'when' }],
  });
  const named = await project.pipe('run', 'draw');
  expect(named.status).toBe(2);
  expect(named.err).toContain('the stage `draw` has no tasks: its `when` does not hold');
  expect(await project.outcomes('run', '--set', 'draw=true')).toEqual(
    ['count ran', 'draw ran'].map((line) => line.replace('count', 'count@sample=a')),
  );
});
