/** A heat map with one value per pixel, row by row. */
export interface HeatMap {
  readonly height: number;
  readonly width: number;
  /** height × width values. */
  readonly values: Float64Array;
}

/** Least and greatest value. */
export function extremes(values: Float64Array): { readonly least: number; readonly greatest: number } {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { least, greatest };
}

/** True where every pixel has one value (an all-zero Grad-CAM, say): no similarity is defined there. */
export function isConstant(map: HeatMap): boolean {
  return map.values.every((value) => value === map.values[0]);
}

/** Scales a map to [0, 1] by its own minimum and maximum; null for a constant map. */
export function toUnitRange(map: HeatMap): HeatMap | null {
  const { least, greatest } = extremes(map.values);
  const range = greatest - least;
  if (!(range > 0)) return null;
  const values = new Float64Array(map.values.length);
  for (let i = 0; i < values.length; i++) values[i] = (map.values[i]! - least) / range;
  return { ...map, values };
}

export function requireSameSize(a: HeatMap, b: HeatMap): void {
  if (a.height !== b.height || a.width !== b.width)
    throw new Error(
      `maps to compare must have one size, but are ${a.height}×${a.width} and ${b.height}×${b.width}`,
    );
}
