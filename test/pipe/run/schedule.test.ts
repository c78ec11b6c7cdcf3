import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { finished, MemoryProject, pipelineOf } from '../memory/project.ts';
import { failing, settled } from '../memory/runner.ts';

vi.mock('../../../lib/pipe/store/disk.ts', () => import('../memory/disk.ts'));
vi.mock('../../../lib/pipe/store/process-identity.ts', () => import('../memory/processes.ts'));

interface Declared {
  readonly reads?: readonly string[];
  readonly threads?: number;
  readonly gpu?: number;
  readonly retries?: number;
}

/** A task for each stage, which reads outputs of others. */
function project(stages: Readonly<Record<string, Declared>>): MemoryProject {
  const declared = Object.entries(stages).map(([name, { reads = [], threads = 1, gpu = 0, retries = 0 }]) => [
    name,
    {
      cmd: [name, ...reads.map((read) => `{inputs.${read}}`), '>', '{outputs.x}'].join(' '),
      inputs: Object.fromEntries(reads.map((read) => [read, `${read}.x`])),
      outputs: { x: 'x' },
      resources: { threads, gpu },
      retries,
    },
  ]);
  return new MemoryProject({
    'pipeline.yaml': pipelineOf(Object.fromEntries(declared) as Record<string, object>),
  });
}

/** A run whose tasks end when they are told to. */
async function heldRun(made: MemoryProject, options: Parameters<MemoryProject['ask']>[0] = {}) {
  made.runner.held = true;
  const ended = made.ask(options).then(finished);
  await settled();
  return { ended, running: () => made.runner.running.map(({ name }) => name).sort() };
}

describe('within its bounds, a run', () => {
  test('runs as many threads as it may at once, and a task when what it reads is there', async () => {
    const made = project({ a: {}, b: {}, c: {}, last: { reads: ['a', 'b', 'c'] } });
    const { ended, running } = await heldRun(made, { jobs: 2 });
    expect(running()).toEqual(['a', 'b']);
    await made.runner.finish('b');
    expect(running()).toEqual(['a', 'c']);
    await made.runner.finish('c');
    expect(running()).toEqual(['a']);
    await made.runner.finish('a');
    expect(running()).toEqual(['last']);
    await made.runner.finish('last');
    expect(await ended).toMatchObject({ ran: 4 });
    expect(made.read('artifacts/last/x')).toBe('last(a(),b(),c())');
  });

  test('gives a task that asks for more threads than there are all of them, alone', async () => {
    const made = project({ wide: { threads: 8 }, a: {} });
    const { ended, running } = await heldRun(made, { jobs: 3 });
    expect(made.runner.running).toMatchObject([{ name: 'wide', threads: 3 }]);
    await made.runner.finish('wide');
    expect(running()).toEqual(['a']);
    await made.runner.finish('a');
    await ended;
  });

  test('lets no narrow task pass a wide one that waits', async () => {
    const made = project({ a: {}, b: {}, wide: { threads: 2 }, c: {}, d: {} });
    const { ended, running } = await heldRun(made, { jobs: 2 });
    await made.runner.finish('a');
    expect(running()).toEqual(['b']);
    await made.runner.finish('b');
    expect(running()).toEqual(['wide']);
    await made.runner.finish('wide');
    expect(running()).toEqual(['c', 'd']);
    await made.runner.finish('c');
    await made.runner.finish('d');
    await ended;
  });

  test('does not hold up others while many wait for a GPU', async () => {
    const waiting = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`g${index}`, { gpu: 1 }]));
    const made = project({ ...waiting, a: {}, b: { reads: ['a'] } });
    const { ended, running } = await heldRun(made, { jobs: 2, capacity: { gpus: 1 } });
    expect(running()).toEqual(['a', 'g0']);
    await made.runner.finish('a');
    expect(running()).toEqual(['b', 'g0']);
    await made.runner.finish('b');
    for (let index = 0; index < 9; index++) {
      expect(running()).toEqual([`g${index}`]);
      await made.runner.finish(`g${index}`);
    }
    expect(await ended).toMatchObject({ ran: 11 });
  });

  test('starts the longest chain first, and of equal ones what is declared first', async () => {
    const made = project({ a: {}, b: {}, head: {}, mid: { reads: ['head'] }, tail: { reads: ['mid'] } });
    await made.run({ jobs: 1 });
    // While one runs, the next waits at the gate already.
    expect(made.runner.started).toEqual(['head', 'a', 'mid', 'b', 'tail']);
  });
});

