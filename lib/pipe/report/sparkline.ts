import { thinned, type Curve } from './curve.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';
const LETTERS = '_.:-=+*#';

/** Columns that a curve has at most, and below which it says nothing. */
const WIDEST = 20;
const NARROWEST = 4;

/** A curve of one line, from its least value to its greatest; a blank where it was no number. */
export function sparkline(points: readonly (number | null)[], width: number, unicode: boolean): string {
  const levels = unicode ? BLOCKS : LETTERS;
  const drawn = thinned(points, width);
  const numbers = drawn.filter((value) => value !== null);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const top = levels.length - 1;
  return drawn
    .map((value) => {
      if (value === null) return ' ';
      // Halves, for what lies between the greatest and the least number that there are may be none.
      const part = most === least ? 0.5 : (value / 2 - least / 2) / (most / 2 - least / 2);
      return levels[Math.round(part * top)]!;
    })
    .join('');
}

/**
 * The curve that tells most of a task: of the first number that it reports which is more than a count, in at most
 * `room` columns. Null where there is none yet, or no room; then whole, not cut off.
 */
export function telling(
  curves: ReadonlyMap<string, Curve>,
  room: (name: string) => number,
  unicode: boolean,
): { readonly name: string; readonly line: string } | null {
  for (const [name, curve] of curves) {
    const { points } = curve;
    if (curve.counts || points.filter((value) => value !== null).length < 2) continue;
    const width = Math.min(WIDEST, room(name));
    return width < NARROWEST ? null : { name, line: sparkline(points, width, unicode) };
  }
  return null;
}
