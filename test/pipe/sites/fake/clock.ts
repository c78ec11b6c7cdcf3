/** Time that passes only when everybody waits for it. */
export class Clock {
  now: number;
  readonly #heap: Event[] = [];
  #order = 0;
  #woke = false;

  constructor(now: number) {
    this.now = now;
  }

  /** Events of the same time happen in the order in which they were planned. */
  at(time: number, what: () => void): void {
    const event = { time: Math.max(time, this.now), order: this.#order++, what };
    const heap = this.#heap;
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = event;
  }

  /** Resolves when so many milliseconds are over. */
  after(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.at(this.now + ms, () => {
        this.wake(resolve);
      });
    });
  }

  /** Whatever resolves a promise says so: those who wait for it get their turn before time goes on. */
  wake(resolve: () => void): void {
    this.#woke = true;
    resolve();
  }

  /** Until that is so, or nothing more can happen, or that time is reached; what it was. */
  async run(until: () => boolean, end = Infinity): Promise<'done' | 'nothing' | 'late'> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#woke = false;
      if (until()) return 'done';
      while (!this.#hasWoken()) {
        const next = this.#heap[0];
        if (next === undefined) return 'nothing';
        if (next.time > end) return 'late';
        this.#take();
        this.now = next.time;
        next.what();
      }
    }
  }

  #hasWoken(): boolean {
    return this.#woke;
  }

  #take(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
  }
}

interface Event {
  readonly time: number;
  readonly order: number;
  readonly what: () => void;
}

function before(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

/** Numbers from 0 to 1, the same ones for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
