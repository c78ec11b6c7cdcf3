import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestProject } from './project.ts';

const program = join(import.meta.dirname, '../../../lib/pipe/dist/pipe.js');

/** Takes its time: what is tried here with real processes and disks is tried at every instant in memory (`any-instant.test.ts`). */
export const nightly = process.env['NIGHTLY'] === '1';
/** How often a test kills. */
export const kills = nightly ? 100 : 3;
/** Milliseconds; many short runs on a busy machine. */
export const patience = kills * 30_000;

/** Random, and the same every time. */
export function* fractions(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

/** The program itself, in a process that can be killed. */
export function start(project: TestProject, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: project.directory,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, exit };
}
