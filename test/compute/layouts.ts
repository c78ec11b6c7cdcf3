import { vi } from 'vitest';
import { createEngine } from '../../lib/compute/engine.ts';
import type { Engine } from '../../lib/compute/program.ts';

/** `auto`: in blocks where this machine has them. */
export type LayoutChoice = 'portable' | 'auto';

export async function engineWith(layout: LayoutChoice, threads = 1): Promise<Engine> {
  vi.stubEnv('PIPE_COMPUTE_LAYOUT', layout);
  try {
    return await createEngine({ backend: 'onnxruntime', device: 'cpu', threads });
  } finally {
    vi.unstubAllEnvs();
  }
}
