import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrow } from 'pipewright/arrow';
import plot from '../../stages/plot.ts';
import { writeSyntheticFiles } from '../study/figure/synthetic-files.ts';
import type { SyntheticFiles } from '../study/figure/synthetic-files.ts';

/** Drawing heat maps alone takes less time. */
const noCurves = { scores: [], floor: [], late: [], pairs: [], areas: [], sanity: [] };

let folder: string;
let files: SyntheticFiles;
/** Everything, drawn once. */
let all: string;
const said: string[] = [];

async function draw(name: string, inputs: SyntheticFiles, sheets: number): Promise<string> {
  const figures = join(folder, name);
  await mkdir(figures);
  const named = (kind: keyof SyntheticFiles) => inputs[kind].map((file) => ({ ...file, name: file.path }));
  await plot.run({
    params: { plot: { epochAxis: 'log', sheets } },
    axes: { dataset: 'shapes', model: 'vgg-4' },
    inputs: {
      history: named('history'),
      scores: named('scores'),
      floor: named('floor'),
      late: named('late'),
      pairs: named('pairs'),
      images: named('images'),
      reference: named('reference'),
      maps: named('maps'),
      areas: named('areas'),
      sanity: named('sanity'),
    },
    outputs: { figures },
    previous: null,
    provenance: { stage: 'plot' },
    threads: 1,
    memory: null,
    devices: [],
    signal: new AbortController().signal,
    progress: () => undefined,
    log: (message: string) => said.push(message),
    warn: (message: string) => said.push(`warning: ${message}`),
  });
  return figures;
}

async function digests(figures: string): Promise<Record<string, string>> {
  const names = (await readdir(figures, { recursive: true })).filter((name) => name.includes('.')).sort();
  const entries = names.map(async (name) => {
    const bytes = await readFile(join(figures, name));
    return [name, createHash('sha256').update(bytes).digest('hex')];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plot-'));
  const inputs = join(folder, 'inputs');
  await mkdir(inputs);
  files = await writeSyntheticFiles(inputs, { augments: [true], seeds: [0], images: 3 });
  all = await draw('all', files, 1);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the plot stage', () => {
  it('draws every figure as SVG, PNG and table', async () => {
    expect(said.at(-1)).toBe('17 figures');
    const figures = [
      'deletion-augment',
      'figure-2',
      'figure-3-augment',
      'figure-3-augment/A-circle-1',
      'figure-3-augment/B-ring-1',
      'figure-3-augment/C-crescent-1',
      'figure-4-augment',
      'figure-4-augment-A',
      'figure-4-augment-B',
      'figure-4-augment-C',
      'figure-5-augment',
      'figure-5-augment-methods',
      'figure-5-augment-multiples',
      'figure-5-augment-ties',
      'figure-6-augment',
      'ground-truth-augment',
      'sanity-augment',
    ];
    const expected = figures.flatMap((name) => ['arrow', 'png', 'svg'].map((ending) => `${name}.${ending}`));
    expect(Object.keys(await digests(all)).sort()).toEqual(expected.sort());
  });

  it('draws the same bytes each time', async () => {
    const again = await digests(await draw('again', { ...files, ...noCurves }, 1));
    expect(Object.keys(again)).toHaveLength(15);
    expect(await digests(all)).toMatchObject(again);
  });

  it('writes the table behind a figure, with its title, caption and where it comes from', async () => {
    const drift = await readArrow(join(all, 'figure-5-augment.arrow'));
    expect(drift.metadata).toMatchObject({
      stage: 'plot',
      title: 'Similarity of heat maps to those at early stopping, shapes, vgg-4, with augmentation',
    });
    expect(new Set(drift.strings('panel'))).toEqual(new Set(['A', 'B', 'C']));
    const overview = await readArrow(join(all, 'figure-3-augment.arrow'));
    expect(overview.tensor('map').shape).toEqual([overview.rows, 32, 32]);
    expect(overview.booleans('early_stopping').filter(Boolean)).toHaveLength(9);
  });

  it('draws no sheets of single images where none are asked for', async () => {
    const figures = await draw('overview', { ...files, ...noCurves }, 0);
    const names = Object.keys(await digests(figures));
    expect(names.filter((name) => name.endsWith('.png'))).toEqual(['figure-2.png', 'figure-3-augment.png']);
  });

  it('draws what there is: no scores, no maps', async () => {
    const little = { ...files, ...noCurves, maps: [], reference: [] };
    const figures = await draw('little', little, 1);
    expect(Object.keys(await digests(figures))).toEqual(['figure-2.arrow', 'figure-2.png', 'figure-2.svg']);
  });

  it('names what decides the bytes besides code: the font and the libraries that draw', async () => {
    const toolchain = await plot.toolchain!({ plot: { epochAxis: 'log', sheets: 1 } });
    expect(toolchain).toMatchObject({
      font: expect.stringMatching(/^\d/) as string,
      vips: expect.any(String) as string,
    });
  });
});
