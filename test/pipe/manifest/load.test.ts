import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../../lib/pipe/json.ts';
import { loadManifest, type LoadOptions } from '../../../lib/pipe/manifest/load.ts';
import type { Manifest } from '../../../lib/pipe/manifest/manifest.ts';

function load(text: string, options: Partial<LoadOptions> = {}): Manifest {
  const loaded = loadManifest(text, { file: 'pipeline.yaml', ...options });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics, null, 2));
  return loaded.manifest;
}

const study = readFileSync('pipeline.yaml', 'utf8');

const small = `
version: 1
params:
  name: images
  half: data/\${name}
  seeds: [0, 1]
  train: { rate: 0.1, schedule: { epochs: [1, 2], factor: 0.1 } }
profiles:
  default: { params: { name: small } }
  slow: { params: { train: { schedule: { factor: 0.5 } } } }
stages:
  train:
    cmd: echo \${HOME} {seed}
    params: [train.schedule.factor, name]
    matrix: { seed: '\${seeds}' }
    inputs:
      data: '\${half}/x.csv'
      none: { path: null }
      given: { path: '/data/\${name}', external: true }
    outputs: { model: model.txt, many: many/, fixed: 'models/{seed}.txt' }
  other:
    use: ./stages/other.ts
    params: { rate: '\${train.rate}', text: 'rate \${train.rate}', raw: '$\${x}', list: [1, '\${seeds}'] }
    inputs: { a: train.model, b: { glob: './notes/**/*.md' } }
`;

describe('loadManifest', () => {
  test('reads the pipeline of this repository under each of its profiles', () => {
    const names = ['data', 'train', 'checkpoint', 'select', 'reference', 'attribute', 'score', 'plot'];
    expect(load(study).stages.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
    const cifar = load(study, { profile: 'cifar10' });
    expect(cifar.artifacts).toBe('artifacts/cifar10');
    expect(cifar.params).toMatchObject({ datasets: ['cifar10'], models: ['resnet-20'] });
  });

  test('a stage has just the parameters it names, under their own keys', () => {
    const [train] = load(small).stages;
    expect(train!.params).toEqual({ train: { schedule: { factor: 0.1 } }, name: 'small' });
  });

  test('a reference takes a value of any type, and inside a text becomes part of it', () => {
    const other = load(small).stages[1]!;
    expect(other.params).toEqual({ rate: 0.1, text: 'rate 0.1', raw: '${x}', list: [1, [0, 1]] });
  });

  test('a command keeps its dollars', () => {
    expect(load(small).stages[0]!.work).toEqual({
      kind: 'cmd',
      command: 'echo ${HOME} {seed}',
      cwd: '',
      shell: 'sh',
    });
  });

  test('parameters may refer to parameters, of the profile too', () => {
    expect(load(small).params['half']).toBe('data/small');
    expect(load(small, { profile: 'slow' }).params['half']).toBe('data/images');
  });

  test('a profile is merged deeply; another than the default one has a directory of its own', () => {
    const slow = load(small, { profile: 'slow' });
    expect(slow.params['train']).toEqual({ rate: 0.1, schedule: { epochs: [1, 2], factor: 0.5 } });
    expect([slow.artifacts, load(small).artifacts]).toEqual(['artifacts/slow', 'artifacts']);
  });

  test('inputs and outputs are what their short forms mean', () => {
    const [train, other] = load(small).stages;
    expect(train!.inputs.map(({ source }) => source)).toEqual([
      { kind: 'path', path: 'data/small/x.csv', external: false },
      { kind: 'path', path: null, external: false },
      { kind: 'path', path: '/data/small', external: true },
    ]);
    expect(train!.outputs).toEqual([
      { name: 'model', path: 'train/{axes}/model.txt', directory: false },
      { name: 'many', path: 'train/{axes}/many', directory: true },
      { name: 'fixed', path: 'models/{seed}.txt', directory: false },
    ]);
    expect(other!.inputs.map(({ source }) => source)).toEqual([
      { kind: 'output', stage: 'train', output: 'model', gather: [], at: {} },
      { kind: 'glob', pattern: 'notes/**/*.md' },
    ]);
    expect(other!.work).toEqual({ kind: 'use', module: 'stages/other.ts' });
  });

  test('anchors, aliases and merge keys are those of YAML', () => {
    const { stages } = load(`
version: 1
stages:
  a: &a { cmd: touch x, retries: 2, outputs: { out: out.txt } }
  b: { <<: *a, retries: 3 }
`);
    expect(stages.map(({ retries }) => retries)).toEqual([2, 3]);
  });

  const given = { name: 'n', seeds: [0], train: { rate: 0.1, schedule: { epochs: [1] } } };
  test.each([
    ['with the prefix `params.`', 'params.train.rate=5', ['train', 'rate'], 5],
    ['without it', 'train.rate=5', ['train', 'rate'], 5],
    ['as YAML', 'seeds=[3, {a: x}]', ['seeds'], [3, { a: 'x' }]],
    ['as nothing', 'name=', ['name'], null],
    ['with more `=`', 'name=a=b', ['name'], 'a=b'],
    ['replacing a mapping', 'train.schedule={a: 1}', ['train', 'schedule'], { a: 1 }],
  ])('--set gives a value %s', (_, set, path, value) => {
    const text = stringify({ version: 1, params: given, stages: { a: { cmd: 'touch x' } } });
    const { params } = load(text, { sets: [set] });
    expect(path.reduce<Json | undefined>((held, key) => (held as JsonObject)[key], params)).toEqual(value);
  });

  test('setting a parameter and then setting it back changes nothing', () => {
    const before = load(small);
    const rate = fc.oneof(
      // Beyond these, whole numbers are refused for not being exact.
      fc.double({ noNaN: true, min: -(2 ** 52), max: 2 ** 52 }),
      fc.boolean(),
      fc.array(fc.integer()),
    );
    fc.assert(
      fc.property(rate, (value) => {
        const sets = [`train.rate=${JSON.stringify([value])}`, 'train.rate=0.1'];
        expect(load(small, { sets })).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  test('the order of keys within a mapping of parameters does not matter', () => {
    const key = fc.stringMatching(/^[a-z]{1,6}$/);
    const tree = fc.dictionary(
      key,
      fc.dictionary(key, fc.oneof(fc.integer(), fc.boolean(), fc.constant(null))),
    );
    fc.assert(
      fc.property(tree, (params) => {
        const reversed = Object.fromEntries(Object.entries(params).reverse());
        const stages = { a: { cmd: 'touch x', params: Object.keys(params) } };
        const text = (held: object): string => stringify({ version: 1, params: held, stages });
        expect(load(text(reversed))).toEqual(load(text(params)));
        expect(load(text(params)).stages[0]!.params).toEqual(params);
      }),
      { numRuns: 50 },
    );
  });
});
