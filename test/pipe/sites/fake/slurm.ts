import type { Ran } from '../../../../lib/pipe/sites/program.ts';
import { isOver } from '../../../../lib/pipe/sites/queue.ts';
import type { Faults } from './faults.ts';
import { Running, type Doing, type JobEnd } from './job.ts';

interface Element {
  readonly array: Submitted;
  readonly index: number;
  /** What it was, from when on. */
  readonly states: { readonly at: number; readonly state: string }[];
  node: string;
  running: Running | null;
}

interface Submitted {
  readonly id: string;
  readonly name: string;
  readonly most: number;
  readonly memory: number | null;
  /** Milliseconds. */
  readonly time: number;
  readonly exclude: readonly string[];
  readonly elements: Element[];
  active: number;
}

const unheard = 'Socket timed out on send/recv operation\n';
const refused =
  'sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit)\n';

/** Of Slurm, as far as a driver can tell: the three programs, over time that does not pass, on nodes that do not exist. */
export class FakeSlurm {
  readonly #doing: Doing;
  readonly #faults: Faults;
  readonly #nodes: { readonly name: string; free: number; up: boolean }[];
  readonly #arrays = new Map<string, Submitted>();
  readonly #elements = new Set<Element>();
  #pending: Element[] = [];
  #id = 0;
  #away = false;
  #planned = false;
  calls = 0;
  jobs = 0;
  /** By hand. */
  readonly cancelledJobs = new Set<string>();

  constructor(doing: Doing, faults: Faults, nodes: number, cpus: number) {
    this.#doing = doing;
    this.#faults = faults;
    this.#nodes = Array.from({ length: nodes }, (_, index) => ({ name: `n${index}`, free: cpus, up: true }));
    this.#misfortunes();
  }

