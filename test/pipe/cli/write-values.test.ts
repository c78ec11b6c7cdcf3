import { expect, test } from 'vitest';
import { writtenValues } from '../../../lib/pipe/cli/write-values.ts';

const yaml = `# a study
params:
  train: { rate: 0.1, name: 'plain' } # inline
  list: # of seeds
    - 0
    - 1

  shared: &s { width: 8 }
  other: *s
  whole: { <<: *s, depth: 2 }
profiles:
  quick: { params: { train: { rate: 0.5 } } }
stages: {}
`;

function written(set: readonly string[], profile = 'default', text = yaml) {
  const values = writtenValues([{ manifest: { path: 'pipeline.yaml', text }, params: null, prefix: [] }], {
    profile,
    set,
  });
  return values.ok ? (values.files[0]?.text ?? text) : values.why;
}

test('a value is written where it stands, and every other letter stays', () => {
  expect(written(['train.rate=0.25'])).toBe(yaml.replace('rate: 0.1', 'rate: 0.25'));
  expect(written(['params.train.name=other'])).toBe(yaml.replace("'plain'", 'other'));
  expect(written(['train.name=a b, c'])).toBe(yaml.replace("'plain'", '"a b, c"'));
  expect(written(['train.name="#1"'])).toBe(yaml.replace("'plain'", '"#1"'));
  expect(written([])).toBe(yaml);
});

test('several values are written one after another, a list over its lines', () => {
  expect(written(['list=[5, 6]', 'train.rate=1'])).toBe(
    yaml.replace('- 0\n    - 1\n', '[5, 6]\n').replace('rate: 0.1', 'rate: 1'),
  );
  expect(written(['shared.width=9'])).toBe(yaml.replace('width: 8', 'width: 9'));
});

test('of a profile what the profile gives is written there, and what it takes over is not touched', () => {
  expect(written(['train.rate=2'], 'quick')).toBe(yaml.replace('rate: 0.5', 'rate: 2'));
  expect(written(['train.name=x'], 'quick')).toBe('the profile takes it from elsewhere');
});

test('what others share is not written for one of them', () => {
  expect(written(['other.width=9'])).toBe('it stands behind an alias that others share');
  expect(written(['other=1'])).toBe('it stands behind an alias that others share');
  expect(written(['whole.width=9'])).toBe('it stands behind an alias that others share');
  expect(written(['whole.depth=9'])).toBe(yaml.replace('depth: 2', 'depth: 9'));
});

test('a file of parameters is written, and the pipeline that names it is not', () => {
  const values = writtenValues(
    [
      {
        manifest: { path: 'pipeline.yaml', text: 'params: ./params.yaml\n' },
        params: { path: 'params.yaml', text: 'rate: 0.1\n# kept\n' },
        prefix: [],
      },
    ],
    { profile: 'default', set: ['rate=0.25'] },
  );
  expect(values).toEqual({ ok: true, files: [{ path: 'params.yaml', text: 'rate: 0.25\n# kept\n' }] });
});

const toml = `# all
seeds = [0, 1] # kept
name = 'plain'
train.momentum = 0.5
net = { width = 8 }

[train.optimizer]
rate = 0.1
"a b" = "x"

[[layers]]
size = 3
[[layers]]
size = 5
`;

function writtenToml(set: readonly string[]) {
  const values = writtenValues(
    [
      {
        manifest: { path: 'pipeline.yaml', text: 'params: ./p.toml\n' },
        params: { path: 'p.toml', text: toml },
        prefix: [],
      },
    ],
    { profile: 'default', set },
  );
  return values.ok ? (values.files[0]?.text ?? toml) : [values.path, values.why];
}

test('a TOML file of parameters gets values as TOML writes them, and keeps every other letter', () => {
  expect(writtenToml(['train.optimizer.rate=0.25', 'name=a "b"'])).toBe(
    toml.replace('rate = 0.1', 'rate = 0.25').replace("'plain'", String.raw`"a \"b\""`),
  );
  expect(writtenToml(['seeds=[2, a]', 'train.momentum=1e-9'])).toBe(
    toml.replace('[0, 1]', '[2, "a"]').replace('0.5', '1e-9'),
  );
  expect(writtenToml(['net={width: 4, "d d": [true]}', 'train.optimizer.a b=y'])).toBe(
    toml.replace('{ width = 8 }', '{ "width" = 4, "d d" = [true] }').replace('"x"', '"y"'),
  );
});

test('what TOML cannot hold, and a table that is written in parts, is not written', () => {
  expect(writtenToml(['name=null'])).toEqual(['p.toml', 'TOML has no null']);
  expect(writtenToml(['seeds=[1, null]'])).toEqual(['p.toml', 'TOML has no null']);
  for (const set of ['train={a: 1}', 'train.optimizer={rate: 2}', 'layers=[]']) {
    expect(writtenToml([set])).toEqual(['p.toml', 'it is a table there, written in parts']);
  }
});

test('a parameter of an included file is written where it stands, over the file or in it', () => {
  const inner = 'params: { rate: 0.1, width: 8 } # kept\n';
  const files = (top: string) => [
    { manifest: { path: 'pipeline.yaml', text: top }, params: null, prefix: [] },
    { manifest: { path: 'models/pipeline.yaml', text: inner }, params: null, prefix: ['models'] },
  ];
  const into = (top: string, set: readonly string[], profile = 'default') => {
    const values = writtenValues(files(top), { profile, set });
    return values.ok ? values.files : [values.path, values.why];
  };
  expect(into('params: {}\n', ['models.rate=0.5'])).toEqual([
    { path: 'models/pipeline.yaml', text: inner.replace('0.1', '0.5') },
  ]);
  expect(into('params: { models: { rate: 1 } }\n', ['models.rate=0.5', 'models.width=9'])).toEqual([
    { path: 'pipeline.yaml', text: 'params: { models: { rate: 0.5 } }\n' },
    { path: 'models/pipeline.yaml', text: inner.replace('8', '9') },
  ]);
  const quick = 'profiles: { quick: { params: { models: { rate: 2 } } } }\n';
  expect(into(quick, ['models.rate=3'], 'quick')).toEqual([
    { path: 'pipeline.yaml', text: quick.replace('2', '3') },
  ]);
  expect(into(quick, ['models.width=3'], 'quick')).toEqual([
    'models/pipeline.yaml',
    'the profile takes it from elsewhere',
  ]);
});
