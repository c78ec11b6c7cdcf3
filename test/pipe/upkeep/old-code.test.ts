import { readdirSync, rmSync, utimesSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ActionCache } from '../../../lib/pipe/store/actions.ts';
import { layoutOf, type Layout } from '../../../lib/pipe/store/layout.ts';
import { collectGarbage, type GcLimits, type GcResult } from '../../../lib/pipe/upkeep/gc.ts';
import { smallStudy, TestProject } from '../run/project.ts';

function gc(layout: Layout, limits: Partial<GcLimits> = {}): Extract<GcResult, { type: 'swept' }> {
  const all = { maxSize: null, maxAge: null, dryRun: false, ...limits };
  const result = collectGarbage(layout, new ActionCache(layout), all);
  if (result.type !== 'swept') throw new Error(JSON.stringify(result));
  return result;
}

describe('bundled code', () => {
  function bundles(project: TestProject): string[] {
    return readdirSync(project.path('cache/local/code')).filter((name) => name.endsWith('.mjs'));
  }

  /** As if all that is there were an hour old. */
  function anHourLater(project: TestProject): void {
    const then = Date.now() / 1000 - 3600;
    for (const name of readdirSync(project.path('cache/local/code')))
      utimesSync(project.path(`cache/local/code/${name}`), then, then);
  }

  test('that no module has any more goes, unless a lock names it or it was of use just now', async () => {
    const project = new TestProject(smallStudy);
    const layout = layoutOf(project.directory);
    await project.run();
    const [first] = bundles(project);
    project.edit('lib/greeting.ts', 'hello', 'hi');
    await project.inspect();
    project.edit('lib/greeting.ts', 'hi', 'good day');
    await project.inspect();
    expect(bundles(project)).toHaveLength(3);
    expect(gc(layout).code).toEqual({ bundles: 0, files: 0, bytes: 0 });
    anHourLater(project);
    expect(gc(layout, { maxAge: 7_200_000 }).code.bundles).toBe(0);
    const size = readdirSync(project.path('cache/local/code')).length;
    const freed = gc(layout, { dryRun: true }).code;
    expect(freed).toMatchObject({ bundles: 1, files: 3 });
    expect(freed.bytes).toBeGreaterThan(0);
    expect(gc(layout).code).toEqual(freed);
    expect(readdirSync(project.path('cache/local/code'))).toHaveLength(size - 3);
    expect(bundles(project)).toContain(first);
    // What the code was is still known, and what it is need not be found out again.
    const [task] = (await project.inspect()).tasks.filter(({ id }) => id.startsWith('chain@'));
    expect(task!.plan).toMatchObject({ reasons: [{ reason: 'code', files: ['lib/greeting.ts'] }] });
    expect(bundles(project)).toHaveLength(2);
    await project.run();
    anHourLater(project);
    expect(gc(layout).code.bundles).toBe(1);
    expect(bundles(project)).not.toContain(first);
    expect(await project.states()).toEqual({});
  });

  test('of a module that is gone goes with what the lock says of it', async () => {
    const project = new TestProject(smallStudy);
    await project.run();
    rmSync(project.path('stages'), { recursive: true });
    rmSync(project.path('pipe.lock'));
    anHourLater(project);
    const all = bundles(project).length;
    expect(gc(layoutOf(project.directory)).code.bundles).toBe(all);
    expect(bundles(project)).toEqual([]);
  });

  test('stays while a run goes on', async () => {
    const project = new TestProject(smallStudy);
    await project.run();
    project.edit('lib/greeting.ts', 'hello', 'hi');
    await project.run();
    anHourLater(project);
    let beside: ReturnType<typeof gc> | null = null;
    await project.ask({
      listener: (event) => {
        if (event.type === 'run-started') beside = gc(layoutOf(project.directory));
      },
    });
    expect(beside).toMatchObject({ code: { bundles: 0 }, busy: [project.directory] });
    expect(gc(layoutOf(project.directory)).code.bundles).toBe(1);
  });
});
