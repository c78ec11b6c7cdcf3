import * as ort from 'onnxruntime-node';
import { encodeModel } from '../onnx/encode.ts';

/** What ONNX Runtime can compute on, by the names of its execution providers. */
export const DEVICES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;

export type Device = (typeof DEVICES)[number];

const REMEDY: Readonly<Record<Device, string>> = {
  cpu: 'reinstall onnxruntime-node',
  webgpu: 'it needs a GPU and its driver',
  cuda: 'it needs CUDA 12, and `node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12`',
  dml: 'it needs Windows and a GPU',
  coreml: 'it needs macOS',
};

/** Throws unless a session starts on the device. */
export async function tryDevice(device: Device): Promise<void> {
  const offered = ort.listSupportedBackends().map(({ name }) => name);
  if (!offered.includes(device))
    throw new Error(
      `onnxruntime-node for ${process.platform} ${process.arch} comes without a ${device} device ` +
        `(${REMEDY[device]}); it has ${offered.join(', ')}`,
    );
  const port = { type: 'float32', dims: [1] } as const;
  const model = encodeModel({
    nodes: [{ op: 'Neg', domain: '', inputs: ['x'], output: 'y', attributes: {} }],
    initializers: [],
    inputs: [{ ...port, name: 'x' }],
    outputs: [{ ...port, name: 'y' }],
  });
  try {
    const session = await ort.InferenceSession.create(model, {
      executionProviders: [device],
      logSeverityLevel: 4,
    });
    await session.release();
  } catch (error) {
    throw new Error(
      `the onnxruntime engine's ${device} device does not start (${REMEDY[device]}): ${reasonOf(error)}`,
      { cause: error },
    );
  }
}

/** ONNX Runtime puts a source line before the reason, and the failed condition or the node that failed. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/^\S*\.cc:\d+ .* was false\. /s, '')
    .replace(/^Non-zero status code.* Status Message: \S*\.cc:\d+ \S+ /s, '')
    .trim();
}