describe('after a failure', () => {
  const stages = {
    bad: {},
    other: {},
    next: { reads: ['bad'] },
    more: { reads: ['other'] },
    late: { reads: ['more'] },
  };

  test('what runs ends, nothing more starts, and what ended is kept', async () => {
    const made = project(stages);
    made.runner.programs = { bad: () => failing(3) };
    const { ended, running } = await heldRun(made);
    await made.runner.finish('bad');
    expect(running()).toEqual(['other']);
    await made.runner.finish('other');
    expect(await ended).toMatchObject({ ran: 1, failed: 1, skipped: 3 });
    expect(Object.fromEntries(made.outcomes())).toMatchObject({
      bad: { reason: 'exit-nonzero', status: 3 },
      next: { reason: 'upstream-failed', upstream: 'bad' },
      more: { reason: 'stopped' },
      late: { reason: 'stopped' },
    });
    expect(made.read('artifacts/other/x')).toBe('other()');
    made.runner.held = false;
    made.runner.programs = {};
    expect(await made.run()).toEqual({ bad: 'ran', next: 'ran', more: 'ran', late: 'ran' });
  });

  test('with --keep-going all runs that does not need it', async () => {
    const made = project(stages);
    made.runner.programs = { bad: () => failing() };
    expect(await made.run({ keepGoing: true })).toEqual({
      bad: 'failed',
      next: 'skipped',
      other: 'ran',
      more: 'ran',
      late: 'ran',
    });
  });

  test('its last good output stays', async () => {
    const made = project({ a: {}, b: { reads: ['a'] } });
    await made.run();
    made.edit('pipeline.yaml', '"a > {outputs.x}"', '"aa > {outputs.x}"');
    made.runner.programs = {
      aa: ({ outputs }) => {
        made.write({ [outputs[0]!.replace('/project/', '')]: 'half' });
        return failing();
      },
    };
    expect(await made.run()).toEqual({ a: 'failed', b: 'skipped' });
    expect(made.read('artifacts/a/x')).toBe('a()');
    expect(made.read('artifacts/b/x')).toBe('b(a())');
    made.edit('pipeline.yaml', '"aa > {outputs.x}"', '"a > {outputs.x}"');
    expect(await made.run()).toEqual({});
  });

  test('a task without its output has failed, and one that writes it has not', async () => {
    const made = project({ a: {} });
    made.runner.programs = { a: () => undefined };
    await made.run();
    expect(made.outcomes()).toMatchObject([['a', { reason: 'output-missing', output: 'x' }]]);
    made.runner.programs = {};
    expect(await made.run()).toEqual({ a: 'ran' });
  });
});

describe('a task that may be tried again', () => {
  const times = (made: MemoryProject, failures: number) => {
    const a = made.runner.programs['a'];
    let tried = 0;
    made.runner.programs = {
      a: (call) => {
        tried += 1;
        if (tried <= failures) return failing();
        made.write({ [call.outputs[0]!.replace('/project/', '')]: `at ${tried}` });
        return a?.(call);
      },
    };
  };

  test('is, as often as it may, and each time is said', async () => {
    const made = project({ a: { retries: 2 } });
    times(made, 2);
    expect(await made.run()).toEqual({ a: 'ran' });
    expect(made.read('artifacts/a/x')).toBe('at 3');
    const said = made.events.flatMap((event) => (event.type === 'task-warning' ? [event.message] : []));
    expect(said).toEqual(['failed (exit-nonzero); retry 1 of 2', 'failed (exit-nonzero); retry 2 of 2']);
  });

  test('and no more often', async () => {
    const made = project({ a: { retries: 1 } });
    times(made, 2);
    expect(await made.run()).toEqual({ a: 'failed' });
    expect(made.runner.started).toEqual(['a', 'a']);
  });

  test('is not when it would be in vain', async () => {
    const made = project({ a: { retries: 3 } });
    made.runner.programs = {
      a: () => ({ type: 'failed', log: null, reason: 'bad-input', message: 'not a number' }),
    };
    expect(await made.run()).toEqual({ a: 'failed' });
    expect(made.runner.started).toEqual(['a']);
  });

  test('is not when the run is to stop', async () => {
    const made = project({ a: { retries: 3 } });
    const stop = new AbortController();
    made.runner.programs = {
      a: () => {
        stop.abort();
        return failing();
      },
    };
    expect(await made.run({ signal: stop.signal })).toEqual({ a: 'skipped' });
    expect(made.runner.started).toEqual(['a']);
  });
});