  /** Elements that wait or run. */
  live(): number {
    return [...this.#elements].filter((element) => !isOver(stateOf(element))).length;
  }

  async run(words: readonly string[]): Promise<Ran> {
    this.calls += 1;
    const { clock, random } = this.#doing;
    await clock.after(20 + random() * 500);
    const ran = this.#answer(words);
    await clock.after(20 + random() * 500);
    return ran;
  }

  #answer([program = '', ...words]: readonly string[]): Ran {
    const { random } = this.#doing;
    if (this.#away) return noController(program);
    if (program === 'sbatch') {
      if (random() >= this.#faults.unanswered) return this.#sbatch(words);
      if (random() < 0.5) this.#sbatch(words);
      return { status: 1, out: '', err: `sbatch: error: Batch job submission failed: ${unheard}` };
    }
    if (random() < this.#faults.failing) {
      // What was asked may have been done all the same.
      if (program === 'scancel' && random() < 0.5) this.#scancel(words);
      return { status: 1, out: '', err: `${program}: error: slurm_receive_msgs: ${unheard}` };
    }
    if (program === 'scancel') return this.#scancel(words);
    if (random() < this.#faults.empty) return { status: 0, out: '', err: '' };
    return this.#squeue(words);
  }

  #sbatch(words: readonly string[]): Ran {
    const option = (name: string) =>
      words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
    const [, last = '0', most] = /^0-(\d+)(?:%(\d+))?$/.exec(option('array') ?? '') ?? [];
    if (this.#pending.length + Number(last) + 1 > Math.max(this.#faults.room, Number(last) + 1))
      return { status: 1, out: '', err: `sbatch: error: QOSMaxSubmitJobPerUserLimit\n${refused}` };
    const id = String(++this.#id);
    const [memory, time] = [option('mem'), option('time')];
    const array: Submitted = {
      ...{
        id,
        name: option('job-name') ?? '',
        most: most === undefined ? Infinity : Number(most),
        active: 0,
      },
      memory: memory === undefined ? null : Number(memory.slice(0, -1)) * 2 ** 20,
      time: time === undefined ? Infinity : Number(time) * 60_000,
      exclude: option('exclude')?.split(',') ?? [],
      elements: [],
    };
    for (let index = 0; index <= Number(last); index++) {
      const element: Element = { array, index, states: [], node: '', running: null };
      this.#become(element, 'PENDING');
      array.elements.push(element);
      this.#elements.add(element);
      this.#pending.push(element);
    }
    this.jobs += array.elements.length;
    this.#arrays.set(id, array);
    this.#plan();
    return { status: 0, out: `${id}\n`, err: '' };
  }

  #squeue(words: readonly string[]): Ran {
    const named = words
      .find((word) => word.startsWith('--name='))
      ?.slice('--name='.length)
      .split(',');
    const names = named === undefined ? null : new Set(named);
    const { clock, random } = this.#doing;
    const rows: string[] = [];
    for (const array of this.#arrays.values()) {
      if (names !== null && !names.has(array.name)) continue;
      for (const { index, states, node } of array.elements) {
        const late = random() < this.#faults.lateStates ? random() * this.#faults.late : 0;
        const last = states.at(-1)!;
        if (isOver(last.state) && clock.now - last.at > this.#faults.forgotten) continue;
        const state = states.findLast(({ at }) => at <= clock.now - late)?.state;
        if (state !== undefined)
          rows.push(`${array.id}_${index}|${state}|${state === 'PENDING' ? '' : node}|${array.name}|None`);
      }
    }
    return { status: 0, out: rows.map((row) => `${row}\n`).join(''), err: '' };
  }

  #scancel(words: readonly string[]): Ran {
    const pending = words.includes('--state=PENDING');
    const named = words.find((word) => word.startsWith('--name='))?.slice('--name='.length);
    const ids = new Set(words.filter((word) => /^\d+$/.test(word)));
    for (const array of this.#arrays.values()) {
      if (!ids.has(array.id) && array.name !== named) continue;
      for (const element of array.elements)
        if (!pending || stateOf(element) === 'PENDING') this.#cancel(element);
    }
    return { status: 0, out: '', err: '' };
  }

  #cancel(element: Element): void {
    if (isOver(stateOf(element))) return;
    if (element.running === null) this.#over(element, 'CANCELLED');
    else this.#stop(element, 'CANCELLED');
  }

  /** The next moment in which Slurm looks for nodes. */
  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    const { clock, random } = this.#doing;
    clock.at(clock.now + 200 + random() * 1000, () => {
      this.#planned = false;
      if (this.#away) return;
      const waiting: Element[] = [];
      let room = this.#nodes.some(({ free, up }) => free > 0 && up);
      for (const element of this.#pending) {
        if (stateOf(element) !== 'PENDING') continue;
        if (!room || !this.#start(element)) waiting.push(element);
        else room = this.#nodes.some(({ free, up }) => free > 0 && up);
      }
      this.#pending = waiting;
    });
  }

  #start(element: Element): boolean {
    const { clock, random } = this.#doing;
    const { array, index } = element;
    if (array.active >= array.most) return false;
    const node = this.#nodes.find(({ name, free, up }) => free > 0 && up && !array.exclude.includes(name));
    if (node === undefined) return false;
    node.free -= 1;
    array.active += 1;
    element.node = node.name;
    this.#become(element, 'RUNNING');
    const given = {
      ...{
        batch: array.name.slice('pipe-'.length),
        element: index,
        name: `${array.id}_${index}`,
        node: node.name,
      },
      ...{ memory: array.memory, until: clock.now + array.time },
    };
    const running = new Running(this.#doing, given, (how) => {
      if (element.running === running) this.#ended(element, how);
    });
    element.running = running;
    if (array.time < Infinity) this.#chance(1, array.time, element, 'TIMEOUT');
    this.#chance(this.#faults.preempted, random() * 300_000, element, 'PREEMPTED');
    this.#chance(this.#faults.cancelled, random() * 300_000, element, 'CANCELLED');
    if (random() < this.#faults.stillborn) {
      clock.at(clock.now + 500, () => {
        this.#over(element, 'FAILED');
      });
      return true;
    }
    const begin = () => {
      if (!isOver(stateOf(element)) && !running.dead) running.start();
    };
    clock.at(clock.now + 100 + random() * 2000, begin);
    if (random() < this.#faults.twice)
      clock.at(clock.now + 2500 + random() * 5000, () => {
        if (!isOver(stateOf(element))) new Running(this.#doing, given, () => undefined).start();
      });
    return true;
  }

  /** Something that may end it while it runs. */
  #chance(share: number, ms: number, element: Element, state: string): void {
    const { clock, random } = this.#doing;
    if (random() >= share) return;
    clock.at(clock.now + ms, () => {
      if (stateOf(element) !== 'RUNNING') return;
      if (state === 'CANCELLED') this.cancelledJobs.add(`${element.array.id}_${element.index}`);
      this.#stop(element, state);
    });
  }

  /** Its processes are ended, which takes a moment. */
  #stop(element: Element, state: string): void {
    const { clock, random } = this.#doing;
    if (stateOf(element) === 'COMPLETING') return;
    this.#become(element, 'COMPLETING');
    clock.at(clock.now + random() * 3000, () => {
      element.running?.kill();
      if (!isOver(stateOf(element))) this.#over(element, state);
    });
  }

  #ended(element: Element, how: JobEnd): void {
    if (isOver(stateOf(element)) || stateOf(element) === 'COMPLETING') return;
    const { array, index } = element;
    const plainly = this.#doing.random() < 0.5;
    if (how === 'memory' && !plainly)
      this.#doing.files.log(array.name.slice('pipe-'.length), index, [
        'slurmstepd: error: Exceeded job memory limit',
      ]);
    this.#over(
      element,
      how === 'completed' ? 'COMPLETED' : how === 'memory' && plainly ? 'OUT_OF_MEMORY' : 'FAILED',
    );
  }

  #over(element: Element, state: string): void {
    const { array, running } = element;
    const node = this.#nodes.find(({ name }) => name === element.node);
    if (node !== undefined) {
      node.free += 1;
      array.active -= 1;
    }
    if (running !== null) running.saidOver = true;
    element.running = null;
    this.#become(element, state);
    this.#elements.delete(element);
    this.#plan();
    const { clock } = this.#doing;
    if (array.elements.every((each) => isOver(stateOf(each))))
      clock.at(clock.now + this.#faults.forgotten + this.#faults.late + 1, () => {
        this.#arrays.delete(array.id);
      });
  }

  #become(element: Element, state: string): void {
    element.states.push({ at: this.#doing.clock.now, state });
  }

  #misfortunes(): void {
    const { clock, random } = this.#doing;
    const { nodeLost, undead, awayEvery, awayFor } = this.#faults;
    const every = (ms: number, what: () => void): void => {
      if (ms === Infinity) return;
      clock.at(clock.now + ms * (0.5 + random()), () => {
        what();
        every(ms, what);
      });
    };
    every(nodeLost, () => {
      this.#loseNode(Math.floor(random() * this.#nodes.length), random() < undead);
    });
    every(awayEvery, () => {
      this.#away = true;
      clock.at(clock.now + awayFor * random(), () => {
        this.#away = false;
        this.#plan();
      });
    });
  }

  #loseNode(index: number, undead: boolean): void {
    const { clock, random } = this.#doing;
    const node = this.#nodes[index]!;
    if (!node.up || this.#nodes.filter(({ up }) => up).length === 1) return;
    node.up = false;
    for (const element of [...this.#elements]) {
      if (element.node !== node.name || element.running === null) continue;
      if (!undead) element.running.kill();
      // Slurm notices some time later.
      clock.at(clock.now + 14_000 + random() * 60_000, () => {
        if (!isOver(stateOf(element))) this.#over(element, 'NODE_FAIL');
      });
    }
    clock.at(clock.now + 300_000, () => {
      node.up = true;
      this.#plan();
    });
  }
}

function stateOf({ states }: Element): string {
  return states.at(-1)!.state;
}

function noController(program: string): Ran {
  const what = program === 'sbatch' ? 'Batch job submission failed' : 'slurm_load_jobs error';
  return {
    status: 1,
    out: '',
    err: `${program}: error: ${what}: Unable to contact slurm controller (connect failure)\n`,
  };
}
