import type { ColourMap } from '../figure/sheet/colour-map.ts';

/** Steps that a value can take in a packed map, the most first: what is too large is packed with fewer. */
export const LEVELS = [63, 31] as const;

/** How a map's values lie on its levels: about zero where they have signs, from zero up where they have none. */
function spanOf(colours: ColourMap, levels: number): { readonly zero: number; readonly steps: number } {
  return colours === 'diverging'
    ? { zero: (levels - 1) / 2, steps: (levels - 1) / 2 }
    : { zero: 0, steps: levels - 1 };
}

/** Each value as a level, 0 to `levels - 1`: of its share of the clip, what is beyond at the end. */
export function toLevels(
  values: Float64Array,
  clip: number,
  colours: ColourMap,
  levels: number,
  into: Uint8Array,
): void {
  const { zero, steps } = spanOf(colours, levels);
  const scale = clip > 0 ? steps / clip : 0;
  for (let at = 0; at < values.length; at += 1) {
    const scaled = Math.round(values[at]! * scale);
    into[at] = zero + Math.max(-zero, Math.min(steps, scaled));
  }
}

/** A level as a share of the clip: −1 to 1, or 0 to 1. */
export function shareOfLevel(level: number, colours: ColourMap, levels: number): number {
  const { zero, steps } = spanOf(colours, levels);
  return (level - zero) / steps;
}

/** The same levels, fewer of them: by at most a step of the old and a half of the new away from the value. */
export function fewerLevels(packed: Uint8Array, colours: ColourMap, from: number, to: number): Uint8Array {
  const { zero, steps } = spanOf(colours, to);
  const table = Uint8Array.from({ length: from }, (_, level) =>
    Math.round(zero + steps * shareOfLevel(level, colours, from)),
  );
  return packed.map((level) => table[level]!);
}
