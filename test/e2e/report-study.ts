import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parseDocument } from 'yaml';

const repository = resolve(import.meta.dirname, '../..');
const pipe = join(repository, 'lib/pipe/dist/pipe.js');

/** The study as small as it can be and still have all that the report shows: two variants, two seeds, a floor. */
const tiny = {
  dataset: {
    shapes: {
      name: 'shapes',
      path: null,
      seed: 1,
      train: 128,
      validation: 40,
      test: 60,
      labelNoise: 0.4,
      noisy: ['test'],
    },
  },
  datasets: ['shapes'],
  models: ['resnet-8'],
  model: { 'resnet-8': { family: 'resnet-cifar', depth: 8, width: 4 } },
  augment: [false, true],
  seeds: [0, 1],
  segments: [4],
  epochs: [1, 2, 4],
  train: { batchSize: 32 },
  earlyStopping: { patience: 1 },
  select: { clear: 1, borderline: 1, mislabelled: true },
  attribute: { methods: ['saliency', 'deconvolution', 'grad-cam'] },
  pairs: { distances: [1], multiples: [] },
  report: { options: '--profile tiny' },
};

/** A directory with the study, and the tiny one as its profile `tiny`. */
export interface ReportStudy {
  readonly directory: string;
  readonly page: string;
  read(path: string): string;
  write(path: string, text: string): void;
  /** What it prints; throws unless it ends well. */
  pipe(...args: readonly string[]): Promise<string>;
  /** Runs a command as the page shows it: `npx pipe …`. */
  shell(command: string): Promise<string>;
}

/** Nothing has run in it yet. */
export function reportStudy(): ReportStudy {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'pipe-report-')));
  for (const name of ['tsconfig.json', 'package.json', 'stages', 'lib'])
    cpSync(join(repository, name), join(directory, name), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
  const yaml = parseDocument(readFileSync(join(repository, 'pipeline.yaml'), 'utf8'));
  yaml.setIn(['profiles', 'tiny'], yaml.createNode({ params: tiny }));
  writeFileSync(join(directory, 'pipeline.yaml'), yaml.toString());
  const env = { PATH: process.env['PATH'], HOME: directory };
  const options = { cwd: directory, env, maxBuffer: 1 << 26 };
  const run = async (file: string, args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(file, args, options)).stdout;
  return {
    directory,
    page: join(directory, 'artifacts/tiny/report/index.html'),
    read: (path) => readFileSync(join(directory, path), 'utf8'),
    write: (path, text) => {
      writeFileSync(join(directory, path), text);
    },
    pipe: (...args) => run(process.execPath, [pipe, ...args]),
    shell: (command) => run('sh', ['-c', command.replaceAll('npx pipe', `'${process.execPath}' '${pipe}'`)]),
  };
}
