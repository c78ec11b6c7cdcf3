import { createEngine } from '../compute/engine.ts';
import type { Engine, EngineOptions, Precision } from '../compute/program.ts';

interface EngineTask {
  readonly params: { readonly engine: Pick<EngineOptions, 'backend' | 'device'> };
  readonly threads: number;
  log(message: string): void;
}

/** The engine that a task computes with; what of it was not taken, and why, goes to the task's log. */
export async function taskEngine(task: EngineTask, precision: Precision = 'float32'): Promise<Engine> {
  const engine = await createEngine({ ...task.params.engine, threads: task.threads, precision });
  for (const note of engine.notes) task.log(note);
  return engine;
}

/** What of the engine changes bits, as a stage's `toolchain`. */
export async function engineToolchain(
  { engine }: EngineTask['params'],
  precision: Precision = 'float32',
): Promise<Engine['toolchain']> {
  return (await createEngine({ ...engine, threads: 1, precision })).toolchain;
}

/** For the metadata of files that it computed: `auto` in the parameters does not say what was taken. */
export function engineMetadata({ toolchain }: Pick<Engine, 'toolchain'>): Readonly<Record<string, string>> {
  const sorted = Object.entries(toolchain).sort(([a], [b]) => (a < b ? -1 : 1));
  return { toolchain: JSON.stringify(Object.fromEntries(sorted)) };
}
