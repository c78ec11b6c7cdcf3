import { expect, test } from 'vitest';
import type { Order } from '../../../lib/pipe/sites/ask.ts';
import { nightly } from '../run/kills.ts';
import { type Driver, Simulation } from './fake/drivers.ts';
import { manyFaults } from './fake/faults.ts';
import type { Truth } from './fake/job.ts';

const GB = 2 ** 30;

/** Tasks of three kinds: short, long, and what needs more than its first job has. */
function ordersOf(simulation: Simulation, count: number): Order[] {
  const { random } = simulation;
  return Array.from({ length: count }, (_, index) => {
    const fails = random() < 0.01;
    if (index % 10 < 7)
      return simulation.order(index, 'short', { ms: 2000 + random() * 4000, memory: 0, fails });
    if (index % 10 < 9)
      return simulation.order(
        index,
        'long',
        { ms: 200_000 + random() * 800_000, memory: 0, fails },
        { time: [600, 3600] },
      );
    return simulation.order(
      index,
      'large',
      { ms: 30_000, memory: random() * 6 * GB, fails },
      { memory: [2 * GB, 4 * GB] },
    );
  });
}

/** What holds of every end that a driver was told. */
function expectRight(simulation: Simulation, driver: Driver, orders: readonly Order[]): void {
  const { doing, files, slurm, truths } = simulation;
  expect(driver.crashes).toEqual([]);
  expect(doing.wrong).toEqual([]);
  expect(orders.filter(({ fingerprint }) => !driver.ends.has(fingerprint))).toEqual([]);
  for (const { fingerprint, wishes } of orders) {
    const end = driver.ends.get(fingerprint)!;
    const answer = end.type === 'answered' ? end.answer : null;
    const truth = truths.get(fingerprint)!;
    if (end.type === 'committed' || answer?.type === 'done') {
      expect(files.committed.has(fingerprint)).toBe(true);
      continue;
    }
    if (answer?.type !== 'failed') throw new Error(`${fingerprint} ended by ${JSON.stringify(end)}`);
    if (answer.reason === 'exit-nonzero') expect(truth.fails).toBe(true);
    else if (answer.reason === 'out-of-memory') expect(truth.memory).toBeGreaterThan(wishes.memory.at(-1)!);
    else if (answer.reason === 'job-lost' && answer.state === 'CANCELLED')
      expect(slurm.cancelledJobs).toContain(answer.job);
    else {
      expect(answer.reason).toBe('job-lost');
      expect(driver.lost.get(fingerprint)?.length).toBeGreaterThanOrEqual(3);
    }
  }
}

/** Calls of the engine's programs: what a site's administrators count. */
function expectFewCalls({ slurm, clock, begun }: Simulation, tasks: number): void {
  expect(slurm.calls).toBeLessThanOrEqual(tasks / 100 + (clock.now - begun) / 5000 + 5);
}

/** A hundred thousand, where there is time for them. */
const most = nightly ? 100_000 : 20_000;

test(`${most} tasks run once each, with few calls, at most three files a job, and nothing left`, async () => {
  const simulation = new Simulation(1, {}, 0, 50, 16);
  const orders = Array.from({ length: most }, (_, index) =>
    simulation.order(index, `kind${index % 4}`, {
      ms: 5000 + simulation.random() * 10_000,
      memory: 0,
      fails: false,
    }),
  );
  const driver = simulation.driver();
  driver.asks(orders);
  expect(await simulation.until(() => driver.ends.size === orders.length, 24)).toBe('done');
  expectRight(simulation, driver, orders);
  expectFewCalls(simulation, orders.length);
  expect([...simulation.times().values()].every((times) => times === 1)).toBe(true);
  const { slurm, files } = simulation;
  expect(files.made).toBeLessThanOrEqual(3 * slurm.jobs);
  expect(slurm.jobs).toBeLessThan(most / 10);
  void driver.desk.close();
  await simulation.until(() => files.folders.size === 0, 1);
  expect(files.folders.size).toBe(0);
}, 300_000);

test.each(Array.from({ length: nightly ? 300 : 12 }, (_, index) => index))(
  'with everything going wrong that can, each task is done or told of, and none runs beside itself (seed %i)',
  async (seed) => {
    const lag = [0, 5000, 30_000][seed % 3]!;
    const simulation = new Simulation(seed, manyFaults, lag, 6, 8);
    const orders = ordersOf(simulation, 400);
    const driver = simulation.driver(seed % 2 === 0 ? null : 20);
    driver.asks(orders);
    expect(await simulation.until(() => driver.ends.size === orders.length, 100)).toBe('done');
    expectRight(simulation, driver, orders);
  },
  60_000,
);

