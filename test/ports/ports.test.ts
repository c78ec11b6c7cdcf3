import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject, type Project } from '../e2e/project.ts';
import { python } from '../pipe/python/project.ts';

/** A pipeline of this directory with the data that its script makes. */
function port(name: string, ...args: readonly string[]): Project {
  const project = newProject({});
  cpSync(join(import.meta.dirname, name), project.directory, { recursive: true });
  const made = spawnSync('python3', ['make-data.py', ...args], { cwd: project.directory, encoding: 'utf8' });
  expect(made.stderr).toBe('');
  return project;
}

function edit(project: Project, path: string, before: string, after: string): void {
  const text = project.read(path);
  expect(text).toContain(before);
  project.write(path, text.replace(before, after));
}

describe.skipIf(python === undefined)('example-get-started of DVC', () => {
  test('runs, and a comment in a helper runs nothing, while code runs what reaches it', async () => {
    const project = port('dvc-get-started', 'data.xml', '1');
    expect(await project.outcomes('run')).toEqual([
      'evaluate ran',
      'featurize ran',
      'prepare ran',
      'train ran',
    ]);
    const metrics = JSON.parse(project.read('artifacts/evaluate/eval/metrics.json')) as Record<
      string,
      object
    >;
    expect(Object.keys(metrics)).toEqual(['train', 'test']);
    edit(project, 'src/common.py', '# One row a line.', '# A row is a line.');
    edit(project, 'src/text.py', 'In lower case.', 'In small letters.');
    expect(await project.outcomes('run')).toEqual([]);
    // Of what only the model's users import, `prepare` and `featurize` know nothing.
    edit(project, 'src/model.py', 'return 1 / (1 + math.exp(', 'return 1 / (1.0 + math.exp(');
    expect((await project.pipe('why', 'evaluate')).out).toContain(
      'code changed: src/model.py (Logistic.probability)',
    );
    expect(await project.outcomes('run')).toEqual(['evaluate ran', 'train ran']);
    edit(project, 'src/text.py', 'text.lower()', 'text');
    expect(await project.outcomes('run')).toContain('featurize ran');
  });

  test('runs what a parameter reaches, and restores what was there', async () => {
    const project = port('dvc-get-started', 'data.xml', '1');
    await project.pipe('run');
    edit(project, 'params.json', '"rounds": 60', '"rounds": 80');
    expect(await project.outcomes('run')).toEqual(['evaluate ran', 'train ran']);
    edit(project, 'params.json', '"rounds": 80', '"rounds": 60');
    expect(await project.outcomes('run')).toEqual(['evaluate restored', 'train restored']);
  });
});

describe.skipIf(python === undefined)('the tutorial of Snakemake', () => {
  test('runs, and a sample more runs its own tasks and what gathers them', async () => {
    const project = port('snakemake-tutorial', '.');
    const each = (name: string, samples: string) =>
      samples.split('').map((sample) => `${name}@sample=${sample} ran`);
    expect(await project.outcomes('run')).toEqual(
      ['call ran', ...each('map', 'AB'), 'plot ran', ...each('sort', 'AB')].sort(),
    );
    expect(project.read('artifacts/calls/all.tsv').split('\n').length).toBeGreaterThan(15);
    edit(project, 'pipeline.yaml', 'samples: [A, B]', 'samples: [A, B, C]');
    expect(await project.outcomes('run')).toEqual(
      ['call ran', ...each('map', 'C'), 'plot ran', ...each('sort', 'C')].sort(),
    );
  });

  test('runs nothing for a comment in a module, and for its code the tasks whose scripts import it', async () => {
    const project = port('snakemake-tutorial', '.');
    await project.pipe('run');
    edit(project, 'scripts/sequences.py', '"""Files of sequences."""', '"""Files with sequences."""');
    edit(project, 'scripts/map_reads.py', 'SEED = 12\n', 'SEED = 12  # letters\n');
    expect(await project.outcomes('run')).toEqual([]);
    edit(project, 'scripts/sequences.py', 'lines[at][1:]', 'lines[at][1:].upper()');
    const ran = await project.outcomes('run');
    expect(ran.filter((line) => line.endsWith(' ran'))).toEqual([
      'call ran',
      'map@sample=A ran',
      'map@sample=B ran',
    ]);
  });
});
