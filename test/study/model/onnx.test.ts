import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrow, writeArrow } from 'pipewright/arrow';
import { createEngine } from '../../../lib/compute/engine.ts';
import type { TensorMap, TensorValue } from '../../../lib/compute/program.ts';
import { createModel, type ModelParams } from '../../../lib/study/model/create.ts';
import { netMetadata } from '../../../lib/study/model/net-metadata.ts';
import type { Model } from '../../../lib/study/model/model.ts';
import { modelToOnnx } from '../../../lib/study/model/onnx.ts';
import { weightColumns } from '../../../lib/study/model/weights-file.ts';
import { draws } from '../../../lib/study/random.ts';
import { inference } from '../../../lib/study/train/step.ts';

const IMAGE = { height: 12, width: 8, channels: 2 };
const BATCH = 3;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function random(shape: readonly number[], index: number, around: number): TensorValue {
  const from = draws({ seed: 1, purpose: 'weights of a test', index });
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, () => around + 0.2 * from.normal());
  return { dtype: 'float32', shape, values };
}

/** Weights and running averages as after some training: none is 0 or 1. */
function weightsOf(model: Model, epoch: number): TensorMap {
  return Object.fromEntries(
    model.weights.map(({ name, shape, role }, i) => [
      name,
      random(shape, 100 * epoch + i, role === 'variance' || role === 'scale' ? 1 : 0),
    ]),
  );
}

async function save(
  name: string,
  params: ModelParams,
  classes: number,
  epochs: readonly number[],
): Promise<string> {
  const path = join(folder, `${name}.arrow`);
  const model = createModel(params, IMAGE, classes);
  const weights = epochs.map((epoch) => weightsOf(model, epoch));
  const columns = {
    epoch: { type: 'int32' as const, values: epochs },
    ...weightColumns(model.weights, weights),
  };
  await writeArrow(path, columns, { metadata: netMetadata(params, IMAGE, classes) });
  return path;
}

const x = random([BATCH, IMAGE.height, IMAGE.width, IMAGE.channels], 9999, 0);

/** Logits as the study itself computes them, with the reference engine. */
async function logitsOf(model: Model, weights: TensorMap): Promise<Float32Array | Int32Array> {
  const engine = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  const { fn, options } = inference(model, x.shape.slice(1), BATCH);
  const program = await engine.compile(fn, options);
  program.setState(weights);
  const { logits } = await program.run({ x });
  return logits!.values;
}

async function run(model: Uint8Array | string): Promise<ort.Tensor> {
  const session = await (typeof model === 'string'
    ? ort.InferenceSession.create(model)
    : ort.InferenceSession.create(model));
  expect([session.inputNames, session.outputNames]).toEqual([['x'], ['logits']]);
  const { logits } = await session.run({ x: new ort.Tensor('float32', x.values, x.shape) });
  await session.release();
  return logits!;
}

function expectClose(logits: ort.Tensor, wanted: ArrayLike<number>): void {
  expect(logits.dims).toEqual([BATCH, wanted.length / BATCH]);
  (logits.data as Float32Array).forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-5);
  });
}

const nets: readonly ModelParams[] = [
  { family: 'resnet-cifar', depth: 14, width: 4 },
  { family: 'resnet18', depth: 18, width: 3 },
  { family: 'vgg', depth: 7, width: 5 },
  { family: 'mobilenet', blocks: 1, width: 3, expansion: 2 },
  { family: 'densenet', blocks: [1, 2], growth: 3, compression: 0.8 },
];

describe.each(nets)('a checkpoint of %o', (params) => {
  it('says which net it holds, and is exported with the logits it gives here', async () => {
    const model = createModel(params, IMAGE, 5);
    const table = await readArrow(await save(params.family, params, 5, [7]));
    const bytes = await modelToOnnx(table, { batch: BATCH });
    expectClose(await run(bytes), await logitsOf(model, weightsOf(model, 7)));
  });
});

describe('npm run export-onnx', () => {
  const small: ModelParams = { family: 'resnet-cifar', depth: 8, width: 2 };
  const model = createModel(small, IMAGE, 4);

  const command = async (...args: readonly string[]): Promise<string> => {
    const env = { ...process.env, INIT_CWD: folder };
    const start = ['scripts/run.mjs', 'scripts/export-onnx.ts', ...args];
    return (await promisify(execFile)(process.execPath, start, { env })).stdout;
  };

  it('writes the model of one epoch out of several', async () => {
    await save('records', small, 4, [3, 5]);
    const options = ['--epoch', '5', '--image', '12x8', '--batch', String(BATCH)];
    expect(await command('records.arrow', 'net.onnx', ...options)).toMatch(/^net\.onnx: \d+ bytes\n$/);
    expectClose(await run(join(folder, 'net.onnx')), await logitsOf(model, weightsOf(model, 5)));
  });

  it.each([
    { args: ['records.arrow', 'x.onnx'], message: 'say which model is meant: the file has epochs 3, 5' },
    { args: ['records.arrow', 'x.onnx', '--epoch', '4'], message: 'there is no epoch 4' },
    { args: ['records.arrow', 'x.onnx', '--image', '12'], message: '--image takes a number from 1 on' },
    { args: ['records.arrow'], message: 'usage: npm run export-onnx -- <model.arrow> <out.onnx>' },
    { args: ['missing.arrow', 'x.onnx'], message: 'no such file or directory' },
  ])('$args: $message', async ({ args, message }) => {
    await save('records', small, 4, [3, 5]);
    const failed = expect.objectContaining({
      code: 2,
      stderr: expect.stringContaining(message) as string,
    }) as Error;
    await expect(command(...args)).rejects.toEqual(failed);
  });
});
