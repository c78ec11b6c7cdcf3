import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Processes for each number of threads; `RUNS=5` makes ten of them. */
const RUNS = Number(process.env.RUNS ?? 1);

/** Digest by file name of what a process of its own trains. */
async function train(threads: number): Promise<Record<string, string>> {
  const directory = await mkdtemp(join(tmpdir(), 'processes-'));
  try {
    const args = ['scripts/run.mjs', 'test/study/train/segment-process.ts', directory, String(threads)];
    await promisify(execFile)(process.execPath, args);
    const names = (await readdir(directory)).sort();
    const digests = names.map(async (name) => {
      const bytes = await readFile(join(directory, name));
      return [name, createHash('sha256').update(bytes).digest('hex')] as const;
    });
    return Object.fromEntries(await Promise.all(digests));
  } finally {
    await rm(directory, { recursive: true });
  }
}

it(`${2 * RUNS} processes, on one thread and on two, write the same bytes`, async () => {
  const first = await train(1);
  expect(Object.keys(first)).toEqual(
    ['kept', 'log', 'model', 'optimiser', 'predictions'].map((name) => `${name}.arrow`),
  );
  for (let run = 0; run < RUNS; run++) {
    expect(await train(2)).toEqual(first);
    if (run > 0) expect(await train(1)).toEqual(first);
  }
});