test('a driver killed at any step is followed by one that loses nothing, and runs nothing beside itself', async () => {
  const small = (simulation: Simulation) =>
    Array.from({ length: 24 }, (_, index) =>
      simulation.order(index, index % 2 === 0 ? 'even' : 'odd', { ms: 20_000, memory: 0, fails: false }),
    );
  const whole = new Simulation(7, { unanswered: 0.2, stillborn: 0.05 });
  const undisturbed = whole.driver();
  undisturbed.asks(small(whole));
  await whole.until(() => undisturbed.ends.size === 24, 24);
  const { steps } = undisturbed;
  expect(steps).toBeGreaterThan(12);
  for (let step = 1; step <= steps; step++) {
    for (const after of [false, true]) {
      const simulation = new Simulation(7, { unanswered: 0.2, stillborn: 0.05 });
      const orders = small(simulation);
      const first = simulation.driver();
      first.killAt(step, after);
      first.asks(orders);
      await simulation.until(() => first.killed || first.ends.size === orders.length, 24);
      const second = simulation.driver();
      second.asks(orders.filter(({ fingerprint }) => !simulation.files.committed.has(fingerprint)));
      expect(await simulation.until(() => second.ends.size === second.asked, 24)).toBe('done');
      expect([...simulation.files.committed].length).toBe(orders.length);
      expect([step, after, simulation.doing.wrong]).toEqual([step, after, []]);
      const times = [...simulation.times().values()];
      expect([step, after, times.every((count) => count === 1)]).toEqual([step, after, true]);
    }
  }
}, 120_000);

test.each(Array.from({ length: nightly ? 200 : 10 }, (_, index) => index))(
  'two drivers of one store share what both want, whatever goes wrong (seed %i)',
  async (seed) => {
    const simulation = new Simulation(1000 + seed, manyFaults, [0, 5000, 30_000][seed % 3], 6, 8);
    const orders = ordersOf(simulation, 200);
    const [one, two] = [simulation.driver(), simulation.driver()];
    one.asks(orders.slice(0, 150));
    await simulation.until(() => false, simulation.random() / 10);
    two.asks(orders.slice(50).filter(({ fingerprint }) => !simulation.files.committed.has(fingerprint)));
    if (seed % 2 === 1) {
      // The first one dies, and what it had in hand is the other's.
      await simulation.until(() => false, simulation.random() / 5);
      one.kill();
    }
    const over = () => (one.killed || one.ends.size === one.asked) && two.ends.size === two.asked;
    expect(await simulation.until(over, 100)).toBe('done');
    expect(simulation.doing.wrong).toEqual([]);
    expect([one.crashes, two.crashes]).toEqual([[], []]);
  },
  60_000,
);

/** Twelve chains of ten segments, every third with time for some of them only. */
function chainsOf(simulation: Simulation, truth: () => Truth): Order[][] {
  return Array.from({ length: 12 }, (_, index) =>
    simulation.chain(index, Array.from({ length: 10 }, truth), { time: [index % 3 === 0 ? 300 : 3600] }),
  );
}

/** Of any length, and some fail. */
function anySegment({ random }: Simulation, failing: number, scale = 1): () => Truth {
  return () => ({ ms: scale * (20_000 + random() * 100_000), memory: 0, fails: random() < failing });
}

const allOf = (chains: readonly Order[][]): number => chains.reduce((sum, { length }) => sum + length, 0);

test('the segments of a chain run in one job, and where its time ends the next job goes on', async () => {
  const simulation = new Simulation(3);
  const chains = chainsOf(simulation, () => ({ ms: 60_000, memory: 0, fails: false }));
  const driver = simulation.driver();
  for (const chain of chains) driver.asksInOrder(chain);
  expect(await simulation.until(() => driver.ends.size === allOf(chains), 24)).toBe('done');
  expectRight(simulation, driver, chains.flat());
  expect([...simulation.times().values()].every((times) => times === 1)).toBe(true);
  // Eight of them have time for all in one job, the other four for five segments.
  expect(simulation.slurm.jobs).toBe(8 + 4 * 2);
});

test.each(Array.from({ length: nightly ? 200 : 10 }, (_, index) => index))(
  'chains are carried on whatever goes wrong, and no segment runs beside itself (seed %i)',
  async (seed) => {
    const lag = [0, 5000, 30_000][seed % 3]!;
    const simulation = new Simulation(2000 + seed, manyFaults, lag, 6, 8);
    const chains = chainsOf(simulation, anySegment(simulation, 0.01));
    const driver = simulation.driver();
    for (const chain of chains) driver.asksInOrder(chain);
    const over = () => driver.ends.size + driver.found + driver.brokenOff === allOf(chains);
    expect(await simulation.until(over, 200)).toBe('done');
    expectRight(
      simulation,
      driver,
      chains.flat().filter(({ fingerprint }) => driver.ends.has(fingerprint)),
    );
  },
  60_000,
);

