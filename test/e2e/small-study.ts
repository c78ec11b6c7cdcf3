import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { newProject, type Project } from './project.ts';

const repository = resolve(import.meta.dirname, '../..');

/** The whole pipeline of this repository, as small as it can be: one variant, two seeds, three checkpoints. */
export const small = [
  'params.dataset.shapes={name: shapes, path: null, seed: 1, train: 128, validation: 40, test: 60, labelNoise: 0}',
  'params.models=[vgg-4]',
  'params.augment=[true]',
  'params.seeds=[0, 1]',
  'params.segments=[1, 3, 4]',
  'params.epochs=[1, 2, 4]',
  'params.train.batchSize=32',
  'params.select={clear: 1, borderline: 1}',
  'params.attribute.methods=[saliency, grad-cam]',
].flatMap((value) => ['--set', value]);

/** A copy of what is committed of the study. */
export function study(env: Readonly<Record<string, string>> = {}): Project {
  const project = newProject({}, env);
  copyStudy(project);
  return project;
}

export function copyStudy({ directory }: Project): void {
  for (const name of ['pipeline.yaml', 'tsconfig.json', 'package.json', 'stages', 'lib']) {
    cpSync(join(repository, name), join(directory, name), { recursive: true });
  }
}
