import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withResults } from '../../scripts/docs/results.ts';
import { takeResults, unfounded } from '../../scripts/docs/take-results.ts';

const page = 'docs/results.md';

test('every table of results is what the files beside the page say', async () => {
  const text = readFileSync(page, 'utf8');
  expect(text.match(/^<!-- claims: /gm)).toHaveLength(1);
  expect(text.match(/^<!-- table of /gm)!.length).toBeGreaterThan(1);
  expect(await withResults(page)).toBe(text);
});

test('every number in its words is in those files', () => {
  const [, came] = readFileSync(page, 'utf8').split('## What came out');
  const [words] = came!.split('## What of the fall');
  const claims = ['both', 'decayed'].map((name) => readFileSync(`docs/results/${name}.md`, 'utf8'));
  expect(words!.match(/\d\.\d{3}/g)!.length).toBeGreaterThan(10);
  expect(unfounded(words!, claims)).toEqual([]);
});

test('numbers that no table has are named, by how they are rounded', () => {
  const tables = ['| saliency | −0.351 (0.2 to 0.406) · 72 % |'];
  const words =
    'It fell by 0.35, to 0.406 or 0.41, of which 72 % and 73 % are. Not 0.36, nor 0.407, nor 0.72.';
  expect(unfounded(`${words}\n\n| 0.9 |\n\n\`\`\`\n0.8\n\`\`\`\n`, tables)).toEqual([
    ...['73 %', '0.36', '0.407', '0.72'],
  ]);
});

describe('taking results from artifacts', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'results-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const drawn = 'plot/dataset=cifar10-5000/model=resnet-8/figures';
  function artifacts(name: string, end: number, figures: readonly string[]): string {
    const own = join(folder, name);
    const files = { 'claims/claims.md': `last checkpoint: epoch ${end}.`, 'claims/claims.arrow': name };
    for (const [path, text] of [...Object.entries(files), ...figures.map((path) => [path, path] as const)]) {
      mkdirSync(join(own, dirname(path)), { recursive: true });
      writeFileSync(join(own, path), text);
    }
    return own;
  }
  const ofLong = ['figure-2', 'figure-5-augment', 'figure-6-augment'].map((name) => `${drawn}/${name}.png`);
  const ofDecayed = [
    ...['figure-5', 'figure-6'].map((name) => `${drawn}/${name}-augment-recipe-decayed.png`),
    'claims/figures/sensitivity.png',
  ];

  test('copies all that the page has, whatever epoch the runs end at', async () => {
    const long = artifacts('long', 512, ofLong);
    const decayed = artifacts('decayed', 512, ofDecayed);
    const to = join(folder, 'docs');
    mkdirSync(to);
    expect(await takeResults({ long, decayed }, to)).toEqual([]);
    const linked = [...readFileSync(page, 'utf8').matchAll(/\(results\/([^)]+)\)/g)].map(([, name]) => name!);
    expect(readdirSync(to).sort()).toEqual([...new Set(linked)].sort());
    expect(readFileSync(join(to, 'decayed.arrow'), 'utf8')).toBe('decayed');
    expect(readFileSync(join(to, 'figure-5-constant.png'), 'utf8')).toBe(`${drawn}/figure-5-augment.png`);
  });

  test('copies nothing where something is missing, or where runs end at different epochs', async () => {
    const to = join(folder, 'none');
    mkdirSync(to);
    const long = artifacts('shorter', 192, ofLong);
    const decayed = artifacts('longer', 512, ofDecayed);
    expect(await takeResults({ long, decayed }, to)).toEqual([
      'the runs do not end at one epoch: 192 and 512',
    ]);
    const part = join(folder, 'part');
    cpSync(long, part, { recursive: true });
    rmSync(join(part, drawn, 'figure-2.png'));
    expect(await takeResults({ long: part, decayed }, to)).toEqual([
      `there is no ${join(part, drawn, 'figure-2.png')}`,
    ]);
    expect(readdirSync(to)).toEqual([]);
  });
});
