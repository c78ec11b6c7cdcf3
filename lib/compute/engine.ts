import { EagerEngine } from './engines/eager.ts';
import { onnxRuntimeEngine } from './engines/onnxruntime.ts';
import { tensorFlowEngine } from './engines/tensorflow.ts';
import type { Engine, EngineOptions } from './program.ts';
import { CPU_BACKEND_VERSION, startTfjs } from './start.ts';

export async function createEngine({ backend, device, threads }: EngineOptions): Promise<Engine> {
  await startTfjs();
  switch (backend) {
    case 'auto':
    case 'onnxruntime':
      return onnxRuntimeEngine(device === 'auto' ? 'cpu' : device, threads);
    case 'js':
      if (device !== 'auto' && device !== 'cpu') throw new Error(`the js engine has no ${device} device`);
      return new EagerEngine('cpu', { engine: `tfjs-backend-cpu ${CPU_BACKEND_VERSION}` });
    case 'tensorflow':
      return tensorFlowEngine(device);
  }
}
