import { expect, describe, test } from 'vitest';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import { stageAction, type StageFacts } from '../../../lib/pipe/plan/action.ts';
import { formatDiagnostic } from '../../../lib/pipe/report/diagnostic.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';

const style = styleFor({ isTTY: false, env: {}, noColor: true });

type Files = Readonly<Record<string, string>>;
type Options = Partial<Parameters<typeof loadPipeline>[1]>;

function load({ 'pipeline.yaml': text = '', ...files }: Files, options: Options = {}) {
  const read = (path: string): string | null => files[path] ?? null;
  return loadPipeline(text, { file: 'pipeline.yaml', read, ...options });
}

function said(files: Files, options: Options = {}): string[] {
  const loaded = load(files, options);
  const all = loaded.ok ? loaded.warnings : loaded.diagnostics;
  return all.map((each) => formatDiagnostic(each, files['pipeline.yaml']!, style));
}

/** Without the excerpts. */
function titles(files: Files, options: Options = {}): string[] {
  return said(files, options).map((text) => text.split('\n')[0]!);
}

function loaded(files: Files, options: Options = {}) {
  const pipeline = load(files, options);
  if (!pipeline.ok) throw new Error(said(files, options).join('\n'));
  expect(pipeline.warnings).toEqual([]);
  return pipeline;
}

const models = `version: 1
params: { rate: 0.1, runs: [0, 1] }
stages:
  train:
    use: train.ts
    params: [rate]
    matrix: { seed: '\${runs}' }
    inputs: { words: ./words.txt, all: data.out }
    outputs: { model: model.json, figure: 'figures/{axes}/loss.svg' }
  eval:
    cmd: ./eval {inputs.model} > {outputs.score}
    after: [train]
    inputs: { model: train.model }
    outputs: { score: score.txt }
`;

const top = `version: 1
include: [{ file: models/pipeline.yaml, prefix: models }]
stages:
  data: { cmd: './data > {outputs.out}', outputs: { out: out.csv } }
  best: { cmd: 'cat {inputs.scores}', inputs: { scores: { from: models-eval.score, gather: [seed] } } }
`;

const both = { 'pipeline.yaml': top, 'models/pipeline.yaml': models };

