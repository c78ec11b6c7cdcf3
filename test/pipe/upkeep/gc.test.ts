import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import { openProject } from '../../../lib/pipe/run/session.ts';
import { findStanding } from '../../../lib/pipe/run/standing.ts';
import { collectGarbage, type GcLimits, type GcResult } from '../../../lib/pipe/upkeep/gc.ts';
import type { RunEvent } from '../../../lib/pipe/run/event.ts';
import { ActionCache } from '../../../lib/pipe/store/actions.ts';
import { layoutOf, type Layout } from '../../../lib/pipe/store/layout.ts';
import { temporaryDirectory } from '../store/temporary.ts';
import { smallStudy, TestProject } from '../run/project.ts';

function gc(layout: Layout, limits: Partial<GcLimits> = {}): Extract<GcResult, { type: 'swept' }> {
  const all = { maxSize: null, maxAge: null, dryRun: false, ...limits };
  const result = collectGarbage(layout, new ActionCache(layout), all);
  if (result.type !== 'swept') throw new Error(JSON.stringify(result));
  return result;
}

/** The same once the clock of files has moved on, so that nothing counts as used this very moment. */
async function gcLater(layout: Layout, limits: Partial<GcLimits> = {}): Promise<ReturnType<typeof gc>> {
  await sleep(50);
  return gc(layout, limits);
}

const tasks = 14;

describe('gc', () => {
  test('keeps all that the lock needs, directories included, and drops the rest', async () => {
    const project = new TestProject(smallStudy);
    const layout = layoutOf(project.directory);
    await project.run();
    expect(await gcLater(layout)).toMatchObject({ actions: 0, files: 0 });
    project.edit('pipeline.yaml', 'word: one', 'word: two');
    await project.run();
    // Six of the chain, and six that count its lines: these give the same bytes for both words.
    expect(await gcLater(layout, { dryRun: true })).toMatchObject({ actions: 12 });
    const { actions, files, ms } = await gcLater(layout);
    expect([actions, files]).toEqual([12, 18]);
    expect(ms).toBeGreaterThan(0);
    expect(await gcLater(layout)).toMatchObject({ actions: 0, files: 0 });
    rmSync(project.path('artifacts'), { recursive: true });
    const outcomes = Object.values(await project.run());
    expect(outcomes).toEqual(new Array(tasks).fill('restored'));
    project.edit('pipeline.yaml', 'word: two', 'word: one');
    expect(await project.run()).toMatchObject({ 'chain@side=left,step=1': 'ran' });
  });

  test('keeps what the lock of another profile needs', async () => {
    const project = new TestProject({
      ...smallStudy,
      'pipeline.yaml': `${smallStudy['pipeline.yaml']!}\nprofiles: { other: { params: { word: two } } }\n`,
    });
    await project.run();
    writeFileSync(project.path('pipe.other.lock'), project.read('pipe.lock'));
    rmSync(project.path('pipe.lock'));
    expect(await gcLater(layoutOf(project.directory))).toMatchObject({ actions: 0, locks: 1 });
    rmSync(project.path('pipe.other.lock'));
    expect(await gcLater(layoutOf(project.directory))).toMatchObject({ actions: tasks, left: 0, locks: 0 });
  });

  test('keeps what another project needs that shares the store, until that is gone', async () => {
    const cacheDirectory = join(temporaryDirectory(), 'shared');
    const [one, two] = [smallStudy, smallStudy].map((files) => new TestProject(files, { cacheDirectory }));
    two!.edit('pipeline.yaml', 'word: one', 'word: two');
    await one!.run();
    await two!.run();
    const layout = layoutOf(one!.directory, cacheDirectory);
    expect(await gcLater(layout)).toMatchObject({ actions: 0, locks: 2 });
    const note = readdirSync(join(cacheDirectory, 'users')).find((name) =>
      readFileSync(join(cacheDirectory, 'users', name), 'utf8').includes(two!.directory),
    );
    rmSync(two!.directory, { recursive: true });
    // It may have been moved, and says so itself when it runs where it is now.
    const limits = { maxSize: null, maxAge: null, dryRun: false };
    expect(collectGarbage(layout, new ActionCache(layout), limits)).toMatchObject({ type: 'unseen' });
    utimesSync(join(cacheDirectory, 'users', note!), 0, 0);
    expect(await gcLater(layout)).toMatchObject({ actions: 12, locks: 1 });
    expect(readdirSync(join(cacheDirectory, 'users'))).toHaveLength(1);
    expect(await one!.states()).toEqual({});
  });

  test('keeps what a project needs that was moved, once it has run where it is now, though it found nothing to do', async () => {
    const cacheDirectory = join(temporaryDirectory(), 'shared');
    const question = digestOf('all');
    const environment = { PATH: process.env['PATH'] };
    const project = new TestProject(smallStudy, { cacheDirectory });
    for (let time = 0; time < 3; time++) await project.ask({ question });
    const there = layoutOf(project.directory, cacheDirectory);
    expect(findStanding(there, question, environment)).not.toBeNull();
    const moved = `${project.directory}-moved`;
    onTestFinished(() => {
      rmSync(moved, { recursive: true });
    });
    renameSync(project.directory, moved);
    expect(findStanding(layoutOf(moved, cacheDirectory), question, environment)).toBeNull();
  });

  test('of a store that a project shares from now on keeps what it built before, which the store gets', async () => {
    const project = new TestProject(smallStudy);
    await project.run();
    const cacheDirectory = join(temporaryDirectory(), 'shared');
    const files = { ...smallStudy };
    const sharing = new TestProject(files, {
      cacheDirectory,
      directory: join(temporaryDirectory(), 'other'),
    });
    const { manifest, graph } = project.load();
    const opened = openProject(project.directory, {
      cacheDirectory,
      environment: { PATH: process.env['PATH'] },
    });
    await opened.run(manifest, graph, {
      selection: new Set(graph.tasks.keys()),
      force: new Set(),
      jobs: 2,
      keepGoing: false,
      signal: new AbortController().signal,
      listener: () => undefined,
    });
    await opened.close();
    expect(Object.values(await sharing.run())).toEqual(new Array(tasks).fill('restored'));
  });

  test('does nothing while a project of another host may need what it cannot see', async () => {
    const cacheDirectory = join(temporaryDirectory(), 'shared');
    const project = new TestProject(smallStudy, { cacheDirectory });
    await project.run();
    const file = join(cacheDirectory, 'users/elsewhere.json');
    writeFileSync(file, JSON.stringify({ host: 'elsewhere', project: '/far/away' }));
    rmSync(project.path('pipe.lock'));
    const layout = layoutOf(project.directory, cacheDirectory);
    const limits = { maxSize: null, maxAge: null, dryRun: false };
    expect(collectGarbage(layout, new ActionCache(layout), limits)).toEqual({
      type: 'unseen',
      users: [{ host: 'elsewhere', project: '/far/away', file }],
    });
    rmSync(file);
    expect(await gcLater(layout)).toMatchObject({ actions: tasks });
  });

  test('drops entries that are damaged or have lost a blob, whatever the bounds', async () => {
    const project = new TestProject(smallStudy);
    await project.run();
    const actions = project.path('cache/actions');
    const [fan] = readdirSync(actions);
    const [name] = readdirSync(join(actions, fan!));
    writeFileSync(join(actions, fan!, name!), 'damaged');
    expect(await gcLater(layoutOf(project.directory), { maxSize: 1e9 })).toMatchObject({
      actions: 0,
      files: 1,
    });
    expect(existsSync(join(actions, fan!, name!))).toBe(false);
  });
});

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

