import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/** Version of tfjs's `cpu` backend, which comes with this module and holds tensors made outside functions. */
export const CPU_BACKEND_VERSION: string = version_cpu;

/** Makes tfjs ready to record and to compute. */
export async function startTfjs(): Promise<void> {
  // Keeps the cpu backend from advertising another one on the terminal.
  tf.enableProdMode();
  await tf.ready();
}
