import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { readArrow } from 'pipewright/arrow';
import { newProject, type Project } from './project.ts';

const repository = resolve(import.meta.dirname, '../..');
const fixtures = join(repository, 'test/study/imported/fixtures');
const page = readFileSync(join(repository, 'docs/own-checkpoints.md'), 'utf8');

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!);
}

test('the page has the script that the fixtures were exported with', () => {
  expect(blocks('python')).toEqual([readFileSync(join(fixtures, 'export_checkpoints.py'), 'utf8')]);
  expect(blocks('python')[0]!.split('\n').length).toBeLessThan(40);
});

interface Pipeline {
  params: Record<string, unknown>;
  stages: Record<string, unknown>;
}

/** A project of one's own beside its checkpoints: this repository's pipeline with what the page says put in. */
function project(): Project {
  const own = newProject({});
  for (const name of ['tsconfig.json', 'package.json', 'stages', 'lib'])
    cpSync(join(repository, name), join(own.directory, name), { recursive: true });
  cpSync(join(fixtures, 'runs/inverted'), join(own.directory, 'runs'), { recursive: true });
  const text = readFileSync(join(repository, 'pipeline.yaml'), 'utf8');
  const gathered = text.replaceAll(/\btrain\.(kept|log|predictions)\b/g, 'snapshot.$1');
  const pipeline = parse(gathered, { merge: true }) as Pipeline;
  const [, model, ...stages] = blocks('yaml').map((text) => parse(text) as Record<string, unknown>);
  const others = Object.fromEntries(Object.entries(pipeline.stages).filter(([name]) => name !== 'train'));
  const mine = (model!.model as Record<string, Record<string, unknown>>).mine!;
  const history = 'runs/augment={augment}/seed={seed}/history.csv';
  const here = (path: unknown): string => (path as string).replace('../', '');
  const { graph, weights } = mine;
  own.write(
    'pipeline.yaml',
    stringify({
      version: 1,
      params: {
        ...pipeline.params,
        models: ['mine'],
        model: { mine: { ...mine, graph: here(graph), weights: here(weights), history } },
        recipes: ['own'],
        augment: [true],
        seeds: [0, 1],
        epochs: [1, 3, 6],
        dataset: {
          shapes: {
            name: 'shapes',
            path: null,
            seed: 1,
            train: 160,
            validation: 48,
            test: 64,
            labelNoise: 0,
          },
        },
        select: { clear: 1, borderline: 1 },
        attribute: {
          methods: ['saliency', 'grad-cam', 'guided-backpropagation'],
        },
      },
      stages: { ...others, ...Object.assign({}, ...stages) } as unknown,
    }),
  );
  return own;
}

const runOf = (epoch: number): string =>
  `dataset=shapes/model=mine/recipe=own/augment=true/seed=1/weights=trained/epoch=${epoch}`;

test(
  'the whole study runs on checkpoints that PyTorch trained, and one that changes reruns its own chain',
  { timeout: 400_000 },
  async () => {
    const own = project();
    const first = await own.pipe('run');
    expect(first.err).toBe('');
    expect(first.status).toBe(0);
    expect(own.exists('artifacts/plot/dataset=shapes/model=mine/figures/figure-2.png')).toBe(true);
    expect((await own.pipe('run')).out).toMatch(/^nothing to do/);

    // What PyTorch computed on the same test images.
    const history = readFileSync(join(fixtures, 'runs/inverted/augment=true/seed=1/history.csv'), 'utf8');
    const [, loss, error] = history.trim().split('\n').at(-1)!.split(',').map(Number);
    const predictions = await readArrow(
      join(own.directory, `artifacts/snapshot/${runOf(6)}/predictions.arrow`),
    );
    const labels = await readArrow(join(own.directory, 'artifacts/data/dataset=shapes/test.arrow'));
    const probability = predictions.tensor('test_probability').values as Float32Array;
    const predicted = predictions.tensor('test_predicted').values;
    const mean = probability.reduce((sum, p) => sum - Math.log(p), 0) / probability.length;
    const wrong = labels.numbers('label').filter((label, i) => label !== predicted[i]).length;
    expect(Math.abs(mean - loss!)).toBeLessThan(1e-5);
    expect(wrong / probability.length).toBe(error);

    const runs = join(own.directory, 'runs/augment=true/seed=1');
    copyFileSync(join(runs, 'epoch=1.safetensors'), join(runs, 'epoch=3.safetensors'));
    const ran = (await own.outcomes('run')).filter((line) => / ran$/.test(line));
    const ofEpochs = ran.filter((line) => /^(snapshot|attribute|score|deletion)@/.test(line));
    expect(ofEpochs.length).toBe(4);
    for (const line of ofEpochs) expect(line).toContain('augment=true,seed=1,weights=trained,epoch=3 ');
  },
);

test(
  'a checkpoint that is not of the graph ends the run with what is wrong and what to do, exit status 2',
  { timeout: 120_000 },
  async () => {
    const own = project();
    const runs = join(own.directory, 'runs/augment=true/seed=1');
    copyFileSync(join(fixtures, 'runs/plain/epoch=6.safetensors'), join(runs, 'epoch=3.safetensors'));
    const { status, out, err } = await own.pipe('run', 'snapshot');
    expect(status).toBe(2);
    expect(out + err).toContain(
      "epoch=3.safetensors: the checkpoint has no 'stem.0.weight', which the graph uses; it has ",
    );
  },
);
