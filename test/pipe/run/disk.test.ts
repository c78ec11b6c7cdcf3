import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { failureText } from '../../../lib/pipe/report/outcome.ts';
import type { RunSummary } from '../../../lib/pipe/run/project.ts';
import { temporaryDirectory } from '../store/temporary.ts';
import { nightly } from './kills.ts';
import { mountReadOnly, mountSmall } from './mount.ts';
import { smallStudy, TestProject } from './project.ts';

/** The study with outputs of some size: 200,000 bytes from `first`, and more along the chains. */
const large = { 'in.txt': `${'x'.repeat(199_999)}\n` };

let untroubled: string | null = null;

/** The lock of a project that first read the small input, then the large one, and met no trouble. */
async function lockWithoutTrouble(): Promise<string> {
  if (untroubled !== null) return untroubled;
  const project = new TestProject(smallStudy);
  await project.run();
  project.write(large);
  await project.run();
  return (untroubled = project.read('pipe.lock'));
}

/** All that a run said of what it could not do. */
function complaints(summary: RunSummary): string {
  if (summary.type !== 'finished') throw new Error(JSON.stringify(summary));
  const { failures, unsaved } = summary;
  const texts = failures.map(({ failure }) =>
    'tail' in failure ? failure.tail.join('\n') : failureText(failure),
  );
  return [...texts, ...(unsaved === null ? [] : [failureText(unsaved)])].join('\n');
}

/** Leaves so many bytes of a project's file system free. */
function fill(project: TestProject, free: number): void {
  const { bavail, bsize } = statfsSync(project.directory);
  writeFileSync(project.path('filler'), Buffer.alloc(Math.max(0, bavail * bsize - free)));
}

describe('a disk with so many bytes left', () => {
  test.for(nightly ? [0, 4096, 100_000, 300_000, 500_000, 1_000_000] : [0, 300_000])(
    '%i: the run says that it is full, and the next one ends as if it never had been',
    async (free, context) => {
      const directory = temporaryDirectory();
      mountSmall(context, directory, '12m');
      const project = new TestProject(smallStudy, { directory });
      await project.run();
      const lock = project.read('pipe.lock');
      project.write(large);
      fill(project, free);
      const summary = await project.ask();
      expect(complaints(summary)).toMatch(/no space left/i);
      expect(project.read('artifacts/first/first.txt').length).toBeGreaterThan(0);
      expect(project.read('pipe.lock').length).toBeGreaterThanOrEqual(lock.length);
      rmSync(project.path('filler'));
      expect(Object.values(await project.run())).not.toContain('failed');
      expect(project.read('pipe.lock')).toBe(await lockWithoutTrouble());
      expect(await project.states()).toEqual({});
    },
  );
});

describe('a directory that is read-only', () => {
  test.for(['.', 'artifacts', 'cache/store', ...(nightly ? ['cache', 'cache/actions', 'cache/local'] : [])])(
    '%s: the run says so, and the next one ends as if it never had been',
    async (name, context) => {
      const project = new TestProject(smallStudy);
      await project.run();
      const [lock, text] = [project.read('pipe.lock'), project.read('artifacts/first/first.txt')];
      project.write(large);
      const release = mountReadOnly(context, project.path(name));
      const summary = await project.ask();
      expect(complaints(summary)).toMatch(/read-only.*; make it writable, and run again/);
      expect(project.read('pipe.lock').length).toBeGreaterThanOrEqual(lock.length);
      expect(project.read('artifacts/first/first.txt')).toBe(text);
      release();
      expect(Object.values(await project.run())).not.toContain('failed');
      expect(project.read('pipe.lock')).toBe(await lockWithoutTrouble());
      expect(await project.states()).toEqual({});
    },
  );

  test.for(['.', 'cache', 'cache/local', 'artifacts'])(
    '%s: a run that finds nothing to do writes nothing, and is fine',
    async (name, context) => {
      const project = new TestProject(smallStudy);
      await project.run();
      mountReadOnly(context, project.path(name));
      const { fresh, unsaved, failures } = project.finished(await project.ask());
      expect({ fresh, unsaved, failures }).toEqual({ fresh: 14, unsaved: null, failures: [] });
    },
  );

  test('the whole project: what would run can be told all the same', async (context) => {
    const project = new TestProject(smallStudy);
    await project.run();
    project.write(large);
    mountReadOnly(context, project.directory);
    expect(await project.states()).toMatchObject({ first: 'stale', 'chain@side=left,step=1': 'unknown' });
  });
});
