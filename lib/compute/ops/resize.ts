/**
 * How one axis is resized: where on it the middle of element `at` of the result lies, given the lengths and how
 * many times longer the result is. The names are ONNX's.
 */
type Coordinates = (at: number, from: number, to: number, scale: number) => number;

export const coordinates: Readonly<Record<string, Coordinates>> = {
  half_pixel: (at, _from, _to, scale) => (at + 0.5) / scale - 0.5,
  half_pixel_symmetric: (at, from, to, scale) => {
    const adjustment = to / (from * scale);
    return (from / 2) * (1 - adjustment) + (at + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (at, _from, to, scale) => (to > 1 ? (at + 0.5) / scale - 0.5 : 0),
  align_corners: (at, from, to, scale) => (to === 1 ? 0 : (at * (from - 1)) / (from * scale - 1)),
  asymmetric: (at, _from, _to, scale) => at / scale,
};

/**
 * Linear interpolation along one axis as a matrix, `[to, from]`, row-major: each row has the shares of the two
 * elements around its place; beyond the ends, the end counts.
 */
export function linearWeights(from: number, to: number, where: string): Float32Array {
  const place = coordinates[where]!;
  const values = new Float32Array(from * to);
  for (let row = 0; row < to; row++) {
    const at = place(row, from, to, to / from);
    const low = Math.floor(at);
    for (const [column, share] of [
      [low, 1 - (at - low)],
      [low + 1, at - low],
    ] as const)
      values[row * from + Math.min(from - 1, Math.max(0, column))]! += share;
  }
  return values;
}
