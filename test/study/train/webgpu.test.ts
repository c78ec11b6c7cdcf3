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

async function trainOn(device: string, environment: object): Promise<Answer> {
  const args = ['scripts/run.mjs', 'test/study/train/device-step.ts', device];
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Answer;
}

/** On a GPU where there is one, else on SwiftShader. */
async function trainOnWebGpu(): Promise<Answer> {
  const answer = await trainOn('webgpu', {});
  if (answer.trained !== undefined || !existsSync(SOFTWARE.VK_DRIVER_FILES)) return answer;
  return trainOn('webgpu', SOFTWARE);
}

it('training on WebGPU gives what it gives on the CPU', async ({ skip }) => {
  const { trained, absent } = await trainOnWebGpu();
  if (trained === undefined) skip(`no GPU, and no SwiftShader in ${CHROMIUM}: ${absent ?? ''}`);
  const { trained: expected } = await trainOn('cpu', {});
  expect(Object.keys(trained!)).toEqual(Object.keys(expected!));
  for (const [name, values] of Object.entries(expected!)) {
    const scale = Math.max(1, ...values.map(Math.abs));
    const distance = Math.max(...values.map((value, i) => Math.abs(value - trained![name]![i]!)));
    expect(distance / scale, name).toBeLessThan(1e-5);
  }
});
