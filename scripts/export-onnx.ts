/*
 * A trained net as an .onnx file, for any runtime:
 *
 *   npm run export-onnx -- artifacts/snapshot/dataset=shapes/model=resnet-8/recipe=constant/augment=false/seed=0/weights=trained/epoch=36/model.arrow net.onnx
 *   npm run export-onnx -- kept.arrow net.onnx --epoch 12 --image 28x28 --batch 16
 *
 * `x` is [batch, height, width, channels], each channel normalised by the training images' mean and standard
 * deviation, which the data set's Arrow files have in their metadata; `logits` is [batch, classes].
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readArrow } from 'pipewright/arrow';
import { modelToOnnx } from '../lib/study/model/onnx.ts';

const USAGE =
  'npm run export-onnx -- <model.arrow> <out.onnx> [--epoch N] [--image HEIGHTxWIDTH (as trained)] [--batch N (1)]';

function whole(text: string | undefined, option: string): number {
  if (/^[1-9]\d*$/.test(text ?? '')) return Number(text);
  throw new Error(`${option} takes a number from 1 on; got ${text ?? 'nothing'}`);
}

function sizeOf(text: string): { height: number; width: number } {
  const [height, width, ...more] = text.split('x');
  if (more.length > 0) throw new Error(`--image takes HEIGHTxWIDTH; got ${text}`);
  return { height: whole(height, '--image'), width: whole(width, '--image') };
}

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({
    options: {
      epoch: { type: 'string' },
      image: { type: 'string' },
      batch: { type: 'string', default: '1' },
    },
    allowPositionals: true,
  });
  const [source, target, ...rest] = positionals;
  if (source === undefined || target === undefined || rest.length > 0) throw new Error(`usage: ${USAGE}`);
  // npm runs scripts in the project's directory, wherever the user stands.
  const from = process.env.INIT_CWD ?? process.cwd();
  const table = await readArrow(resolve(from, source));
  const bytes = await modelToOnnx(table, {
    ...(values.image === undefined ? {} : sizeOf(values.image)),
    batch: whole(values.batch, '--batch'),
    ...(values.epoch === undefined ? {} : { epoch: whole(values.epoch, '--epoch') }),
  });
  await writeFile(resolve(from, target), bytes);
  return `${target}: ${bytes.length} bytes`;
}

try {
  console.log(await main());
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
