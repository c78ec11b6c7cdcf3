import { describe, expect, test } from 'vitest';
import { loadPipeline } from '../../../lib/pipe/graph/load.ts';
import { formatDiagnostic } from '../../../lib/pipe/report/diagnostic.ts';
import { styleFor } from '../../../lib/pipe/report/style.ts';

const style = styleFor({ isTTY: false, env: {}, noColor: true });

const pipeline = `version: 1
params: ./config/params.yaml
profiles: { quick: { params: { train: { rate: 0.5 } } } }
stages:
  train:
    cmd: ./train {params.train.rate}
    params: [train.rate]
    matrix: { seed: '\${seeds}' }
`;

function load(files: Readonly<Record<string, string>>, text = pipeline, options = {}) {
  return loadPipeline(text, { file: 'pipeline.yaml', read: (path) => files[path] ?? null, ...options });
}

function mistakes(files: Readonly<Record<string, string>>, text = pipeline): string {
  const loaded = load(files, text);
  const all = loaded.ok ? loaded.warnings : loaded.diagnostics;
  return all.map((each) => formatDiagnostic(each, text, style)).join('\n');
}

const yaml = 'seeds: [0, 1]\ntrain: { rate: 0.1, rates: [1] }\n';

describe('a file of parameters', () => {
  test.each([
    ['YAML', 'config/params.yaml', yaml],
    ['JSON', 'config/params.json', '{\n\t"seeds": [0, 1],\n\t"train": { "rate": 0.1, "rates": [1] }\n}\n'],
    ['TOML', 'config/params.toml', '# of all\nseeds = [0, 1]\n[train]\nrate = 0.1\nrates = [1]\n'],
  ])('in %s gives the parameters, under profiles and `--set`', (_, path, text) => {
    const manifest = pipeline.replace('config/params.yaml', path);
    const rate = (options = {}) => {
      const loaded = load({ [path]: text }, manifest, options);
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
      expect(loaded.manifest.paramsFile).toBe(path);
      return [loaded.graph.tasks.length, loaded.manifest.stages[0]!.params];
    };
    expect(rate()).toEqual([2, { train: { rate: 0.1 } }]);
    expect(rate({ profile: 'quick' })).toEqual([2, { train: { rate: 0.5 } }]);
    expect(rate({ sets: ['train.rate=0.2', 'seeds=[3]'] })).toEqual([1, { train: { rate: 0.2 } }]);
  });

  describe('in TOML', () => {
    const toml = (text: string): string =>
      mistakes({ 'p.toml': text }, pipeline.replace('./config/params.yaml', './p.toml'));

    test.each([
      ['seeds = [0,\n  0]\ntrain.rate = 1\n', 'p.toml:2:3: error: `0` is twice on the axis `seed`'],
      ['seeds = "${sedes}"\n[train]\nrate = 1\n', 'p.toml:1:10: error: there is no parameter `sedes`'],
      ['seeds = [0]\n[train]\nrate = "${x}"\n', 'p.toml:3:9: error: there is no parameter `x`'],
      [
        'seeds = [0]\ntrain = { rate = 2020-01-01 }\n',
        'p.toml:2:18: error: a date or a time cannot be a parameter',
      ],
      ['seeds = [0]\ntrain = { rate = nan }\n', 'p.toml:2:18: error: a number has to be finite'],
      ['seeds = [0\ntrain = 1\n', 'p.toml:'],
      ['seeds = [0]\nseeds = [1]\n', 'p.toml:2:'],
      ['seeds = [9007199254740993]\n', 'p.toml:1:'],
    ])('%j is told at its place', (text, said) => {
      expect(toml(text)).toContain(said);
    });

    test('tables, arrays of them, dotted and quoted keys and long texts keep their places', () => {
      const text = `"a.b" = '''
one
two''' # a comment with [ and =
seeds = [0]
[[runs]]
name = "x"
[[runs]]
name = "]"
[runs.more]
"deep key".er = [ [1], # first
  [ "\${none}" ] ]
[train]
rate = 1
`;
      expect(toml(text)).toContain('p.toml:11:6: error: there is no parameter `none`');
    });
  });

  test('has its own mistakes, and those that it leads to, at their place in it', () => {
    expect(mistakes({ 'config/params.yaml': 'seeds: [0, 0]\ntrain: { rate: 0.1 }\n' })).toBe(
      `config/params.yaml:1:12: error: \`0\` is twice on the axis \`seed\`
    1 │ seeds: [0, 0]
      │            ^`,
    );
    expect(mistakes({ 'config/params.yaml': 'seeds: [0\ntrain: 1\n' })).toContain('config/params.yaml:');
    expect(mistakes({ 'config/params.yaml': '- 1\n' })).toContain(
      'config/params.yaml:1:1: error: parameters are a mapping of names to values',
    );
    expect(mistakes({ 'config/params.yaml': 'seeds: "${sedes}"\ntrain: { rate: 1 }\n' })).toContain(
      'config/params.yaml:1:9: error: ',
    );
  });

  test.each([
    ['that is not there', pipeline, 'pipeline.yaml:2:9: error: config/params.yaml is not there, or no text'],
    ['of another kind', pipeline.replace('params.yaml', 'params.ini'), 'is no file of parameters'],
    [
      'outside the project',
      pipeline.replace('./config', '../config'),
      '`../config/params.yaml` leaves the project',
    ],
  ])('%s is refused where it is named', (_, text, message) => {
    expect(mistakes({}, text)).toContain(message);
  });

  test('that is empty has no parameters', () => {
    const text = 'version: 1\nparams: p.yaml\nstages: { a: { cmd: ./a } }\n';
    expect(load({ 'p.yaml': '' }, text).ok).toBe(true);
  });
});
