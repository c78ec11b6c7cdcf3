/** How a tensor is cut into pictures. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** 3 are red, green and blue; otherwise each picture has one. */
  readonly channels: 1 | 3;
  readonly count: number;
}

/** The last two sides are a picture, or the last three where the very last is 1 or 3; what stands before counts them. */
export function picturesIn(shape: readonly number[]): Frame {
  const last = shape.at(-1);
  const coloured = shape.length >= 3 && (last === 1 || last === 3);
  const sides = coloured ? shape.slice(0, -1) : shape;
  const width = sides.at(-1) ?? 1;
  const height = sides.length > 1 ? sides.at(-2)! : 1;
  const count = sides.slice(0, -2).reduce((product, side) => product * side, 1);
  return { width, height, channels: coloured && last === 3 ? 3 : 1, count };
}

/** Red, green, blue and opacity of each point. Values below zero are blue, above it red; else they go from dark to light. */
export function pixelsOf(
  values: Float32Array,
  { channels }: Frame,
  integer: boolean,
): Uint8ClampedArray<ArrayBuffer> {
  const points = values.length / channels;
  const pixels = new Uint8ClampedArray(points * 4);
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (integer) [low, high] = [0, 255];
  const range = high > low ? high - low : 1;
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  for (let point = 0; point < points; point++) {
    const colour = (channel: number): number => ((values[point * channels + channel]! - low) / range) * 255;
    if (channels === 3) pixels.set([colour(0), colour(1), colour(2), 255], point * 4);
    else if (low < 0 && !integer) pixels.set(signed(values[point]! / most), point * 4);
    else pixels.set([colour(0), colour(0), colour(0), 255], point * 4);
  }
  return pixels;
}

/** White at zero, red at one, blue at minus one; what is no number is grey. */
function signed(value: number): [number, number, number, number] {
  if (Number.isNaN(value)) return [128, 128, 128, 255];
  const fade = 255 * (1 - Math.min(1, Math.abs(value)));
  return value >= 0 ? [213 + (42 * fade) / 255, fade, fade, 255] : [fade, fade, 213 + (42 * fade) / 255, 255];
}
