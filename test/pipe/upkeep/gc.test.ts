import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import type { RunEvent } from '../../../lib/pipe/run/event.ts';
import { findStanding } from '../../../lib/pipe/run/standing.ts';
import { WorkDirectories } from '../../../lib/pipe/run/work-directory.ts';
import { ActionCache } from '../../../lib/pipe/store/actions.ts';
import type { Layout } from '../../../lib/pipe/store/layout.ts';
import { collectGarbage, type GcLimits, type GcResult } from '../../../lib/pipe/upkeep/gc.ts';
import * as disk from '../memory/disk.ts';
import { identityOf } from '../memory/processes.ts';
import { MemoryProject, pipelineOf } from '../memory/project.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));
vi.mock('../../../lib/pipe/store/process-identity.ts', () => import('../memory/processes.ts'));

const study = {
  'pipeline.yaml': pipelineOf({
    each: {
      cmd: 'each {inputs.a} > {outputs.x}',
      inputs: { a: './a' },
      matrix: { n: [1, 2, 3] },
      outputs: { x: 'x' },
    },
    all: {
      cmd: 'all {inputs.x} > {outputs.report}',
      inputs: { x: { from: 'each.x', gather: ['n'] } },
      outputs: { report: 'report/' },
    },
  }),
  a: 'one',
};
const tasks = 4;

/** Each task has bytes of its own. */
function project(options: ConstructorParameters<typeof MemoryProject>[1] = {}): MemoryProject {
  const made = new MemoryProject(study, options);
  let written = 0;
  made.runner.programs = Object.fromEntries(
    ['each', 'other', 'all'].map((name) => [
      name,
      ({ outputs: [place] }) => {
        written += 1;
        disk.writeFileSync(
          name === 'all' ? `${place}/lines` : place!,
          `${made.directory} ${name} ${written}`,
        );
        return undefined;
      },
    ]),
  );
  return made;
}

/** With another command, so that all runs. */
function change(made: MemoryProject): void {
  made.edit('pipeline.yaml', '"each {inputs', '"other {inputs');
}

function gc(layout: Layout, limits: Partial<GcLimits> = {}): Extract<GcResult, { type: 'swept' }> {
  const result = ask(layout, limits);
  if (result.type !== 'swept') throw new Error(JSON.stringify(result));
  return result;
}

function ask(layout: Layout, limits: Partial<GcLimits> = {}): GcResult {
  const all = { maxSize: null, maxAge: null, dryRun: false, ...limits };
  return collectGarbage(layout, new ActionCache(layout), all);
}

/** The same once the clock of files has moved on, so that nothing counts as used this very moment. */
function gcLater(layout: Layout, limits: Partial<GcLimits> = {}): ReturnType<typeof gc> {
  later(60);
  return gc(layout, limits);
}

