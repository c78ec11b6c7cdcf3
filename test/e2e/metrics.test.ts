import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';

const trained = {
  'pipeline.yaml': `version: 1
params: { rate: 0.5, seeds: [0, 1] }
stages:
  train:
    cmd: |
      printf 'epoch,loss\\n1,0.9\\n2,%s\\n' {params.rate} > {outputs.log}
      printf '{"acc": 0.%s, "rate": %s}' {seed} {params.rate} > {outputs.pages}/summary.json
      printf 'accuracy: 0.%s\\n' {seed} > {outputs.scores}
    params: [rate]
    matrix: { seed: '\${seeds}' }
    outputs: { log: log.csv, pages: pages/, scores: scores.yaml, other: other.json }
    metrics: { log: { fields: [loss], rows: last }, scores: {}, pages/summary.json: { fields: [rate] } }
    plots: [pages]
`,
};
// One more output, of which nothing is declared.
const files = {
  'pipeline.yaml': trained['pipeline.yaml'].replace(
    '    params: [rate]\n',
    "      echo '[1]' > {outputs.other}\n    params: [rate]\n",
  ),
};

async function built(): Promise<Project> {
  const project = newProject(files);
  expect((await project.pipe('run')).status).toBe(0);
  return project;
}

describe('metrics', () => {
  test('shows what stages declare, a row for each task', async () => {
    const project = await built();
    expect(await project.pipe('metrics')).toEqual({
      out: `\
train
  seed  loss  accuracy  rate
     0   0.5         0   0.5
     1   0.5       0.1   0.5
`,
      err: '',
      status: 0,
    });
    expect((await project.pipe('metrics', 'train@seed=1', '--csv')).out).toBe(`\
stage,seed,output,metric,value
train,1,log,loss,0.5
train,1,scores,accuracy,0.1
train,1,pages/summary.json,rate,0.5
`);
    expect(JSON.parse((await project.pipe('metrics', '--json')).out)).toContainEqual({
      task: 'train@seed=1',
      stage: 'train',
      axes: { seed: 1 },
      output: 'scores',
      metrics: { accuracy: 0.1 },
    });
    expect((await project.pipe('metrics', '--markdown')).out).toContain(
      '| seed | loss | accuracy | rate |\n| --- | --- | --- | --- |\n| 0 | 0.5 | 0 | 0.5 |\n',
    );
    expect((await project.pipe('metrics', '--csv', '--json')).err).toContain('--json and --csv');
  });

  test('tells of a field that is not there, of a file that is no table, and of what was not built', async () => {
    const project = newProject(files);
    expect((await project.pipe('metrics')).err).toContain('none of these was built yet');
    project.write('pipeline.yaml', files['pipeline.yaml'].replace('fields: [loss]', 'fields: [lss]'));
    await project.pipe('run');
    const { err, status } = await project.pipe('metrics');
    expect(err).toContain('note: train.log has no number `lss`; did you mean `loss`? (2 times)\n');
    expect(status).toBe(0);
    project.write('pipeline.yaml', files['pipeline.yaml'].replace(/ {4}metrics.*\n/, ''));
    expect((await project.pipe('metrics')).err).toContain('no stage declares `metrics`');
  });

  test('another declaration makes nothing stale', async () => {
    const project = await built();
    project.write('pipeline.yaml', files['pipeline.yaml'].replace('rows: last', 'rows: first'));
    expect(await project.outcomes('run')).toEqual([]);
    expect((await project.pipe('metrics')).out).toContain(' 0.9 ');
  });
});

test('a run names the plots that are declared, and no other figure', async () => {
  const project = newProject({
    'pipeline.yaml': `version: 1
stages:
  draw: { cmd: 'for f in {outputs}; do echo x > $f; done', outputs: { a: a.svg, b: b.svg }, plots: [b] }
`.replace('for f in {outputs}; do echo x > $f; done', 'echo > {outputs.a}; echo > {outputs.b}'),
  });
  const { out } = await project.pipe('run');
  expect(out).toContain('artifacts/draw/b.svg');
  expect(out).not.toContain('artifacts/draw/a.svg');
});

test('diff compares the declared metrics, whatever their format, and no others', async () => {
  const project = await built();
  project.write('old.lock', project.read('pipe.lock'));
  await project.pipe('run', '--set', 'params.rate=0.25');
  const { metrics } = JSON.parse((await project.pipe('diff', 'old.lock', '--json')).out) as {
    metrics: unknown[];
  };
  expect(metrics).toEqual(
    ['train@seed=0', 'train@seed=1'].flatMap((task) => [
      { task, output: 'log', metric: 'loss', before: 0.5, after: 0.25 },
      { task, output: 'pages/summary.json', metric: 'rate', before: 0.5, after: 0.25 },
    ]),
  );
});
