import type { Ask } from './ask.ts';

/** How long tasks take, by kind: as they did here, else as they did before. */
export class Durations {
  readonly #seen = new Map<string, { sum: number; count: number }>();
  readonly #probes = new Map<string, Set<Ask>>();
  readonly #since = new Map<string, number>();
  readonly #history: (kind: string) => number | null;
  readonly #target: number;

  constructor(history: (kind: string) => number | null, target: number) {
    this.#history = history;
    this.#target = target;
  }

  took(kind: string, ms: number): void {
    const seen = this.#seen.get(kind) ?? { sum: 0, count: 0 };
    this.#seen.set(kind, { sum: seen.sum + ms, count: seen.count + 1 });
  }

  /** Null while nobody can say. What has not ended after the time that a job should take is long enough to go alone. */
  expected(kind: string, now: number): number | null {
    const seen = this.#seen.get(kind);
    if (seen !== undefined) return seen.sum / seen.count;
    const before = this.#history(kind);
    if (before !== null) return before;
    const since = this.#since.get(kind);
    return since !== undefined && now - since >= this.#target ? this.#target : null;
  }

  /** Those that go first, to find out. */
  probing(kind: string, asks: readonly Ask[]): void {
    const probes = this.#probes.get(kind) ?? new Set();
    for (const ask of asks) probes.add(ask);
    this.#probes.set(kind, probes);
  }

  began({ order: { kind } }: Ask, now: number): void {
    if (!this.#since.has(kind)) this.#since.set(kind, now);
  }

  over(ask: Ask): void {
    this.#probes.get(ask.order.kind)?.delete(ask);
  }

  /** How many more may go first. */
  room(kind: string, most: number): number {
    return Math.max(0, most - (this.#probes.get(kind)?.size ?? 0));
  }
}
