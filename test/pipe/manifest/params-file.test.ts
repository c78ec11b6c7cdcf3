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
    ['of another kind', pipeline.replace('params.yaml', 'params.toml'), 'is no file of parameters'],
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
