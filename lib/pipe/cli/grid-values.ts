/** A value from a share of the way through a distribution, from 0 up to 1. */
export type Sampler = (share: number) => string;

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const RANGE = new RegExp(`^(${NUMBER})\\.\\.(${NUMBER})(?:\\.\\.(${NUMBER}))?$`, 'i');
const DISTRIBUTION = new RegExp(`^(uniform|loguniform|randint)\\((${NUMBER}),(${NUMBER})\\)$`, 'i');
/** More are a slip sooner than they are meant. */
const MOST = 10_000;

/** `0..4` and `0..1..0.25`, both ends included; null for what is no range. */
export function rangeIn(text: string): readonly string[] | null {
  const [, first, last, by] = RANGE.exec(text) ?? [];
  if (first === undefined || last === undefined) return null;
  const [from, to] = [Number(first), Number(last)];
  const step = by === undefined ? Math.sign(to - from) || 1 : Number(by);
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (!(count >= 1 && count <= MOST)) return [];
  // 0.1 + 0.2 is not what anybody means by the third step.
  return Array.from({ length: count }, (_, index) => String(Number((from + index * step).toPrecision(12))));
}

/** `uniform(0,1)`, `loguniform(1e-4,1e-1)` and `randint(1,9)` with both ends; null for anything else. */
export function samplerIn(text: string): Sampler | null {
  const [, name, first, last] = DISTRIBUTION.exec(text.replaceAll(/\s/g, '')) ?? [];
  if (name === undefined) return null;
  const [low, high] = [Number(first), Number(last)];
  if (!(low < high)) return null;
  const shortened = (value: number) => String(Number(value.toPrecision(4)));
  switch (name.toLowerCase()) {
    case 'uniform':
      return (share) => shortened(low + share * (high - low));
    case 'loguniform':
      return low <= 0 ? null : (share) => shortened(low * (high / low) ** share);
    default:
      return (share) => String(Math.floor(low + share * (Math.floor(high) - low + 1)));
  }
}
