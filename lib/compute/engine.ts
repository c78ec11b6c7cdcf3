import { EagerEngine } from './engines/eager.ts';
import { onnxRuntimeEngine } from './engines/onnxruntime.ts';
import { tensorFlowEngine } from './engines/tensorflow.ts';
import type { Engine, EngineOptions } from './program.ts';
import { CPU_BACKEND_VERSION, startTfjs } from './start.ts';

/** Whether functions run as they are, kernel by kernel; then they compute in float32 only. */
export function isEager(backend: EngineOptions['backend']): boolean {
  return backend === 'js' || backend === 'tensorflow';
}

export async function createEngine({
  backend,
  device,
  threads,
  precision = 'float32',
}: EngineOptions): Promise<Engine> {
  await startTfjs();
  if (precision === 'mixed' && isEager(backend))
    throw new Error(
      `the ${backend} engine has no mixed precision; take backend: onnxruntime, or precision: float32`,
    );
  switch (backend) {
    case 'auto':
    case 'onnxruntime':
      return onnxRuntimeEngine(device === 'auto' ? 'cpu' : device, threads, precision);
    case 'js':
      if (device !== 'auto' && device !== 'cpu') throw new Error(`the js engine has no ${device} device`);
      return new EagerEngine('cpu', { engine: `tfjs-backend-cpu ${CPU_BACKEND_VERSION}` });
    case 'tensorflow':
      return tensorFlowEngine(device);
  }
}
