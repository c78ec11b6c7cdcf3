import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { readArrow } from 'pipewright/arrow';
import { blocksOf } from '../../scripts/docs/blocks.ts';
import { readImages } from '../../lib/study/dataset/file.ts';
import { BatchAssembler } from '../../lib/study/train/batch.ts';
import { small, study } from '../e2e/small-study.ts';
import type { Project } from '../e2e/project.ts';

const repository = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(repository, 'docs/own-family.md'), 'utf8');
const [family, ...lines] = blocksOf(page, 'ts').map(({ text }) => text);
const [imported, params, built] = lines as [string, string, string];
const file = 'lib/study/model/densenet.ts';
const create = 'lib/study/model/create.ts';

/** The study before there was a DenseNet in it. */
function without(): Project {
  const project = study();
  cpSync(join(repository, 'scripts'), join(project.directory, 'scripts'), { recursive: true });
  project.remove(file);
  project.write(
    create,
    lines.reduce((text, line) => text.replace(line, ''), project.read(create)),
  );
  return project;
}

interface Pipeline {
  readonly params: { readonly model: object };
}

const entry = parse(blocksOf(page, 'yaml')[0]!.text) as Pipeline;
const settings = [
  ...small.map((value) => (value.startsWith('params.models=') ? 'params.models=[densenet]' : value)),
  ...['params.seeds=[0]', 'params.segments=[2, 4]', 'params.epochs=[1, 4]'].flatMap((set) => ['--set', set]),
];
const point = 'dataset=shapes/model=densenet/recipe=constant/augment=true/seed=0';

test('the page has the family as it is, and the lines that name it', () => {
  expect(family).toBe(readFileSync(join(repository, file), 'utf8'));
  const text = readFileSync(join(repository, create), 'utf8');
  expect(lines.length).toBe(3);
  for (const line of lines) expect(text.split(line).length, line).toBe(2);
});

test(
  'the family, added to a study that lacks it as the page says, is trained and explained, and exported with its predictions',
  { timeout: 400_000 },
  async () => {
    const project = without();
    const pipeline = parse(project.read('pipeline.yaml'), { merge: true }) as Pipeline;
    const model = { ...pipeline.params.model, ...entry.params.model };
    project.write(
      'pipeline.yaml',
      stringify({ ...pipeline, params: { ...pipeline.params, model } }, { aliasDuplicateObjects: false }),
    );
    const before = await project.pipe('run', 'train', ...settings);
    expect(before.status).toBe(2);
    expect(before.out + before.err).toMatch(/model\.densenet\.family.*'mobilenet'/);

    project.write(file, family!);
    const text = project.read(create);
    project.write(
      create,
      `${imported}${text}`
        .replace(/(?<=\nexport const modelParams = .*\n)/, params)
        .replace(/(?<=\n {2}switch \(params\.family\) \{\n)/, built),
    );
    const run = await project.pipe('run', 'claims', ...settings);
    expect(run.err).toBe('');
    expect(run.status).toBe(0);
    expect(project.read('artifacts/claims/claims.md')).toContain('densenet');
    const maps = await readArrow(
      join(project.directory, `artifacts/attribute/${point}/weights=trained/epoch=4/maps.arrow`),
    );
    expect(maps.tensor('grad-cam').shape.slice(1)).toEqual([16, 16, 1]);

    const exporting = ['scripts/run.mjs', 'scripts/export-onnx.ts'];
    const checkpoint = `artifacts/snapshot/${point}/weights=trained/epoch=4/model.arrow`;
    const at = { cwd: project.directory, env: { ...process.env, INIT_CWD: project.directory } };
    await promisify(execFile)(process.execPath, [...exporting, checkpoint, 'net.onnx', '--batch', '60'], at);
    const images = await readImages(join(project.directory, 'artifacts/data/dataset=shapes/test.arrow'));
    const x = new BatchAssembler(images, 60).assemble(Array.from({ length: 60 }, (_, row) => row));
    const session = await ort.InferenceSession.create(join(project.directory, 'net.onnx'));
    const { logits } = await session.run({ x: new ort.Tensor('float32', x.values as Float32Array, x.shape) });
    const scores = logits!.data as Float32Array;
    const classes = scores.length / 60;
    const predictions = await readArrow(
      join(project.directory, `artifacts/train/${point}/epoch=4/predictions.arrow`),
    );
    const ofLast = predictions.tensor('test_probability').values.slice(-60) as Float32Array;
    images.set.labels.forEach((label, row) => {
      const powers = Array.from(scores.subarray(row * classes, (row + 1) * classes), Math.exp);
      const probability = powers[label]! / powers.reduce((sum, power) => sum + power, 0);
      expect(Math.abs(probability - ofLast[row]!)).toBeLessThan(1e-5);
    });
  },
);
