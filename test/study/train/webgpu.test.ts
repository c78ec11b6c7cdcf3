import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Debian's chromium brings a Vulkan loader, and SwiftShader, which computes what a GPU would. */
const CHROMIUM = '/usr/lib/chromium';
const SOFTWARE = { LD_LIBRARY_PATH: CHROMIUM, VK_DRIVER_FILES: `${CHROMIUM}/vk_swiftshader_icd.json` };

interface Answer {
  readonly absent?: string;
  readonly trained?: Readonly<Record<string, readonly number[]>>;
}

async function trainOn(
  device: 'cpu' | 'webgpu',
  precision: 'float32' | 'mixed',
  environment: object = {},
): Promise<Answer> {
  const args = ['scripts/run.mjs', 'test/study/train/device-step.ts', device, precision];
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Answer;
}

/** On a GPU where there is one, else on SwiftShader. */
async function trainOnWebGpu(precision: 'float32' | 'mixed'): Promise<Answer> {
  const answer = await trainOn('webgpu', precision);
  const noGpu = answer.absent?.includes('does not start') === true;
  if (!noGpu || !existsSync(SOFTWARE.VK_DRIVER_FILES)) return answer;
  return trainOn('webgpu', precision, SOFTWARE);
}

function expectNear(
  { trained }: Answer,
  { trained: expected }: Answer,
  tolerance: number,
  names = Object.keys(expected!),
): void {
  expect(Object.keys(trained!)).toEqual(Object.keys(expected!));
  for (const name of names) {
    const values = expected![name]!;
    const scale = Math.max(1, ...values.map(Math.abs));
    const distance = Math.max(...values.map((value, i) => Math.abs(value - trained![name]![i]!)));
    expect(distance / scale, name).toBeLessThan(tolerance);
  }
}

it('training on WebGPU gives what it gives on the CPU', async ({ skip }) => {
  const answer = await trainOnWebGpu('float32');
  if (answer.trained === undefined) skip(`no GPU, and no SwiftShader in ${CHROMIUM}: ${answer.absent ?? ''}`);
  expectNear(answer, await trainOn('cpu', 'float32'), 1e-5);
});

it('in mixed precision, too; a device without float16 says so before it trains', async ({ skip }) => {
  const answer = await trainOnWebGpu('mixed');
  if (answer.absent?.includes('does not start') === true)
    skip(`no GPU, and no SwiftShader in ${CHROMIUM}: ${answer.absent}`);
  if (answer.absent !== undefined) {
    expect(answer.absent).toMatch(
      /^mixed precision needs float16, which the onnxruntime engine's webgpu device does not have here; take precision: float32 \(/,
    );
    return;
  }
  const expected = await trainOn('cpu', 'mixed');
  expectNear(answer, expected, 1e-2, ['losses']);
  for (const name of ['loss scale', 'good steps'])
    expect(answer.trained![name]).toEqual(expected.trained![name]);
});
