import type { Numbers } from '../execute/executor.ts';

/** Points that are kept of a number; of more, each two become their mean. */
const MOST = 128;
/** Numbers of one task that are kept. */
const MOST_NAMES = 8;

/** What one number was over all of a task, in a bounded number of points. */
export class Curve {
  #points: (number | null)[] = [];
  /** Values that a point stands for, and those of the next one. */
  #each = 1;
  #next: (number | null)[] = [];
  #last: number | null = null;
  #step: number | null = null;
  #counts = true;

  add(value: number | null): void {
    this.#note(value);
    this.#next.push(value);
    if (this.#next.length < this.#each) return;
    this.#points.push(mean(this.#next));
    this.#next = [];
    if (this.#points.length < MOST) return;
    this.#points = halves(this.#points);
    this.#each *= 2;
  }

  get points(): readonly (number | null)[] {
    return this.#next.length === 0 ? this.#points : [...this.#points, mean(this.#next)];
  }

  /** It has only ever risen by the same whole number, as an epoch does. */
  get counts(): boolean {
    return this.#counts;
  }

  #note(value: number | null): void {
    const step = value === null || this.#last === null ? null : value - this.#last;
    if (value === null || !Number.isInteger(value)) this.#counts = false;
    if (step !== null && (step <= 0 || (this.#step !== null && step !== this.#step))) this.#counts = false;
    this.#step ??= step;
    this.#last = value;
  }
}

/** Adds what a report says to the curves of its task. */
export function addNumbers(curves: Map<string, Curve>, numbers: Numbers): void {
  for (const [name, value] of Object.entries(numbers)) {
    const curve = curves.get(name) ?? new Curve();
    if (curves.size < MOST_NAMES) curves.set(name, curve);
    curve.add(value);
  }
}

/** `width` points or fewer, each the mean of those that it stands for. */
export function thinned(points: readonly (number | null)[], width: number): readonly (number | null)[] {
  if (points.length <= width) return points;
  const at = (column: number) => Math.round((column * points.length) / width);
  return Array.from({ length: width }, (_, column) => mean(points.slice(at(column), at(column + 1))));
}

function halves(points: readonly (number | null)[]): (number | null)[] {
  return Array.from({ length: points.length / 2 }, (_, at) => mean(points.slice(2 * at, 2 * at + 2)));
}

/** Of those that are numbers; null where none is. */
function mean(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value / numbers.length, 0);
}