test.each(Array.from({ length: 40 }, (_, index) => index))(
  'a driver killed in the middle of chains is followed by one that finds them in their jobs (seed %i)',
  async (seed) => {
    const simulation = new Simulation(3000 + seed, { unanswered: 0.2, stillborn: 0.05 }, [0, 5000][seed % 2]);
    // In some, segments end while a driver that asks for them settles.
    const scale = seed % 4 < 2 ? 1 : 0.03;
    const chains = chainsOf(simulation, anySegment(simulation, 0, scale));
    const first = simulation.driver();
    for (const chain of chains) first.asksInOrder(chain);
    await simulation.until(() => false, (scale * simulation.random()) / 3);
    first.kill();
    const second = simulation.driver();
    for (const chain of chains) second.asksInOrder(chain);
    expect(await simulation.until(() => simulation.files.committed.size === allOf(chains), 50)).toBe('done');
    expect([first.crashes, second.crashes, simulation.doing.wrong]).toEqual([[], [], []]);
    // Where there was time enough, nothing was ended in the middle.
    const times = simulation.times();
    const ample = chains.filter((_, index) => index % 3 !== 0).flat();
    expect(ample.filter(({ fingerprint }) => times.get(fingerprint)! > 1)).toEqual([]);
  },
  60_000,
);

test.each(Array.from({ length: 20 }, (_, index) => index))(
  'a segment that ends while a driver settles is taken as it is, and what follows runs once (seed %i)',
  async (seed) => {
    const simulation = new Simulation(4000 + seed, {}, [0, 5000][seed % 2]);
    const { clock, doing } = simulation;
    const chain = simulation.chain(
      0,
      Array.from({ length: 5 }, () => ({ ms: 10_000, memory: 0, fails: false })),
    );
    const first = simulation.driver();
    first.asksInOrder(chain);
    await simulation.until(() => doing.executions.has(chain[1]!.fingerprint), 1);
    let about = false;
    clock.at(doing.executions.get(chain[1]!.fingerprint)![0]!.begun + 9990, () => {
      clock.wake(() => (about = true));
    });
    await simulation.until(() => about, 1);
    first.kill();
    const second = simulation.driver();
    second.asksInOrder(chain);
    expect(await simulation.until(() => second.ends.size + second.found === chain.length, 1)).toBe('done');
    expect([second.crashes, doing.wrong, [...simulation.times().values()]]).toEqual([
      [],
      [],
      [1, 1, 1, 1, 1],
    ]);
    expect(simulation.slurm.jobs).toBe(1);
  },
);

test.each(Array.from({ length: nightly ? 3000 : 60 }, (_, index) => index))(
  'a segment that fails is told of and not run again, whether its driver has asked for it, is about to, or hears late (seed %i)',
  async (seed) => {
    const simulation = new Simulation(5000 + seed, {}, [0, 5000][seed % 2]);
    const { random } = simulation;
    const scale = [100, 500, 3000][seed % 3]!;
    const chains = Array.from({ length: 12 }, (_, index) =>
      simulation.chain(
        index,
        Array.from({ length: 5 }, (_, at) => ({
          ms: scale * random(),
          memory: 0,
          fails: at === 1 + (index % 4),
        })),
      ),
    );
    const driver = simulation.driver();
    for (const chain of chains) driver.asksInOrder(chain);
    const over = () => driver.ends.size + driver.found + driver.brokenOff === allOf(chains);
    expect(await simulation.until(over, 1)).toBe('done');
    expect([driver.crashes, simulation.doing.wrong]).toEqual([[], []]);
    for (const [index, chain] of chains.entries())
      expect(chain.map(({ fingerprint }) => simulation.times().get(fingerprint) ?? 0)).toEqual(
        chain.map((_, at) => (at <= 1 + (index % 4) ? 1 : 0)),
      );
    expect(simulation.slurm.jobs).toBe(12);
  },
);

test('cancelled, a driver leaves nothing that runs or waits, whatever it did not hear', async () => {
  const left: number[] = [];
  for (let seed = 0; seed < 20; seed++) {
    const simulation = new Simulation(seed, { unanswered: 0.3, failing: 0.3, twice: 0.1 });
    const driver = simulation.driver();
    driver.asks(ordersOf(simulation, 100));
    await simulation.until(() => false, simulation.random() / 20);
    let over = false;
    void driver.desk.cancel().then(() => (over = true));
    expect(await simulation.until(() => over, 1)).toBe('done');
    const begun = [...simulation.times().values()].reduce((sum, times) => sum + times, 0);
    // What is being ended takes some seconds; nothing else waits, either.
    await simulation.until(() => false, 1 / 360);
    if (simulation.slurm.live() > 0) left.push(seed);
    await simulation.until(() => false, 2);
    expect([seed, [...simulation.times().values()].reduce((sum, times) => sum + times, 0)]).toEqual([
      seed,
      begun,
    ]);
  }
  expect(left).toEqual([]);
}, 60_000);
