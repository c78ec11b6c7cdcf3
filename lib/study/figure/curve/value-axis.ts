import type { CurveGrid, GridRow } from './curve-grid.ts';

/** A vertical axis, the same in all panels of a row. */
export interface ValueAxis {
  readonly scale: 'linear' | 'log';
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  /** A d3-format of the tick labels. */
  readonly format: string;
}

/** 1, 2 or 5 times a power of ten: about `count` steps over a span. */
function stepOf(span: number, count: number): number {
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.9) ?? 10;
  return factor * power;
}

/** Rounds away what floating-point steps leave behind. */
const tidy = (value: number): number => Number(value.toPrecision(12));

function linear(from: number, to: number): ValueAxis {
  const span = to > from ? to - from : Math.abs(from) || 1;
  const step = stepOf(span, 6);
  const first = Math.floor(tidy(from / step));
  const last = Math.max(Math.ceil(tidy(to / step)), first + 1);
  const decimals = Math.max(0, -Math.floor(tidy(Math.log10(step))));
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => tidy((first + at) * step));
  return { scale: 'linear', domain: [ticks[0]!, ticks.at(-1)!], ticks, format: `.${decimals}f` };
}

/** From a 1, 2 or 5 times a power of ten to another; powers alone where they are many. */
function logarithmic(from: number, to: number): ValueAxis {
  const firstPower = Math.floor(Math.log10(from));
  const lastPower = Math.ceil(Math.log10(to));
  const powers = Array.from({ length: lastPower - firstPower + 1 }, (_, at) => tidy(10 ** (firstPower + at)));
  const steps = powers.flatMap((power) => [1, 2, 5].map((factor) => tidy(factor * power)));
  const low = steps.findLast((step) => step <= from) ?? steps[0]!;
  const high = steps.find((step) => step >= to && step > low) ?? steps.at(-1)!;
  const inside = steps.filter((step) => step >= low && step <= high);
  const ticks = inside.length <= 7 ? inside : inside.filter((step) => powers.includes(step));
  return { scale: 'log', domain: [low, high], ticks, format: '~g' };
}

/** Reaches over everything that the row's panels show. */
export function valueAxis(grid: CurveGrid, row: GridRow): ValueAxis {
  const curves = grid.points.flatMap((point) =>
    point.row === row.key ? [point.value, point.low, point.high] : [],
  );
  const thin = (grid.thin ?? []).flatMap((point) => (point.row === row.key ? [point.value] : []));
  const bands = (grid.bands ?? []).flatMap((band) => (band.row === row.key ? [band.low, band.high] : []));
  const asides = (grid.asides ?? []).flatMap((aside) =>
    aside.row === row.key ? [aside.low, aside.high] : [],
  );
  const [lowest, highest] = row.limits ?? [-Infinity, Infinity];
  const drawn = [...curves, ...thin, ...bands, ...asides, ...(row.reaches ?? [])]
    .filter((value): value is number => value !== null && (row.scale !== 'log' || value > 0))
    .map((value) => Math.min(highest, Math.max(lowest, value)));
  if (drawn.length === 0) return row.scale === 'log' ? logarithmic(0.1, 1) : linear(0, 1);
  const least = drawn.reduce((a, b) => Math.min(a, b));
  const greatest = drawn.reduce((a, b) => Math.max(a, b));
  return row.scale === 'log' ? logarithmic(least, greatest) : linear(least, greatest);
}
