import { EagerEngine } from './engines/eager.ts';
import { OnnxRuntimeEngine } from './engines/onnxruntime.ts';
import type { Engine, EngineOptions } from './program.ts';
import { CPU_BACKEND_VERSION, startTfjs } from './start.ts';

export async function createEngine(options: EngineOptions): Promise<Engine> {
  await startTfjs();
  switch (options.backend) {
    case 'auto':
    case 'onnxruntime':
      return new OnnxRuntimeEngine(options.threads);
    case 'js':
      return new EagerEngine('cpu', { engine: `tfjs-backend-cpu ${CPU_BACKEND_VERSION}` });
    case 'tensorflow':
      throw new Error('the tensorflow engine needs @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node');
  }
}