describe('an included file with a prefix', () => {
  test('has its stages under it, and their paths relative to its own directory', () => {
    const { manifest, graph } = loaded(both);
    expect(manifest.stages.map(({ name }) => name)).toEqual(['data', 'best', 'models-train', 'models-eval']);
    const [, , train, evaluation] = manifest.stages;
    expect(train!.work).toEqual({ kind: 'use', module: 'models/train.ts' });
    expect(evaluation!.work).toMatchObject({ cwd: 'models' });
    expect(evaluation!.after).toEqual(['models-train']);
    expect(train!.inputs.map(({ source }) => source)).toEqual([
      { kind: 'path', path: 'models/words.txt', external: false },
      { kind: 'output', stage: 'data', output: 'out', gather: [], at: {} },
    ]);
    expect(graph.byId.get('models-train@seed=1')!.outputs.map(({ path }) => path)).toEqual([
      'artifacts/models-train/seed=1/model.json',
      'artifacts/models/figures/seed=1/loss.svg',
    ]);
  });

  test('has parameters under it, which the including file, its profiles and `--set` go over', () => {
    const rates = (text: string, options: Options = {}) => {
      const { manifest } = loaded({ ...both, 'pipeline.yaml': text }, options);
      return manifest.stages.find(({ name }) => name === 'models-train')!.params;
    };
    expect(rates(top)).toEqual({ rate: 0.1 });
    const over = `${top}params: { own: 0.2, models: { rate: '\${own}' } }
profiles: { quick: { params: { models: { rate: 0.3 } } } }\n`;
    expect(rates(over)).toEqual({ rate: 0.2 });
    expect(rates(over, { profile: 'quick' })).toEqual({ rate: 0.3 });
    expect(rates(over, { profile: 'quick', sets: ['models.rate=0.4'] })).toEqual({ rate: 0.4 });
    expect(rates(top, { sets: ['params.models.rate=0.5'] })).toEqual({ rate: 0.5 });
  });

  test('names its own stages and parameters first, then those of the file that includes it', () => {
    const inner = `version: 1
params: { rate: '\${base}' }
stages:
  data: { cmd: 'echo {params.rate} {params.shared} > {outputs.out}', params: [rate, shared], outputs: { out: o } }
  read: { cmd: 'cat {inputs.own} {inputs.other}', inputs: { own: data.out, other: other.out } }
`;
    const { manifest } = loaded({
      'pipeline.yaml': `version: 1
params: { rate: 9, base: 2, shared: 3 }
include: [{ file: inner.yaml, prefix: inner }]
stages:
  data: { cmd: 'echo > {outputs.out}', outputs: { out: o } }
  other: { cmd: 'echo > {outputs.out}', outputs: { out: o } }
`,
      'inner.yaml': inner,
    });
    const [, , data, read] = manifest.stages;
    expect(data!.params).toEqual({ rate: 2, shared: 3 });
    expect(read!.inputs.map(({ source }) => 'stage' in source && source.stage)).toEqual([
      'inner-data',
      'other',
    ]);
  });

  test('can be included twice, and includes others, whose prefixes come after its own', () => {
    const { manifest } = loaded({
      'pipeline.yaml': `version: 1
include:
  - { file: a/a.yaml, prefix: one }
  - { file: a/a.yaml, prefix: two }
params: { two: { deep: { rate: 7 } } }
`,
      'a/a.yaml': 'version: 1\ninclude: [{ file: b/b.yaml, prefix: deep }, ../c.yaml]\n',
      'a/b/b.yaml':
        'version: 1\nparams: { rate: 1 }\nstages: { it: { cmd: "./it", params: [rate], inputs: { x: ../x.txt } } }\n',
      'c.yaml': 'version: 1\nstages: { plain: { cmd: pwd } }\n',
    });
    expect(
      manifest.stages.map(({ name, work, params }) => [name, 'cwd' in work && work.cwd, params]),
    ).toEqual([
      ['one-deep-it', 'a/b', { rate: 1 }],
      ['one-plain', '', {}],
      ['two-deep-it', 'a/b', { rate: 7 }],
      ['two-plain', '', {}],
    ]);
    expect(manifest.stages[0]!.inputs[0]!.source).toMatchObject({ path: 'a/x.txt' });
    expect(manifest.included).toEqual([
      { path: 'a/a.yaml', prefix: ['one'], params: null },
      { path: 'a/b/b.yaml', prefix: ['one', 'deep'], params: null },
      { path: 'c.yaml', prefix: ['one'], params: null },
      { path: 'a/a.yaml', prefix: ['two'], params: null },
      { path: 'a/b/b.yaml', prefix: ['two', 'deep'], params: null },
      { path: 'c.yaml', prefix: ['two'], params: null },
    ]);
  });

  test('chooses paths by axes relative to itself, and those of files found for an axis where they lie', () => {
    const { graph, manifest } = loaded(
      {
        'pipeline.yaml': 'version: 1\ninclude: [{ file: m/p.yaml, prefix: m }]\n',
        'm/p.yaml': `version: 1
params:
  set: { a: { path: a.csv }, b: { path: /data/b.csv }, c: { path: null } }
stages:
  read:
    cmd: ./read
    matrix: { set: [a, b, c], file: { glob: 'in/*.txt' } }
    params: [{ chosen: '\${set.{set}.path}' }]
    inputs:
      chosen: { path: '\${set.{set}.path}', external: true }
      file: { path: '\${file.path}' }
      beside: ./beside-{set}.txt
      all: { glob: 'more/{set}/*.csv' }
`,
      },
      { list: (pattern) => (pattern === 'm/in/*.txt' ? ['m/in/one.txt'] : []) },
    );
    expect(manifest.globs).toEqual(['m/in/*.txt']);
    const read = (id: string) => graph.byId.get(id)!.inputs.map(({ sources }) => sources[0]);
    expect(read('m-read@set=a,file=one')).toEqual([
      { kind: 'path', path: 'm/a.csv', external: true },
      { kind: 'path', path: 'm/in/one.txt', external: false },
      { kind: 'path', path: 'm/beside-a.txt', external: false },
      { kind: 'glob', pattern: 'm/more/a/*.csv' },
    ]);
    expect(read('m-read@set=b,file=one')[0]).toMatchObject({ path: '/data/b.csv' });
    expect(graph.byId.get('m-read@set=a,file=one')!.params.values).toEqual({ chosen: 'a.csv' });
  });

  test('says its own shell, interpreter and variables, and takes from the including file what it does not say', () => {
    const { manifest } = loaded({
      'pipeline.yaml': `version: 1
shell: bash
python: .venv
passEnv: [TOKEN]
resources: { licence: 2 }
include: [a/a.yaml, { file: b/b.yaml, prefix: b }]
stages: { own: { cmd: python x.py } }
`,
      'a/a.yaml': 'version: 1\nstages: { a: { cmd: python x.py, resources: { licence: 1 } } }\n',
      'b/b.yaml':
        'version: 1\nshell: zsh\npython: .venv\npassEnv: [PROXY]\nresources: { licence: 2, seat: 1 }\nstages: { b: { cmd: python x.py } }\n',
    });
    expect(
      manifest.stages.map(({ name, work, code, passEnv }) => [
        name,
        'shell' in work && work.shell,
        code?.python,
        code?.entries[0]?.name,
        passEnv,
      ]),
    ).toEqual([
      ['own', 'bash', '.venv', 'x.py', ['TOKEN']],
      ['a', 'bash', '.venv', 'a/x.py', ['TOKEN']],
      ['b-b', 'zsh', 'b/.venv', 'b/x.py', ['TOKEN', 'PROXY']],
    ]);
    expect(manifest.resources).toEqual({ licence: 2, seat: 1 });
  });

  test('gives tasks the fingerprint that they have where the same is written in the project’s own file', () => {
    const facts: StageFacts = { code: null, packages: {}, toolchain: {}, env: {} };
    const actions = (files: Files, name: string) => {
      const stage = loaded(files).manifest.stages.find((each) => each.name === name)!;
      return stageAction(stage, stage.params, facts);
    };
    const stage = (cwd: string, path: string) => `stages:
  it: { cmd: './it {inputs.x} {params.rate}'${cwd}, params: [rate], inputs: { x: ${path} }, outputs: { o: o.txt } }
`;
    const params = 'version: 1\nparams: { rate: 0.1 }\n';
    expect(
      actions(
        {
          'pipeline.yaml': 'version: 1\ninclude: [{ file: sub/p.yaml, prefix: sub }]\n',
          'sub/p.yaml': params + stage('', './x.txt'),
        },
        'sub-it',
      ),
    ).toEqual(actions({ 'pipeline.yaml': params + stage(', cwd: sub', './sub/x.txt') }, 'it'));
  });
});

