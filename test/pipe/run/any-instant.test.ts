import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as disk from '../memory/disk.ts';
import { refusal } from '../memory/nodes.ts';
import * as processes from '../memory/processes.ts';
import { finished, MemoryProject, pipelineOf } from '../memory/project.ts';
import { copyWithName, type Program } from '../memory/runner.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));
vi.mock('../../../lib/pipe/store/process-identity.ts', () => import('../memory/processes.ts'));

const stages = {
  first: { cmd: 'first {inputs.a} > {outputs.x}', inputs: { a: './a' }, outputs: { x: 'x' } },
  each: {
    cmd: 'each {inputs.x} > {outputs.y}',
    inputs: { x: 'first.x' },
    matrix: { n: [1, 2] },
    outputs: { y: 'y' },
  },
  all: {
    cmd: 'all {inputs.y} > {outputs.report}',
    inputs: { y: { from: 'each.y', gather: ['n'] } },
    outputs: { report: 'report/' },
  },
};
/** With one task less, and another name for an output. */
const later = pipelineOf({
  ...stages,
  each: { ...stages.each, matrix: { n: [1] } },
  all: { ...stages.all, outputs: { report: 'other/' } },
});

/** What `all` reads, and what that is made of, goes when it has been read. */
const temporary = {
  ...stages,
  first: { ...stages.first, outputs: { x: { path: 'x', temp: true } } },
  each: { ...stages.each, outputs: { y: { path: 'y', temp: true } } },
};

function project(declared: Parameters<typeof pipelineOf>[0] = stages): MemoryProject {
  const made = new MemoryProject({ 'pipeline.yaml': pipelineOf(declared), a: 'one' });
  // Each task takes two seconds, so that waiting for the disk is worth it.
  const takeTime = () => vi.setSystemTime(Date.now() + 2000);
  const copy: Program = (call) => {
    takeTime();
    copyWithName(call);
    return undefined;
  };
  made.runner.programs = {
    first: copy,
    each: copy,
    all: ({ inputs, outputs: [place] }) => {
      takeTime();
      for (const directory of [place!, `${place}/sub`, `${place}/none`])
        if (!disk.existsSync(directory)) disk.mkdirSync(directory);
      const texts = inputs.map((path) => disk.readFileSync(path, 'utf8'));
      disk.writeFileSync(`${place}/sub/lines`, texts.join('\n'));
      disk.writeFileSync(`${place}/count`, String(inputs.length));
      return undefined;
    },
  };
  return made;
}

/** A project as it was built once, with another run to be made; as often as `again` is called. */
async function builtOnce(): Promise<{ readonly made: MemoryProject; readonly again: () => void }> {
  const made = project();
  await made.run({ jobs: 1 });
  made.write({ a: 'two', 'pipeline.yaml': later });
  disk.sync();
  return { made, again: disk.keep() };
}

/** What is to be there in the end. */
function results(made: MemoryProject): Record<string, string> {
  return { lock: made.read('pipe.lock'), ...made.files('artifacts') };
}

/** What comes of that run when nothing happens, and how often it changes the disk. */
async function expected(made: MemoryProject) {
  disk.meet(null);
  await made.run({ jobs: 1 });
  return { changes: disk.changed(), whole: results(made) };
}

/** Nothing is left of what was cut off, and everything is right. */
async function expectRight(made: MemoryProject, whole: Record<string, string>): Promise<void> {
  expect(results(made)).toEqual(whole);
  expect(made.files('cache/work')).toEqual({});
  expect(disk.existsSync(made.path('cache/local/run.lock'))).toBe(false);
  expect(await made.states()).toEqual({});
}

class Killed extends Error {}

/** Runs until so many changes were made; nothing that the process would do afterwards is done. */
async function runUntil(made: MemoryProject, changes: number): Promise<void> {
  disk.meet(({ nth }) => {
    if (nth >= changes) throw new Killed();
  });
  await expect(made.run({ jobs: 1 })).rejects.toThrow();
  disk.meet(null);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a run that is cut off at any change to the disk', () => {
  test('by a kill: the next one ends as if nothing had been', async () => {
    const { made, again } = await builtOnce();
    const { changes: all, whole } = await expected(made);
    expect(all).toBeGreaterThan(80);
    for (let changes = 0; changes < all; changes++) {
      again();
      await runUntil(made, changes);
      processes.startAnew();
      await made.run({ jobs: 1 });
      await expectRight(made, whole);
    }
  });

  test.each(['kept', 'lost'] as const)(
    'by a power cut, with names that nobody waited for %s: so does it, and long tasks that ended are not run again',
    async (names) => {
      const { made, again } = await builtOnce();
      const { changes: all, whole } = await expected(made);
      for (let changes = 0; changes < all; changes++) {
        again();
        await runUntil(made, changes);
        const ended = made.outcomes().map(([id]) => id);
        disk.losePower(names);
        processes.startMachineAnew();
        const outcomes = await made.run({ jobs: 1 });
        for (const id of ended) expect(outcomes[id] ?? 'fresh').not.toBe('ran');
        await expectRight(made, whole);
      }
    },
  );
});

test('a run that the disk refuses any one change says so or does without, and the next one ends as if nothing had been', async () => {
  const { made, again } = await builtOnce();
  const { changes: all, whole } = await expected(made);
  for (let changes = 0; changes < all; changes++) {
    again();
    disk.meet(({ nth, syscall, path }) => {
      if (nth === changes) throw refusal('ENOSPC', syscall, path);
    });
    const { failures, unsaved, ran } = finished(await made.ask({ jobs: 1 }));
    disk.meet(null);
    processes.startAnew();
    const told = [...failures.map(({ failure }) => failure), ...(unsaved === null ? [] : [unsaved])];
    for (const failure of told) expect(failure).toMatchObject({ reason: 'store-failed', code: 'ENOSPC' });
    if (told.length === 0) {
      expect(ran).toBe(3);
      expect(await made.states()).toEqual({});
    }
    await made.run({ jobs: 1 });
    await expectRight(made, whole);
  }
});

test('a run that is cut off while temporary outputs are made again or go leaves none, and loses nothing', async () => {
  const made = project(temporary);
  await made.run({ jobs: 1 });
  expect(made.files('artifacts/each')).toEqual({});
  made.edit('pipeline.yaml', '"all {inputs', '"all  {inputs');
  disk.sync();
  const again = disk.keep();
  const { changes: all, whole } = await expected(made);
  expect(Object.keys(made.files('artifacts')).filter((path) => !path.startsWith('artifacts/all/'))).toEqual(
    [],
  );
  for (let changes = 0; changes < all; changes++) {
    again();
    await runUntil(made, changes);
    processes.startAnew();
    await made.run({ jobs: 1 });
    await expectRight(made, whole);
  }
});
