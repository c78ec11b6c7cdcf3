import * as tf from '@tensorflow/tfjs-core';
import type { Engine, EngineOptions } from '../program.ts';
import { EagerEngine } from './eager.ts';

/** In the order they are tried; each registers a tfjs backend named `tensorflow`. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** True when the package itself is absent, rather than something it needs. */
function isAbsent(error: unknown, name: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${name}'`);
}

/** The user's own installation of TensorFlow: functions run as they are, kernel by kernel. */
export async function tensorFlowEngine(device: EngineOptions['device']): Promise<Engine> {
  if (device !== 'auto' && device !== 'cpu' && device !== 'cuda')
    throw new Error(`the tensorflow engine has no ${device} device; take cpu or cuda`);
  const wanted = PACKAGES.filter(
    (name) => device === 'auto' || (device === 'cuda') === name.endsWith('-gpu'),
  );
  for (const name of wanted) {
    try {
      await import(name);
    } catch (error) {
      if (isAbsent(error, name)) continue;
      throw new Error(`${name} is installed but does not load`, { cause: error });
    }
    if (!(await tf.setBackend('tensorflow'))) throw new Error(`${name} loads but does not start`);
    const { binding } = tf.backend() as { readonly binding?: { readonly TF_Version?: string } };
    await tf.setBackend('cpu');
    const version = binding?.TF_Version ?? 'of an unknown version';
    return new EagerEngine('tensorflow', {
      engine: `${name} with tfjs ${tf.version_core}, TensorFlow ${version}`,
    });
  }
  throw new Error(
    `the tensorflow engine needs ${wanted.join(' or ')}, which is not installed; install it, or take ` +
      'engine.backend: onnxruntime',
  );
}
