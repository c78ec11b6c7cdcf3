import type { HeatMap } from '../../similarity/heat-map.ts';

/** Each target pixel takes the value of the source pixel it lies in: no value arises that was not there. */
export function resizeNearest(
  map: HeatMap,
  { height, width }: { readonly height: number; readonly width: number },
): HeatMap {
  const values = new Float64Array(height * width);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor((y * map.height) / height) * map.width;
    for (let x = 0; x < width; x += 1) {
      values[y * width + x] = map.values[row + Math.floor((x * map.width) / width)]!;
    }
  }
  return { height, width, values };
}
