import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { fractions, kills, nightly, patience, start } from './kills.ts';
import { TestProject } from './project.ts';

/** Many small results, so that keeping them takes longer than starting to. */
const manyResults = {
  'pipeline.yaml': `
version: 1
params: { word: w0, numbers: [${Array.from({ length: 24 }, (_, i) => i).join(', ')}] }
stages:
  each:
    cmd: echo {params.word} {number} > {outputs.text}
    params: [word]
    matrix: { number: '\${numbers}' }
    outputs: { text: text.txt }
  all:
    cmd: mkdir {outputs.report}/sub && cat {inputs.texts} > {outputs.report}/sub/lines && wc -l < {outputs.report}/sub/lines > {outputs.report}/count
    inputs: { texts: { from: each.text, gather: [number] } }
    outputs: { report: report/ }
`,
};

const tasks = 25;

function filesBelow(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    // It comes and goes while somebody else works on it.
    return [];
  }
}

function contents(project: TestProject): Record<string, string> {
  const files = filesBelow(project.path('artifacts')).sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(file, 'utf8')]));
}

interface Keeping {
  readonly args: readonly string[];
  /** Gives the command something to do, the `nth` time. */
  readonly prepare: (project: TestProject, nth: number, random: Generator<number, never>) => Promise<void>;
  /** Where it begins to show what it does. */
  readonly place: string;
}

const commands: [string, Keeping][] = [
  [
    'gc',
    {
      args: ['gc'],
      place: 'cache/actions',
      async prepare(project, nth) {
        project.edit('pipeline.yaml', `word: w${nth}`, `word: w${nth + 1}`);
        await project.run();
        // What was made this very moment is kept.
        await sleep(50);
      },
    },
  ],
  [
    'verify',
    {
      args: ['verify'],
      place: 'cache/store',
      prepare(project, _, random) {
        for (const blob of filesBelow(project.path('cache/store'))) {
          if (random.next().value < 0.5) continue;
          const bytes = readFileSync(blob);
          bytes[0]! ^= 1;
          chmodSync(blob, 0o644);
          writeFileSync(blob, bytes);
        }
        return Promise.resolve();
      },
    },
  ],
  [
    'restore',
    {
      args: ['restore'],
      place: 'artifacts',
      prepare(project) {
        rmSync(project.path('artifacts'), { recursive: true });
        return Promise.resolve();
      },
    },
  ],
];

describe.each(commands)('%s, killed at any instant', (_, { args, place, prepare }) => {
  test(
    'loses nothing: all can be restored, and the lock stays as it was',
    { timeout: patience },
    async () => {
      const project = new TestProject(manyResults);
      await project.run();
      const random = fractions(4);
      let midway = 0;
      for (let kill = 0; kill < kills; kill++) {
        await prepare(project, kill, random);
        const [lock, wanted] = [project.read('pipe.lock'), filesBelow(project.path(place)).length];
        const { child, exit } = start(project, args);
        const runs = () => child.exitCode === null && child.signalCode === null;
        while (runs() && filesBelow(project.path(place)).length === wanted) await setImmediate();
        const begun = runs();
        await sleep(random.next().value * 10);
        child.kill('SIGKILL');
        if ((await exit)[1] === 'SIGKILL' && begun) midway += 1;
        // It goes on where it was killed; `verify` ends with 1 when it finds something.
        expect([0, 1]).toContain((await start(project, args).exit)[0]);
        const before = await project.run();
        expect(Object.values(before)).not.toContain('ran');
        expect(project.read('pipe.lock')).toBe(lock);
        const artifacts = contents(project);
        expect(Object.keys(artifacts)).toHaveLength(26);
        rmSync(project.path('artifacts'), { recursive: true });
        expect(Object.values(await project.run())).toEqual(new Array(tasks).fill('restored'));
        expect(contents(project)).toEqual(artifacts);
        expect(project.read('pipe.lock')).toBe(lock);
      }
      // Few may all come too late on a busy machine.
      if (nightly) expect(midway).toBeGreaterThan(0);
      expect(await start(project, ['verify']).exit).toEqual([0, null]);
    },
  );
});