test('a file without a prefix is as if it stood in the file that includes it', () => {
  const { manifest } = loaded({
    'pipeline.yaml': `version: 1
params: { rate: 2 }
include: [more.yaml]
stages: { a: { cmd: 'cat {inputs.b}', inputs: { b: b.out } } }
`,
    'more.yaml': `version: 1
params: { width: 3 }
stages: { b: { cmd: 'echo {params.rate} > {outputs.out}', params: [rate, width], outputs: { out: x/b.txt } } }
`,
  });
  const [, b] = manifest.stages;
  expect(b).toMatchObject({ name: 'b', params: { rate: 2, width: 3 }, outputs: [{ path: 'x/b.txt' }] });
});

test('parameters of an included file can stand in a file of their own, beside it', () => {
  const files = {
    'pipeline.yaml': 'version: 1\ninclude: [{ file: m/p.yaml, prefix: m }]\n',
    'm/p.yaml': 'version: 1\nparams: values.toml\nstages: { it: { cmd: "./it", params: [rate] } }\n',
    'm/values.toml': 'rate = 0.5\nother = "${rte}"\n',
  };
  expect(titles(files)).toEqual(['m/values.toml:2:10: error: there is no parameter `rte`']);
  const { manifest } = loaded({ ...files, 'm/values.toml': 'rate = 0.5\n' });
  expect(manifest.stages[0]!.params).toEqual({ rate: 0.5 });
  expect(manifest.included).toEqual([{ path: 'm/p.yaml', prefix: ['m'], params: 'm/values.toml' }]);
});