test('a run that is stopped ends what runs, starts nothing more, and says which is which', async () => {
  const made = project({ a: {}, b: {}, c: { reads: ['a'] }, d: {} });
  const stop = new AbortController();
  const { ended } = await heldRun(made, { jobs: 2, signal: stop.signal });
  await made.runner.finish('a');
  stop.abort();
  expect(await ended).toMatchObject({ stopped: true, ran: 1, skipped: 3, failed: 0 });
  const reasons = made
    .outcomes()
    .map(([id, outcome]) => [id, 'reason' in outcome ? outcome.reason : outcome.type]);
  expect(Object.fromEntries(reasons)).toEqual({ a: 'ran', b: 'interrupted', c: 'stopped', d: 'interrupted' });
});

describe('whatever depends on what, and whatever fails', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const graphs = fc
    .array(
      fc.record({
        reads: fc.subarray(names),
        threads: fc.integer({ min: 1, max: 4 }),
        gpu: fc.integer({ min: 0, max: 2 }),
        fails: fc.integer({ min: 0, max: 5 }).map((die) => die === 0),
      }),
      { minLength: 1, maxLength: names.length },
    )
    .map((tasks) =>
      tasks.map((task, index) => ({
        ...task,
        name: names[index]!,
        reads: task.reads.filter((read) => names.indexOf(read) < index),
      })),
    );
  const bounds = fc.record({
    jobs: fc.integer({ min: 1, max: 4 }),
    gpus: fc.integer({ min: 1, max: 2 }),
    keepGoing: fc.boolean(),
  });

  test('bounds hold, order holds, nobody starves, and what runs is what should', async () => {
    const property = fc.asyncProperty(graphs, bounds, fc.array(fc.nat()), async (tasks, options, picks) => {
      const made = project(Object.fromEntries(tasks.map((task) => [task.name, task])));
      const failed = (name: string) => tasks.find((task) => task.name === name)!.fails;
      made.runner.programs = Object.fromEntries(
        tasks.filter(({ fails }) => fails).map(({ name }) => [name, () => failing()]),
      );
      const { ended, running } = await heldRun(made, options);
      const over = new Set<string>();
      let anyFailed = false;
      for (let turn = 0; running().length > 0; turn++) {
        const now = running().map((name) => tasks.find((task) => task.name === name)!);
        const threads = now.map((task) => Math.min(task.threads, options.jobs));
        expect(threads.reduce((a, b) => a + b)).toBeLessThanOrEqual(options.jobs);
        const gpus = now.map((task) => Math.min(task.gpu, options.gpus));
        expect(gpus.reduce((a, b) => a + b)).toBeLessThanOrEqual(options.gpus);
        for (const { reads } of now)
          expect(reads.every((read) => over.has(read) && !failed(read))).toBe(true);
        const next = now[(picks[turn] ?? 0) % now.length]!;
        const before = made.runner.started.length;
        anyFailed ||= next.fails;
        await made.runner.finish(next.name);
        over.add(next.name);
        if (anyFailed && !options.keepGoing) expect(made.runner.started.length).toBe(before);
      }
      await ended;
      const doomed = new Set<string>();
      for (const { name, reads, fails } of tasks) {
        if (fails || reads.some((read) => doomed.has(read))) doomed.add(name);
      }
      const outcomes = Object.fromEntries(made.outcomes().map(([id, { type }]) => [id, type]));
      const states = await made.states();
      expect(Object.keys(outcomes)).toHaveLength(tasks.length);
      for (const { name } of tasks) {
        const ran = outcomes[name] === 'ran';
        if (doomed.has(name)) expect(ran).toBe(false);
        else if (options.keepGoing || doomed.size === 0) expect(ran).toBe(true);
        // What ran is up to date, and nothing else is.
        expect(states[name] === undefined).toBe(ran);
      }
    });
    await fc.assert(property, { numRuns: 60, seed: 1 });
  });
});

test('a task that waits to be tried again is not begun again when the run is stopped meanwhile', async () => {
  const made = project({ a: { retries: 2 } });
  made.runner.programs = { a: () => failing() };
  const stop = new AbortController();
  const run = made.ask({
    signal: stop.signal,
    listener: ({ type }) => {
      if (type === 'task-warning') stop.abort();
    },
  });
  expect(await run).toMatchObject({ stopped: true });
  expect(made.runner.started).toEqual(['a']);
});
