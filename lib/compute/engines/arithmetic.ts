import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine, TensorFunction, TensorValue } from '../program.ts';

/**
 * What of a machine changes the last bits of what an engine computes there: libraries choose other kernels for
 * other vector instructions, and for other GPUs. By name where it is known what decides, else by a digest of
 * what the engine makes of a few numbers.
 */
export type Arithmetic = Readonly<Record<string, string>>;

/** Of a processor, by the flags the system gives it; the levels between which x86 libraries choose. */
export function vectorLevel(flags: ReadonlySet<string>): string {
  if (flags.has('avx512f')) return 'AVX-512';
  if (flags.has('avx2') && flags.has('fma')) return 'AVX2 and FMA';
  return flags.has('avx') ? 'AVX' : 'SSE';
}

/** In small letters and without separators, as Linux writes them; null where the system does not say. */
async function processorFlags(): Promise<ReadonlySet<string> | null> {
  if (process.arch !== 'x64') return null;
  try {
    if (process.platform === 'linux') return flagsOf(await readFile('/proc/cpuinfo', 'utf8'));
    if (process.platform !== 'darwin') return null;
    const names = ['machdep.cpu.features', 'machdep.cpu.leaf7_features'];
    const { stdout } = await promisify(execFile)('sysctl', ['-n', ...names]);
    return flagsOf(`flags : ${stdout.replaceAll('\n', ' ').replaceAll('AVX1.0', 'AVX')}`);
  } catch {
    return null;
  }
}

/** Of the text of `/proc/cpuinfo`: what all of its processors have. Null where it has no such line. */
export function flagsOf(cpuinfo: string): ReadonlySet<string> | null {
  const lines = [...cpuinfo.matchAll(/^flags\s*:(.*)$/gm)].map(
    ([, flags]) => new Set(flags!.trim().toLowerCase().split(/\s+/)),
  );
  const [first, ...others] = lines;
  if (!first) return null;
  return new Set([...first].filter((flag) => others.every((flags) => flags.has(flag))));
}

/** Null where only a digest can tell. */
export async function processorArithmetic(): Promise<Arithmetic | null> {
  const flags = await processorFlags();
  return flags && { vectors: vectorLevel(flags) };
}

/** The GPUs that CUDA may take, and the libraries that this process has loaded for it. */
export async function cudaArithmetic(): Promise<Arithmetic> {
  const gpu = await promisify(execFile)('nvidia-smi', [
    '--query-gpu=index,uuid,name',
    '--format=csv,noheader',
  ]).then(
    ({ stdout }) => gpuNames(stdout, process.env.CUDA_VISIBLE_DEVICES),
    () => 'unknown',
  );
  const maps = await readFile('/proc/self/maps', 'utf8').catch(() => '');
  return { gpu, ...(await cudaLibraries(maps)) };
}

/** Of `nvidia-smi`'s lines `index, uuid, name`: the first GPU that is visible, or each model there is. */
export function gpuNames(listed: string, visible: string | undefined): string {
  const gpus = listed
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter((parts) => parts.length >= 3)
    .map(([index = '', uuid = '', ...name]) => ({ index, uuid, name: name.join(', ') }));
  const [first = ''] = (visible ?? '').split(',');
  const chosen = gpus.find(({ index, uuid }) => first !== '' && (index === first || uuid.startsWith(first)));
  const names = chosen ? [chosen.name] : [...new Set(gpus.map(({ name }) => name))].sort();
  return names.join(' or ') || 'unknown';
}

/** Libraries of which the version decides on bits: which kernels there are, and which is thought the fastest. */
const LIBRARIES = ['cudnn', 'cublas', 'cudart'] as const;

/** From the text of `/proc/self/maps`: name → version, or what the file is called where that has none. */
export async function cudaLibraries(maps: string): Promise<Arithmetic> {
  const found: Record<string, string> = {};
  for (const name of LIBRARIES) {
    const path = new RegExp(`\\s(/\\S*/lib${name}\\.so\\S*)`).exec(maps)?.[1];
    if (path === undefined) continue;
    const file = basename(await realpath(path).catch(() => path));
    found[name] = /\.so\.(\d+(?:\.\d+)+)/.exec(file)?.[1] ?? file;
  }
  return found;
}

/** A convolution, a product, a sum and what they go through, with numbers that leave no bit alone. */
const sample: TensorFunction = ({ x, filter, weight }) => {
  const map = tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same');
  const product = tf.matMul(tf.reshape(map, [-1, 16]), weight as Tensor2D);
  return { map, chances: tf.softmax(product), mean: tf.mean(map, [1, 2]) };
};

function ramp(shape: readonly number[], seed: number): TensorValue {
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * i + seed));
  return { dtype: 'float32', shape, values };
}

/** A digest of what the engine makes of a few numbers. */
export async function sampledArithmetic(engine: Pick<Engine, 'compile'>): Promise<Arithmetic> {
  const inputs = { x: ramp([2, 8, 8, 16], 1), filter: ramp([3, 3, 16, 16], 2), weight: ramp([16, 10], 3) };
  const program = await engine.compile(sample, { inputs });
  const outputs = await program.run(inputs);
  await program.dispose();
  const hash = createHash('sha256');
  for (const name of Object.keys(outputs).sort())
    hash.update(new Uint8Array(outputs[name]!.values.slice().buffer));
  return { bits: hash.digest('hex').slice(0, 16) };
}
