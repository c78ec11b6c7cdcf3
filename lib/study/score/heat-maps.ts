import type { MapsTable } from '../attribution/maps-file.ts';
import type { MethodName } from '../attribution/methods.ts';
import type { HeatMap } from '../similarity/heat-map.ts';
import { reduceChannels } from '../similarity/reduce.ts';
import type { ScoreParams } from './parameters.ts';

/** Each image's map, its channels reduced. */
export function heatMaps(
  maps: MapsTable,
  method: MethodName,
  { reduction, signed }: ScoreParams,
): readonly HeatMap[] {
  const { shape, values } = maps.map(method);
  const [rows, height, width, channels] = shape as [number, number, number, number];
  const size = height * width * channels;
  return Array.from({ length: rows }, (_, row) =>
    reduceChannels(
      values.subarray(row * size, (row + 1) * size),
      [height, width, channels],
      reduction,
      signed,
    ),
  );
}
