import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';

/** Training by a command that reads another's output, and leaves a line in `ran` each time that it runs. */
const files = {
  'pipeline.yaml': `version: 1
params:
  rate: 0.5 # halved later
  train: { seed: 0, name: plain }
stages:
  data: { cmd: 'echo data >> ran; echo 1 > {outputs.d}', outputs: { d: d.txt } }
  train:
    cmd: |
      echo train >> ran
      printf '{"loss": %s, "seed": %s}' {params.rate} {params.train.seed} > {outputs.scores}
      cp {inputs.d} {outputs.out}/copy
    params: [rate, train]
    inputs: { d: data.d }
    outputs: { scores: scores.json, out: out/ }
    metrics: [scores]
`,
  '.gitignore': 'artifacts/\ncache/\nnode_modules\n',
};

async function built(): Promise<Project> {
  const project = newProject(files);
  expect((await project.pipe('run')).status).toBe(0);
  return project;
}

const scores = 'train/scores.json';

describe('an experiment', () => {
  test('has artifacts and a lock of its own, and leaves those of the project alone', async () => {
    const project = await built();
    const before = project.results();
    const { status } = await project.pipe('run', '--as', 'low', '--set', 'rate=0.25');
    expect(status).toBe(0);
    expect(project.read(`artifacts/.experiments/low/${scores}`)).toContain('"loss": 0.25');
    expect(project.exists('experiments/low/pipe.lock')).toBe(true);
    const after = Object.entries(project.results()).filter(
      ([path]) => !/^(?:artifacts\/\.experiments|experiments|ran)/.test(path),
    );
    expect(Object.fromEntries(after)).toEqual(
      Object.fromEntries(Object.entries(before).filter(([path]) => path !== 'ran')),
    );
    // What does not depend on the value was not run again.
    expect(project.read('ran')).toBe('data\ntrain\ntrain\n');
    expect(await project.outcomes('run')).toEqual([]);
  });

  test('whose actions are known is restored and does not run, commands that read outputs among them', async () => {
    const project = await built();
    expect(await project.outcomes('run', '--as', 'same')).toEqual(['data restored', 'train restored']);
    await project.pipe('run', '--as', 'low', '--set', 'rate=0.25');
    expect(await project.outcomes('run', '--set', 'rate=0.25')).toEqual(['train restored']);
  });

  test('is asked about by its name in all commands', async () => {
    const project = await built();
    await project.pipe('run', '--as', 'low', '--set', 'params.rate=0.25');
    expect((await project.pipe('status', '--as', 'low')).out).toContain('nothing to do');
    expect((await project.pipe('status', '--as', 'low', '--set', 'train.seed=1')).out).toContain('to run');
    expect((await project.pipe('metrics', '--as', 'low', '--csv')).out).toContain('train,scores,loss,0.25\n');
    expect((await project.pipe('show', 'train.scores', '--as', 'low')).out).toContain('.experiments/low');
    expect((await project.pipe('why', 'train', '--as', 'low')).out).toContain('last: ran');
    expect((await project.pipe('log')).out).toMatch(/ low .* 1 ran, 1 restored/);
    expect((await project.pipe('log', 'last')).out).toContain('experiment  low\n');
    project.remove('artifacts/.experiments');
    expect((await project.pipe('restore', '--as', 'low')).out).toContain('restored 3 outputs');
    expect(project.read(`artifacts/.experiments/low/${scores}`)).toContain('"loss": 0.25');
  });

  test('goes on under its name with the values that it has, and takes no others', async () => {
    const project = await built();
    await project.pipe('run', '--as', 'low', '--set', 'rate=0.25');
    expect(await project.outcomes('run', '--as', 'low')).toEqual([]);
    expect(await project.outcomes('run', '--as', 'low', '--set', 'params.rate=0.25')).toEqual([]);
    const other = await project.pipe('run', '--as', 'low', '--set', 'rate=0.125');
    expect(other.err).toBe(`\
error: there is an experiment \`low\`, with rate=0.25
hint: give another name, or take it away first: pipe experiment remove low
`);
    expect(other.status).toBe(2);
    expect((await project.pipe('status', '--as', 'lw')).err).toContain('did you mean `low`?');
    expect((await project.pipe('run', '--as', '../low')).err).toContain('cannot name an experiment');
    expect((await project.pipe('run', '--as', 'workspace')).err).toContain('that is the project itself');
    project.write('experiments/mine/notes.txt', 'mine');
    expect((await project.pipe('run', '--as', 'mine')).err).toContain('no experiment of pipe');
    expect(project.read('experiments/mine/notes.txt')).toBe('mine');
  });

  test('keeps in the store what it needs, until it is removed', async () => {
    const project = await built();
    await project.pipe('run', '--as', 'low', '--set', 'rate=0.25');
    expect((await project.pipe('gc')).out).toContain('that 2 locks need');
    expect((await project.pipe('status', '--as', 'low')).out).toContain('nothing to do');
    expect((await project.pipe('experiment', 'remove', 'low')).out).toContain('removed 1 experiment');
    expect(project.exists('experiments/low')).toBe(false);
    expect(project.exists('artifacts/.experiments/low')).toBe(false);
    expect((await project.pipe('gc')).out).toMatch(/freed .* 1 result that no lock needs/);
  });

  test('applied becomes the project: values in place, artifacts, lock, and nothing left to run', async () => {
    const project = await built();
    await project.pipe('run', '--as', 'low', '--set', 'rate=0.25', '--set', 'train.name="a, b"');
    expect((await project.pipe('experiment', 'apply', 'low')).out).toMatch(
      /^applied low: .*\npipeline\.yaml now has rate=0\.25, train\.name="a, b"\n$/,
    );
    expect(project.read('pipeline.yaml')).toBe(
      files['pipeline.yaml'].replace('rate: 0.5', 'rate: 0.25').replace('name: plain', 'name: "a, b"'),
    );
    expect(project.read(`artifacts/${scores}`)).toContain('"loss": 0.25');
    expect(await project.outcomes('run')).toEqual([]);
  });

  test('applied writes its values into a TOML file of parameters, too', async () => {
    const toml = '# all\nrate = 0.5 # halved later\n[train]\nseed = 0\nname = "plain"\n';
    const named = files['pipeline.yaml'].replace(/params:\n.*\n.*\n/, 'params: ./params.toml\n');
    const project = newProject({ 'pipeline.yaml': named, 'params.toml': toml });
    await project.pipe('run', '--as', 'low', '--set', 'rate=0.25', '--set', 'train.name="a, b"');
    const applied = await project.pipe('experiment', 'apply', 'low');
    expect(applied.out).toMatch(/^applied low: .*\nparams\.toml now has rate=0\.25, /);
    expect(project.read('params.toml')).toBe(
      toml.replace('rate = 0.5', 'rate = 0.25').replace('"plain"', '"a, b"'),
    );
    expect(await project.outcomes('run')).toEqual([]);
    await project.pipe('run', '--as', 'other', '--set', 'train={seed: 1, name: x}');
    const { err, status } = await project.pipe('experiment', 'apply', 'other');
    expect(err).toContain('cannot be written into params.toml: it is a table there, written in parts');
    expect(status).toBe(2);
  });

  test('is listed, renamed and exported whole', async () => {
    const project = await built();
    expect((await project.pipe('experiment', 'list')).out).toContain('no experiments yet');
    await project.pipe('run', '--as', 'low', '--set', 'rate=0.25');
    await project.pipe('experiment', 'rename', 'low', 'best');
    expect((await project.pipe('experiment', 'list')).out).toMatch(/\nbest +\d{4}-.* finished +rate=0.25\n/);
    expect((await project.pipe('status', '--as', 'best')).out).toContain('nothing to do');
    expect((await project.pipe('experiment', 'export', 'best', 'out')).out).toContain('3 outputs');
    expect(project.read('out/artifacts/train/out/copy')).toBe('1\n');
    expect(project.read('out/metrics.csv')).toContain('train,scores,loss,0.25\n');
    expect(JSON.parse(project.read('out/params.json'))).toMatchObject({ rate: 0.25 });
    expect((await project.pipe('experiment', 'export', 'best', 'out')).err).toContain('out is there already');
    expect((await project.pipe('experiment', 'rename', 'best')).err).toContain('takes the name');
    expect((await project.pipe('experiment', 'apply', 'low')).err).toContain('no experiment `low`');
  });

  test('is no input of patterns, and no change to the project in git', async () => {
    const project = newProject({
      ...files,
      'pipeline.yaml': `${files['pipeline.yaml']}  list: { cmd: 'ls {inputs.all} > {outputs.l}', inputs: { all: { glob: '**/*.json' } }, outputs: { l: l.txt } }\n`,
      'a.json': '{}',
    });
    await project.pipe('run');
    await project.pipe('run', '--as', 'low', '--set', 'rate=0.25');
    expect(await project.outcomes('run')).toEqual([]);
    expect(project.read('artifacts/.experiments/low/list/l.txt')).toBe('a.json\n');
    const git = (...args: string[]) => execFileSync('git', args, { cwd: project.directory });
    git('init', '-q');
    git('add', 'pipeline.yaml', '.gitignore', 'a.json', 'ran');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'a');
    await project.pipe('run', '--as', 'low');
    const record = JSON.parse(project.read(join('experiments', 'low', 'experiment.json'))) as object;
    expect(record).toMatchObject({ revision: { dirty: false }, state: 'finished' });
  });
});