describe('a mistake is told where it is written', () => {
  const including = 'version: 1\ninclude: [{ file: m/p.yaml, prefix: m }]\n';
  const inner = (text: string, more: Files = {}) =>
    titles({ 'pipeline.yaml': including, 'm/p.yaml': `version: 1\n${text}`, ...more });

  test('with the line of the included file under it', () => {
    expect(
      said({
        'pipeline.yaml': including,
        'm/p.yaml': 'version: 1\nstages:\n  a: { cmd: pwd, inputs: { x: b.out } }\n',
      }),
    ).toEqual([
      `m/p.yaml:3:31: error: there is no stage \`b\`
    3 │   a: { cmd: pwd, inputs: { x: b.out } }
      │                               ^
      = stages: \`m-a\`; a file is \`./b.out\``,
    ]);
  });

  test.each([
    ['a key', 'stages:\n  a: { cmd: pwd, input: {} }\n', 'm/p.yaml:3:18: error: unknown key `input`'],
    [
      'a key at the top',
      'stages: { a: { cmd: pwd } }\nparam: {}\n',
      'm/p.yaml:3:1: error: unknown key `param`',
    ],
    ['no stages', 'params: {}\n', 'm/p.yaml:1:1: error: `stages` is missing'],
    ['stages that are none', 'stages: []\n', 'm/p.yaml:2:9: error: expected a mapping, got a list'],
    ['YAML', 'stages: { a: { cmd: pwd }\n', 'm/p.yaml:2:9: error: `{` is not closed'],
    [
      'a parameter',
      'stages:\n  a: { cmd: pwd, params: [rte] }\n',
      'm/p.yaml:3:27: error: there is no parameter `rte`',
    ],
    [
      'a reference',
      "params: { rate: '${rte}' }\nstages: { a: { cmd: pwd } }\n",
      'm/p.yaml:2:18: error: there is no parameter `rte`',
    ],
    [
      'a path that leaves the project',
      'stages:\n  a: { use: ../../a.ts }\n',
      'm/p.yaml:3:13: error: `../a.ts` leaves the project',
    ],
    ['a shell', 'shell: python3\nstages: { a: { cmd: pwd } }\n', 'm/p.yaml:2:8: error: `python3` is none of'],
    [
      'a circle of stages',
      'stages:\n  a: { cmd: "x > {outputs.o}", inputs: { i: a.o }, outputs: { o: o } }\n',
      'm/p.yaml:3:45: error: stages need each other in a circle: m-a → m-a',
    ],
    [
      'what only the project can say',
      'remote: https://example.org/cache\nstages: { a: { cmd: pwd } }\n',
      'm/p.yaml:2:1: warning: `remote` of m/p.yaml does not count',
    ],
    [
      'a file that is not there',
      'include: [q.yaml]\n',
      'm/p.yaml:2:11: error: m/q.yaml is not there, or no text',
    ],
    [
      'a file outside',
      'include: [../../q.yaml]\n',
      'm/p.yaml:2:11: error: `../../q.yaml` leaves the project',
    ],
    [
      'a circle of files',
      'include:\n  - { file: ../pipeline.yaml, prefix: x }\n',
      'm/p.yaml:3:13: error: files include each other in a circle: pipeline.yaml → m/p.yaml → pipeline.yaml',
    ],
    [
      'a file that includes itself',
      'include: [p.yaml]\n',
      'm/p.yaml:2:11: error: files include each other in a circle',
    ],
    ['a prefix', 'include: [{ file: q.yaml, prefix: a.b }]\n', 'm/p.yaml:2:35: error: `a.b` cannot name'],
  ])('%s', (_, text, title) => {
    const found = inner(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(title);
  });

  test('an axis value that a catalogue of the file does not have, where the axis is', () => {
    expect(
      inner(`params: { model: { small: { width: 1 } } }
stages:
  a: { cmd: pwd, matrix: { model: [small, wide] }, params: [{ m: '\${model.{model}}' }] }
`),
    ).toEqual(['m/p.yaml:4:43: error: `m.model` has no entry `wide`; it has `small`']);
  });

  test('a stage that is there already, in both files', () => {
    const files = {
      'pipeline.yaml':
        'version: 1\ninclude: [a.yaml, { file: b.yaml, prefix: b }]\nstages:\n  b-it: { cmd: pwd }\n',
      'a.yaml': 'version: 1\nstages:\n  b-it: { cmd: pwd }\n',
      'b.yaml': 'version: 1\nstages: { it: { cmd: pwd } }\n',
    };
    expect(titles(files)).toEqual([
      'a.yaml:3:3: error: there is a stage `b-it` already, in pipeline.yaml:4',
      'b.yaml:2:11: error: there is a stage `b-it` already, in pipeline.yaml:4',
    ]);
  });

  test('a file that is included twice, and one that includes itself by way of others', () => {
    const it = 'version: 1\nstages: { it: { cmd: pwd } }\n';
    expect(
      titles({
        'pipeline.yaml':
          'version: 1\ninclude:\n  - a.yaml\n  - { file: ./b.yaml, prefix: p }\n  - ./a.yaml\n',
        'a.yaml': it,
        'b.yaml': 'version: 1\ninclude: [c.yaml]\n',
        'c.yaml': 'version: 1\ninclude: [b.yaml]\n',
      }),
    ).toEqual([
      'pipeline.yaml:5:5: error: a.yaml is included already, in pipeline.yaml:3',
      'c.yaml:2:11: error: files include each other in a circle: b.yaml → c.yaml → b.yaml',
    ]);
  });

  test('a parameter that two files without a prefix give', () => {
    expect(
      titles({
        'pipeline.yaml': 'version: 1\nparams: { rate: 1 }\ninclude: [a.yaml]\n',
        'a.yaml': 'version: 1\nparams: { rate: 2 }\nstages: { it: { cmd: pwd } }\n',
      }),
    ).toEqual(['a.yaml:2:11: error: there is a parameter `rate` already, in pipeline.yaml']);
  });

  test('a parameter given over an included file that it does not have, or that is no mapping', () => {
    const over = (params: string) =>
      titles({
        'pipeline.yaml': `${including}params: ${params}\n`,
        'm/p.yaml': 'version: 1\nparams: { rate: 1 }\nstages: { it: { cmd: pwd } }\n',
      });
    expect(over('{ m: { rte: 2 } }')).toEqual([
      'pipeline.yaml:3:16: warning: m/p.yaml has no parameter `rte`, which is set here',
    ]);
    expect(over('{ m: 2 }')).toEqual([
      'pipeline.yaml:3:14: error: `m` holds the parameters of m/p.yaml, and has to be a mapping',
    ]);
  });

  test('two amounts of one resource', () => {
    expect(
      titles({
        'pipeline.yaml': `${including}resources: { seat: 1 }\n`,
        'm/p.yaml': 'version: 1\nresources: { seat: 2 }\nstages: { it: { cmd: pwd } }\n',
      }),
    ).toEqual(['m/p.yaml:2:20: error: there are 1 of `seat` in a file that includes this, or before it']);
  });

  test('in the file first that comes first, whatever its line', () => {
    expect(
      titles({
        'pipeline.yaml':
          'version: 1\ninclude: [a.yaml, b.yaml]\n\n\nstages: { it: { cdm: pwd, cmd: pwd } }\n',
        'a.yaml': 'version: 1\n\n\nstages: { a: { cdm: pwd, cmd: pwd } }\n',
        'b.yaml': 'version: 1\nstages: { b: { cdm: pwd, cmd: pwd } }\n',
      }).map((title) => title.split(':')[0]),
    ).toEqual(['pipeline.yaml', 'a.yaml', 'b.yaml']);
  });
});

test('what `when` asks of a parameter is looked for in the file first', () => {
  const { graph } = loaded({
    'pipeline.yaml': 'version: 1\nparams: { draw: false }\ninclude: [{ file: m/p.yaml, prefix: m }]\n',
    'm/p.yaml': `version: 1
params: { draw: true, kinds: { a: { on: 1 }, b: { on: 2 } } }
stages:
  it: { cmd: pwd, when: ['\${draw}', { 'params.kinds.{kind}.on': 2 }], matrix: { kind: [a, b] } }
`,
  });
  expect(graph.tasks.map(({ id }) => id)).toEqual(['m-it@kind=b']);
});