function later(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('gc', () => {
  test('keeps all that the lock needs, directories included, and drops the rest', async () => {
    const made = project();
    const { layout } = made;
    await made.run();
    expect(gcLater(layout)).toMatchObject({ actions: 0, files: 0 });
    change(made);
    await made.run();
    expect(gcLater(layout, { dryRun: true })).toMatchObject({ actions: tasks });
    // Entries; three files; a listing and what it lists.
    expect(gcLater(layout)).toMatchObject({ actions: tasks, files: tasks + 3 + 2 });
    expect(gcLater(layout)).toMatchObject({ actions: 0, files: 0 });
    made.remove('artifacts');
    expect(Object.values(await made.run())).toEqual(new Array(tasks).fill('restored'));
    made.write(study);
    expect(Object.values(await made.run())).toEqual(new Array(tasks).fill('ran'));
  });

  test('drops the longest unused first, no younger than it is told, and until the store is as small as it is told', async () => {
    const made = project();
    const { layout } = made;
    await made.run();
    change(made);
    later(3600);
    await made.run();
    // What ran first is of no use from now on, and what ran then is of use an hour later.
    later(3600);
    made.remove('artifacts');
    await made.run();
    made.remove('pipe.lock');
    later(3600);
    expect(gc(layout, { maxAge: 3 * 3_600_000 })).toMatchObject({ actions: 0 });
    expect(gc(layout, { maxAge: 1.5 * 3_600_000, dryRun: true })).toMatchObject({ actions: tasks });
    const all = gc(layout, { maxSize: 1e9, dryRun: true }).left;
    expect(gc(layout, { maxSize: all - 1 })).toMatchObject({ actions: 1 });
    expect(gc(layout, { maxAge: 1.5 * 3_600_000 })).toMatchObject({ actions: tasks - 1 });
    expect(Object.values(await made.run())).toEqual(new Array(tasks).fill('restored'));
  });

  test('changes nothing when it is only to say what it would', async () => {
    const made = project();
    await made.run();
    change(made);
    await made.run();
    const { outputs } = new WorkDirectories(made.layout, identityOf(999)).open(made.load().graph.tasks[0]!);
    disk.writeFileSync(outputs['x']!, 'left by one that was killed');
    const before = made.files('cache');
    expect(Object.keys(made.files('cache/work'))).toHaveLength(1);
    gcLater(made.layout, { dryRun: true, maxAge: 0 });
    expect(made.files('cache')).toEqual(before);
    gcLater(made.layout);
    expect(Object.keys(made.files('cache/work'))).toEqual([]);
  });

  test('keeps bytes that were put there just now: their entry comes after them', async () => {
    const made = project();
    await made.run();
    later(60);
    made.engine.blobs.addTree([], false);
    expect(gc(made.layout)).toMatchObject({ files: 0 });
    expect(gcLater(made.layout)).toMatchObject({ files: 1 });
  });

  test('keeps what the lock of another profile needs', async () => {
    const made = project();
    await made.run();
    made.write({ 'pipe.other.lock': made.read('pipe.lock') });
    made.remove('pipe.lock');
    expect(gcLater(made.layout)).toMatchObject({ actions: 0, locks: 1 });
    made.remove('pipe.other.lock');
    expect(gcLater(made.layout)).toMatchObject({ actions: tasks, left: 0, locks: 0 });
  });

  test('keeps what another project needs that shares the store, until that is gone', async () => {
    const cacheDirectory = '/shared';
    const one = project({ cacheDirectory });
    const two = project({ cacheDirectory, directory: '/two' });
    change(two);
    await one.run();
    await two.run();
    expect(gcLater(one.layout)).toMatchObject({ actions: 0, locks: 2 });
    const note = Object.keys(one.files('../shared/users')).find((path) => one.read(path).includes('/two'))!;
    disk.rmSync('/two', { recursive: true });
    // It may have been moved, and says so itself when it runs where it is now.
    expect(ask(one.layout)).toMatchObject({ type: 'unseen' });
    disk.utimesSync(one.path(note), 0, 0);
    expect(gcLater(one.layout)).toMatchObject({ actions: tasks, locks: 1 });
    expect(Object.keys(one.files('../shared/users'))).toHaveLength(1);
    expect(await one.states()).toEqual({});
  });

  test('keeps what a project needs that was moved, once it has run where it is now, though it found nothing to do', async () => {
    const question = digestOf('all');
    const made = project({ cacheDirectory: '/shared' });
    for (let time = 0; time < 3; time++) {
      later(60);
      await made.ask({ question });
    }
    expect(findStanding(made.layout, () => question, {})).not.toBeNull();
    disk.renameSync(made.directory, '/moved');
    const moved = { ...made.layout, project: '/moved', local: '/moved/cache/local' };
    expect(findStanding(moved, () => question, {})).toBeNull();
  });

  test('of a store that a project shares from now on keeps what it built before, which the store gets', async () => {
    const made = project();
    await made.run();
    later(60);
    const sharing = made.with({ cacheDirectory: '/shared' });
    expect(await sharing.run()).toEqual({});
    made.remove('artifacts');
    made.remove('cache');
    later(60);
    expect(gc(sharing.layout)).toMatchObject({ actions: 0 });
    expect(Object.values(await sharing.run())).toEqual(new Array(tasks).fill('restored'));
  });

  test('does nothing while a project of another host may need what it cannot see', async () => {
    const made = project({ cacheDirectory: '/shared' });
    await made.run();
    const file = '/shared/users/elsewhere.json';
    disk.writeFileSync(file, JSON.stringify({ host: 'elsewhere', project: '/far/away' }));
    made.remove('pipe.lock');
    expect(ask(made.layout)).toEqual({
      type: 'unseen',
      users: [{ host: 'elsewhere', project: '/far/away', file }],
    });
    disk.rmSync(file);
    expect(gcLater(made.layout)).toMatchObject({ actions: tasks });
  });

  test('drops entries that are damaged or have lost a blob, whatever the bounds', async () => {
    const made = project();
    await made.run();
    const [entry] = Object.keys(made.files('cache/actions'));
    made.write({ [entry!]: 'damaged' });
    expect(gcLater(made.layout, { maxSize: 1e9 })).toMatchObject({ actions: 0, files: 1 });
    expect(disk.existsSync(made.path(entry!))).toBe(false);
    made.remove('cache/store');
    expect(gcLater(made.layout, { maxSize: 1e9 })).toMatchObject({ files: tasks - 1 });
  });
});

describe('beside a run', () => {
  /** Runs, and collects garbage at the first event of a kind. */
  async function runWithGc(made: MemoryProject, at: (event: RunEvent) => boolean): Promise<GcResult> {
    let result: GcResult | null = null;
    const summary = await made.ask({
      listener: (event) => {
        if (result === null && at(event)) result = gcLater(made.layout);
      },
    });
    expect(summary).toMatchObject({ type: 'finished', failed: 0, skipped: 0 });
    return result!;
  }

  test('gc keeps what it made, though no lock says so yet', async () => {
    const made = project();
    const result = await runWithGc(made, (event) => event.type === 'task-started' && event.task === 'all');
    expect(result).toMatchObject({ actions: 0, files: 0, busy: [made.directory] });
    made.remove('artifacts');
    expect(Object.values(await made.run())).toEqual(new Array(tasks).fill('restored'));
  });

  test('what it planned to restore and has lost is run instead', async () => {
    const made = project();
    made.runner.programs = {};
    made.edit('pipeline.yaml', 'report/', 'report');
    await made.run();
    const lock = made.read('pipe.lock');
    made.remove('artifacts');
    const outcomes = await made.run({
      listener: (event) => {
        made.events.push(event);
        if (event.type === 'run-started') made.remove('cache/store');
      },
    });
    expect(Object.values(outcomes)).toContain('ran');
    expect(made.read('pipe.lock')).toBe(lock);
    expect(await made.states()).toEqual({});
  });
});

describe('of temporary outputs', () => {
  const temporary = {
    'pipeline.yaml': pipelineOf({
      each: {
        cmd: 'each {inputs.a} > {outputs.x}',
        inputs: { a: './a' },
        matrix: { n: [1, 2, 3] },
        outputs: { x: { path: 'x', temp: true } },
      },
      all: {
        cmd: 'all {inputs.x} > {outputs.report}',
        inputs: { x: { from: 'each.x', gather: ['n'] } },
        outputs: { report: 'report/' },
      },
    }),
    a: 'one',
  };

  test('frees a shared store of what a run gave up, and what was made of them stays', async () => {
    const made = project({ cacheDirectory: '/shared' });
    made.write(temporary);
    await made.run();
    const before = Object.keys(made.files('../shared/store')).length;
    // Three outputs, a listing, and the file that it lists.
    expect(before).toBe(5);
    expect(gcLater(made.layout)).toMatchObject({ files: 3, actions: 0 });
    expect(await made.states()).toEqual({});
    expect(gcLater(made.layout)).toMatchObject({ files: 0, actions: 0 });
    disk.rmSync(made.path('artifacts'), { recursive: true });
    expect(await made.run()).toEqual({ all: 'restored' });
  });

  test('keeps what a reader that failed has still to read', async () => {
    const made = project({ cacheDirectory: '/shared' });
    made.write(temporary);
    const failed = { type: 'failed', log: null, reason: 'exit-nonzero', status: 1, tail: [] } as const;
    made.runner.programs = { ...made.runner.programs, all: () => failed };
    await made.ask({ keepGoing: true });
    expect(gcLater(made.layout)).toMatchObject({ files: 0, actions: 0 });
  });
});