describe('beside a run', () => {
  /** Runs, and collects garbage at the first event of a kind. */
  async function runWithGc(project: TestProject, at: (event: RunEvent) => boolean): Promise<GcResult> {
    const layout = layoutOf(project.directory);
    let result: GcResult | null = null;
    const summary = await project.ask({
      listener: (event) => {
        if (result === null && at(event)) result = gc(layout);
      },
    });
    expect(summary).toMatchObject({ type: 'finished', failed: 0, skipped: 0 });
    return result!;
  }

  test('gc keeps what it made, though no lock says so yet', async () => {
    const project = new TestProject(smallStudy);
    const result = await runWithGc(project, (event) => event.type === 'task-started' && event.task === 'all');
    expect(result).toMatchObject({ actions: 0, files: 0, busy: [project.directory] });
    rmSync(project.path('artifacts'), { recursive: true });
    expect(Object.values(await project.run())).toEqual(new Array(tasks).fill('restored'));
  });

  test('what it planned to restore and has lost is run instead', async () => {
    const project = new TestProject(smallStudy);
    await project.run();
    const lock = project.read('pipe.lock');
    rmSync(project.path('artifacts'), { recursive: true });
    const store = project.path('cache/store');
    const summary = await project.ask({
      listener: (event) => {
        project.events.push(event);
        if (event.type === 'run-started') rmSync(store, { recursive: true });
      },
    });
    expect(summary).toMatchObject({ failed: 0, skipped: 0 });
    expect(project.outcomes().filter(([, { type }]) => type === 'ran')).not.toEqual([]);
    expect(project.read('pipe.lock')).toBe(lock);
    expect(await project.states()).toEqual({});
    expect(readdirSync(project.path('artifacts/all/report'))).toEqual(['sub', 'title']);
  });
});
