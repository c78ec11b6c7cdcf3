import * as cpu from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { EagerEngine } from './engines/eager.ts';
import { OnnxRuntimeEngine } from './engines/onnxruntime.ts';
import type { Engine, EngineOptions } from './program.ts';

export async function createEngine(options: EngineOptions): Promise<Engine> {
  // Keeps the cpu backend from advertising another one on the terminal.
  tf.enableProdMode();
  await tf.ready();
  switch (options.backend) {
    case 'auto':
    case 'onnxruntime':
      return new OnnxRuntimeEngine(options.threads);
    case 'js':
      return new EagerEngine('cpu', { engine: `tfjs-backend-cpu ${cpu.version_cpu}` });
    case 'tensorflow':
      throw new Error('the tensorflow engine needs @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node');
  }
}
