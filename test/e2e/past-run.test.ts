import { chmodSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newProject, type Project } from './project.ts';

const files = {
  'pipeline.yaml': `version: 1
params: { rate: 0.5, other: 1 }
stages:
  train:
    cmd: |
      printf '{"loss": %s}' {params.rate} > {outputs.scores}
      mkdir -p {outputs.out}/deep; echo {params.rate} > {outputs.out}/deep/model
    params: [rate]
    outputs: { scores: scores.json, out: out/ }
    metrics: [scores]
`,
};

/** The names of past runs, the oldest first. */
function runs(project: Project): string[] {
  return readdirSync(join(project.directory, 'cache/local/runs')).sort();
}

/** A run with 0.5, one with 0.25 set, an experiment `low` with 0.125, and then one with the file's own 0.75. */
async function built(): Promise<{ project: Project; first: string; set: string }> {
  const project = newProject(files);
  await project.pipe('run');
  await project.pipe('run', '--set', 'rate=0.25');
  await project.pipe('run', '--as', 'low', '--set', 'rate=0.125');
  project.write('pipeline.yaml', files['pipeline.yaml'].replace('rate: 0.5', 'rate: 0.75'));
  expect((await project.pipe('run')).status).toBe(0);
  const [first, set] = runs(project);
  return { project, first: first!, set: set! };
}

describe('a past run and an experiment', () => {
  test('are compared by diff, with each other and with the project as it is', async () => {
    const { project, first, set } = await built();
    const changes = async (...sides: string[]) => {
      const { out, err } = await project.pipe('diff', ...sides, '--json');
      expect(err).toBe('');
      const { metrics } = JSON.parse(out) as { metrics: { before: number; after: number }[] };
      return metrics.map(({ before, after }) => [before, after]);
    };
    expect(await changes(first, set)).toEqual([[0.5, 0.25]]);
    expect(await changes(first)).toEqual([[0.5, 0.75]]);
    expect(await changes('low')).toEqual([[0.125, 0.75]]);
    expect(await changes('workspace', 'low')).toEqual([[0.75, 0.125]]);
    expect(await changes(set, 'low')).toEqual([[0.25, 0.125]]);
    expect(await changes('last', 'workspace')).toEqual([]);
    const unknown = await project.pipe('diff', 'lwo');
    expect(unknown.status).toBe(2);
    expect(unknown.err).toContain('an experiment, a run of `pipe log`');
  });

  test('show their metrics', async () => {
    const { project, first, set } = await built();
    const loss = async (...args: string[]) =>
      (await project.pipe('metrics', '--csv', ...args)).out.split(',').at(-1);
    expect(await loss('--run', first)).toBe('0.5\n');
    expect(await loss('--run', set)).toBe('0.25\n');
    expect(await loss('--run', 'last')).toBe('0.75\n');
    expect(await loss('--as', 'low')).toBe('0.125\n');
    const both = await project.pipe('metrics', '--run', first, '--as', 'low');
    expect([both.status, both.err]).toEqual([
      2,
      'error: --run and --as do not go together\nhint: a run has its own values\n',
    ]);
    const unknown = await project.pipe('metrics', '--run', `${first}0`);
    expect([unknown.status, unknown.err]).toEqual([
      2,
      `error: there is no run \`${first}0\`\nhint: did you mean \`${first}\`?\n`,
    ]);
  });

  test('are rows of the table, with the values that they had', async () => {
    const { project, first, set } = await built();
    const rows = async (...args: string[]) =>
      (await project.pipe('table', '--csv', ...args)).out.trim().split('\n');
    const cells = (lines: string[]) => lines.map((line) => line.split(','));
    const table = cells(await rows(first, set, 'low', 'workspace'));
    const column = (name: string) => table.slice(1).map((row) => row[table[0]!.indexOf(name)]);
    expect(column('experiment')).toEqual(['workspace', 'low', first, set]);
    expect(column('rate')).toEqual(['0.75', '0.125', '0.5', '0.25']);
    expect((await project.pipe('table', first, set)).out).toMatch(/0\.5[^]*0\.25/);
    expect((await project.pipe('table', 'low', '--baseline', first)).out).toContain('-0.375');
    const unknown = await project.pipe('table', 'lwo');
    expect(unknown.err).toContain('did you mean `low`?');
  });

  test('are verified alone, and what an experiment needs is named', async () => {
    const { project, first } = await built();
    const whole = await project.pipe('verify');
    expect(whole.out).toMatch(/^all intact: \d+ blobs/);
    const blobs = async (...args: string[]) =>
      Number(/(\d+) blobs/.exec((await project.pipe('verify', ...args)).out)?.[1]);
    // A file, a directory with one file, and its listing.
    expect(await blobs('--as', 'low')).toBe(3);
    expect(await blobs('--run', first)).toBe(3);
    const digest = /"scores":"sha256:(\w+)"/.exec(project.read('experiments/low/pipe.lock'))![1]!;
    const blob = join(project.directory, 'cache/store/sha256', digest.slice(0, 2), digest.slice(2));
    chmodSync(blob, 0o644);
    truncateSync(blob, 3);
    expect((await project.pipe('verify', '--run', first)).out).toContain('all intact');
    const damaged = await project.pipe('verify', '--as', 'low', '--dry-run');
    expect(damaged.out).toContain('artifacts/.experiments/low/train/scores.json (train.scores)');
    expect(damaged.status).toBe(1);
    const mended = await project.pipe('verify');
    expect(mended.out).toContain('(train.scores)\n            put back from artifacts');
    expect((await project.pipe('verify')).out).toContain('all intact');
    const both = await project.pipe('verify', '--rerun', '--run', first);
    expect(both.err).toContain('--rerun and --run do not go together');
  });
});
