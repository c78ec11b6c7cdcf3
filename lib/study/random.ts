/**
 * Philox4x32-10, a counter-based generator: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011. A draw depends on its key and position alone, so that a training run that was interrupted, split
 * or spread over machines draws what an uninterrupted one would have drawn.
 */

type Words4 = readonly [number, number, number, number];
type Words2 = readonly [number, number];

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** Upper 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  // Both sums stay below 2^32: (2^16 - 1)^2 + 2^16 - 1 < 2^32.
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** Four random words for a counter and a key; exported for the published test vectors. */
export function philox4x32(counter: Words4, key: Words2): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c1 = low1;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** FNV-1a over UTF-16 code units: names a purpose in 32 bits. */
function hashPurpose(purpose: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** What a sequence of draws is for. */
export interface DrawKey {
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  /** E.g. `shuffle`, `augment`, or a weight's name. */
  readonly purpose: string;
  readonly epoch?: number;
  /** E.g. an image's number. */
  readonly index?: number;
}

/** A sequence of draws. */
export interface Draws {
  /** An unsigned 32-bit integer. */
  readonly word: () => number;
  /** In [0, 1), with 53 random bits. */
  readonly uniform: () => number;
  /** In [low, high). */
  readonly between: (low: number, high: number) => number;
  /** 0 to bound - 1, each equally likely. */
  readonly integer: (bound: number) => number;
  /** Mean 0, standard deviation 1. */
  readonly normal: () => number;
}

/** The draws for a key: always the same ones, whatever was drawn elsewhere. */
export function draws({ seed, purpose, epoch = 0, index = 0 }: DrawKey): Draws {
  const key: Words2 = [seed >>> 0, hashPurpose(purpose)];
  let block = 0;
  let words: Words4 = [0, 0, 0, 0];
  let used = 4;
  let spare: number | null = null;

  function word(): number {
    if (used === 4) {
      words = philox4x32([block++, index >>> 0, epoch >>> 0, 0], key);
      used = 0;
    }
    return words[used++]!;
  }
  function uniform(): number {
    return ((word() >>> 5) * 0x4000000 + (word() >>> 6)) / 2 ** 53;
  }
  function integer(bound: number): number {
    // Words past the last whole multiple of `bound` would favour small results.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let drawn = word();
    while (drawn >= limit) drawn = word();
    return drawn % bound;
  }
  /** Box–Muller, which makes them in pairs. */
  function normal(): number {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
  return { word, uniform, integer, normal, between: (low, high) => low + (high - low) * uniform() };
}

/** The numbers 0 to count - 1 in random order (Fisher–Yates). */
export function permutation(count: number, from: Draws): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = from.integer(i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}
