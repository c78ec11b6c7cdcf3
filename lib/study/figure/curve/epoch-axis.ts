import type { HorizontalAxis } from './curve-grid.ts';

export type EpochScale = 'log' | 'linear';

/** 1, 2, 5, 10, 20, 50 …: steps that are read without counting. */
function roundSteps(from: number, to: number): number[] {
  const steps: number[] = [];
  for (let power = 1; power <= to; power *= 10) {
    steps.push(...[1, 2, 5].map((factor) => factor * power).filter((step) => step >= from && step <= to));
  }
  return steps;
}

function logTicks([from, to]: readonly [number, number], room: number): number[] {
  const steps = roundSteps(from, to);
  if (steps.length <= room) return steps;
  const powers = steps.filter((step) => Number.isInteger(Math.log10(step)));
  return powers.length >= 2 ? powers : steps.filter((_, at) => at % 2 === 0);
}

function linearTicks([from, to]: readonly [number, number], room: number): number[] {
  const step =
    roundSteps(1, Infinity === to ? 1 : Math.max(1, to)).find((width) => (to - from) / width < room) ?? 1;
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, at) => (first + at) * step);
}

/** The last epoch is written too, where training ended, if there is room for it. */
function withLast(ticks: readonly number[], axis: HorizontalAxis, room: number): readonly number[] {
  const last = axis.domain[1];
  const before = ticks.at(-1);
  if (before === undefined) return [last];
  const places = (1 - placeOn(axis, before)) * room;
  return places > 0.85 ? [...ticks, last] : ticks;
}

/**
 * From the first epoch drawn to the last; apart even where there is one only. `room`: how many tick labels
 * fit. A logarithmic axis has no place for epoch 0, which it leaves out.
 */
export function epochAxis(scale: EpochScale, epochs: Iterable<number>, room: number): HorizontalAxis {
  const shown = [...epochs].filter((epoch) => scale === 'linear' || epoch > 0);
  const least = shown.reduce((a, b) => Math.min(a, b), Infinity);
  const greatest = shown.reduce((a, b) => Math.max(a, b), -Infinity);
  const named = { key: 'epoch', title: 'epoch', scale };
  if (shown.length === 0) return { ...named, domain: [1, 2], ticks: [1, 2] };
  if (least === greatest) {
    const domain: [number, number] = scale === 'log' ? [least / 2, least * 2] : [least - 1, least + 1];
    return { ...named, domain, ticks: [least] };
  }
  const domain: [number, number] = [least, greatest];
  const ticks = (scale === 'log' ? logTicks : linearTicks)(domain, room);
  const axis = { ...named, domain, ticks };
  return { ...axis, ticks: withLast(ticks, axis, room) };
}

/** 0 at the axis's start, 1 at its end. */
export function placeOn(axis: HorizontalAxis, value: number): number {
  const along = axis.scale === 'log' ? Math.log : (given: number): number => given;
  const [from, to] = axis.domain;
  return (along(value) - along(from)) / (along(to) - along(from));
}
