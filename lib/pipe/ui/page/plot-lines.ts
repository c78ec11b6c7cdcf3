import type { PlotLine } from '../views.ts';

/** A point of a line, by its place in it. */
export interface PlotPoint {
  readonly line: number;
  readonly at: number;
}

/** What of the ids of tasks differs between them: the stage, and axes with one value for all, are said once. */
export function shortNames(tasks: readonly string[]): string[] {
  const parts = tasks.map((task) => task.slice(task.indexOf('@') + 1).split(','));
  const same = (part: string): boolean => parts.every((others) => others.includes(part));
  return parts.map((own, index) => {
    const told = own.filter((part) => !same(part));
    return told.length > 0 ? told.join(', ') : tasks[index]!;
  });
}

/** Points in a row of a line, each run of them drawn as one: nothing is drawn where a number is missing. */
export function piecesOf({ xs, ys }: PlotLine): (readonly [x: number, y: number])[][] {
  const pieces: [number, number][][] = [[]];
  for (const [at, x] of xs.entries()) {
    const y = ys[at] ?? null;
    if (y !== null) pieces.at(-1)!.push([x, y]);
    else if (pieces.at(-1)!.length > 0) pieces.push([]);
  }
  return pieces.filter((piece) => piece.length > 0);
}

/** The point that is nearest to a place, where `distance` says how far one is; null where there is none. */
export function nearest(
  lines: readonly PlotLine[],
  distance: (x: number, y: number) => number,
): PlotPoint | null {
  let found: PlotPoint | null = null;
  let least = Infinity;
  for (const [line, { xs, ys }] of lines.entries()) {
    for (const [at, x] of xs.entries()) {
      const y = ys[at] ?? null;
      if (y === null) continue;
      const far = distance(x, y);
      if (far < least) [found, least] = [{ line, at }, far];
    }
  }
  return found;
}

/** The point that an arrow key leads to: along its line, or to the next line at the nearest place. */
export function stepped(
  lines: readonly PlotLine[],
  from: PlotPoint | null,
  key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown',
): PlotPoint | null {
  if (from === null) return nearest(lines, (x) => x);
  const { xs, ys } = lines[from.line]!;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const step = key === 'ArrowLeft' ? -1 : 1;
    for (let at = from.at + step; at >= 0 && at < xs.length; at += step)
      if (ys[at] !== null) return { line: from.line, at };
    return from;
  }
  const step = key === 'ArrowUp' ? -1 : 1;
  for (let line = from.line + step; line >= 0 && line < lines.length; line += step) {
    const there = nearest([lines[line]!], (x) => Math.abs(x - xs[from.at]!));
    if (there !== null) return { line, at: there.at };
  }
  return from;
}
