import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import {
  cudaLibraries,
  flagsOf,
  gpuNames,
  sampledArithmetic,
  vectorLevel,
} from '../../lib/compute/engines/arithmetic.ts';
import { engineWith } from './layouts.ts';

test.each([
  ['fpu sse2 avx avx2 fma avx512f avx512bw', 'AVX-512'],
  ['fpu sse2 avx avx2 fma', 'AVX2 and FMA'],
  ['fpu sse2 avx avx2', 'AVX'],
  ['fpu sse2 avx', 'AVX'],
  ['fpu sse2', 'SSE'],
])('a processor with %s computes with %s', (flags, level) => {
  expect(vectorLevel(flagsOf(`processor : 0\nflags\t\t: ${flags}\n`)!)).toBe(level);
});

test('processors that differ have what all of them have', () => {
  const text = 'processor : 0\nflags : avx avx2 fma avx512f\n\nprocessor : 1\nflags : avx avx2 fma\n';
  expect(vectorLevel(flagsOf(text)!)).toBe('AVX2 and FMA');
  expect(flagsOf('Features : asimd\n')).toBeNull();
});

test('the engine’s toolchain names what decides on its bits on this machine', async () => {
  const [blocked, portable] = [await engineWith('auto'), await engineWith('portable')];
  for (const { toolchain } of [blocked, portable])
    expect(toolchain.vectors ?? toolchain.bits).toMatch(/^(AVX-512|AVX2 and FMA|AVX|SSE|[0-9a-f]{16})$/);
  // Between these two the portable layout makes no difference.
  expect(portable.toolchain.vectors).not.toBe('AVX-512');
});

test('the digest of a few numbers is the same every time, and another for another engine', async () => {
  const engine = await engineWith('auto');
  const { bits } = await sampledArithmetic(engine);
  expect(bits).toMatch(/^[0-9a-f]{16}$/);
  expect(await sampledArithmetic(engine)).toEqual({ bits });
  const js = await createEngine({ backend: 'js', device: 'cpu', threads: 1 });
  expect((await sampledArithmetic(js)).bits).not.toBe(bits);
});

test.each([
  ['0, GPU-1a2b, NVIDIA H100 80GB HBM3\n', undefined, 'NVIDIA H100 80GB HBM3'],
  ['0, GPU-1a, NVIDIA A100\n1, GPU-2b, NVIDIA A100\n', undefined, 'NVIDIA A100'],
  ['0, GPU-1a, NVIDIA T4\n1, GPU-2b, NVIDIA A100\n', undefined, 'NVIDIA A100 or NVIDIA T4'],
  ['0, GPU-1a, NVIDIA T4\n1, GPU-2b, NVIDIA A100\n', '1', 'NVIDIA A100'],
  ['0, GPU-1a, NVIDIA T4\n1, GPU-2b, NVIDIA A100\n', 'GPU-1a,1', 'NVIDIA T4'],
  ['', undefined, 'unknown'],
])('of the GPUs %j, where %j is visible: %s', (listed, visible, name) => {
  expect(gpuNames(listed, visible)).toBe(name);
});

test('CUDA’s libraries go by their version, through links, or else by their file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cuda-'));
  try {
    await writeFile(join(folder, 'libcudnn.so.9.1.0'), '');
    await symlink('libcudnn.so.9.1.0', join(folder, 'libcudnn.so.9'));
    await writeFile(join(folder, 'libcublas.so.12'), '');
    const maps = ['libcudnn_cnn.so.9.0.0', 'libcudnn.so.9', 'libcublasLt.so.12.4', 'libcublas.so.12']
      .map((name) => `7f00-7f01 r-xp 00000000 08:01 42    ${join(folder, name)}`)
      .join('\n');
    expect(await cudaLibraries(maps)).toEqual({ cudnn: '9.1.0', cublas: 'libcublas.so.12' });
    expect(await cudaLibraries('')).toEqual({});
  } finally {
    await rm(folder, { recursive: true });
  }
});
