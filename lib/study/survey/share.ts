import { tQuantile } from '../statistics/distributions.ts';
import { estimate } from '../statistics/estimate.ts';
import { meanOf, meanValue } from '../statistics/unit.ts';

/** What one person said of one item, as a number from 0 to 1. */
export interface Said {
  readonly person: number;
  readonly item: number;
  readonly value: number;
}

export interface Share {
  readonly value: number;
  /** Null for fewer than two answers. */
  readonly low: number | null;
  readonly high: number | null;
  readonly people: number;
  readonly items: number;
  readonly answers: number;
}

/**
 * A share over people and items, which are crossed: people are the unit, each counting alike, and the variance that
 * items bring which several people saw is added (`estimate`); of one person it is over the items alone. The interval is
 * Wilson's (1927, J. Am. Stat. Assoc. 22) at the number of independent answers that would have this variance, never
 * more than were given, and with Student's quantile: near 0 and 1, and where all say the same, it is still one.
 */
export function shareOf(said: readonly Said[], level: number): Share | null {
  if (said.length === 0) return null;
  const { value, variance, degrees, people } = spreadOf(said);
  const known = { value, people, items: new Set(said.map(({ item }) => item)).size, answers: said.length };
  if (degrees < 1 || said.length < 2) return { ...known, low: null, high: null };
  const independent = variance > 0 ? Math.min(said.length, (value * (1 - value)) / variance) : said.length;
  // Where nobody agrees with themselves there may be less than one.
  const n = Math.max(1, independent);
  const square = tQuantile((1 + level) / 2, degrees) ** 2;
  const middle = (value + square / (2 * n)) / (1 + square / n);
  const reach = Math.sqrt(square * ((value * (1 - value)) / n + square / (4 * n * n))) / (1 + square / n);
  return { ...known, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

interface Spread {
  readonly value: number;
  readonly variance: number;
  readonly degrees: number;
  readonly people: number;
}

function spreadOf(said: readonly Said[]): Spread {
  const byPerson = new Map<number, { image: number; value: number }[]>();
  for (const { person, item, value } of said) {
    const own = byPerson.get(person) ?? [];
    byPerson.set(person, own);
    own.push({ image: item, value });
  }
  const units = [...byPerson].map(([person, values]) => ({ tag: 'said', seeds: [person], values }));
  const found = estimate(units, meanOf('said'))!;
  if (found.error !== null)
    return { value: found.value, variance: found.error ** 2, degrees: found.degrees, people: units.length };
  const values = said.map(({ value }) => value);
  const mean = meanValue(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const degrees = values.length - 1;
  return { value: mean, variance: squares / (degrees * values.length), degrees, people: units.length };
}

export interface Difference {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** One share less another, by both their intervals (Newcombe 1998, Stat. Med. 17, method 10). */
export function differenceOfShares(a: Share, b: Share): Difference {
  const value = a.value - b.value;
  if (a.low === null || a.high === null || b.low === null || b.high === null)
    return { value, low: null, high: null };
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}
