import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, EngineOptions } from '../program.ts';
import { cudaArithmetic, processorArithmetic } from './arithmetic.ts';
import { EagerEngine } from './eager.ts';

/** In the order they are tried; each registers a tfjs backend named `tensorflow`. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** Whether the package is there; it may still lack something that it needs. */
function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The user's own installation of TensorFlow: functions run as they are, kernel by kernel. */
export async function tensorFlowEngine(device: EngineOptions['device']): Promise<Engine> {
  if (device !== 'auto' && device !== 'cpu' && device !== 'cuda')
    throw new Error(`the tensorflow engine has no ${device} device; take cpu or cuda`);
  const wanted = PACKAGES.filter(
    (name) => device === 'auto' || (device === 'cuda') === name.endsWith('-gpu'),
  );
  for (const name of wanted.filter(isInstalled)) {
    try {
      await import(name);
    } catch (error) {
      throw new Error(`${name} is installed but does not load`, { cause: error });
    }
    if (!(await tf.setBackend('tensorflow'))) throw new Error(`${name} loads but does not start`);
    const { binding } = tf.backend() as { readonly binding?: { readonly TF_Version?: string } };
    await tf.setBackend('cpu');
    const version = binding?.TF_Version ?? 'of an unknown version';
    return new EagerEngine('tensorflow', {
      engine: `${name} with tfjs ${tf.version_core}, TensorFlow ${version}`,
      ...(await processorArithmetic()),
      ...(name.endsWith('-gpu') ? await cudaArithmetic() : {}),
    });
  }
  throw new Error(
    `the tensorflow engine needs ${wanted.join(' or ')}, which is not installed; install it, or take ` +
      'engine.backend: onnxruntime',
  );
}
