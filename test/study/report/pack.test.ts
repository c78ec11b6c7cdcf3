import fc from 'fast-check';
import { inflateSync } from 'fflate';
import { expect, test } from 'vitest';
import type { MapsTable } from '../../../lib/study/attribution/maps-file.ts';
import { clipOf, smallest } from '../../../lib/study/figure/sheet/clip.ts';
import { fit } from '../../../lib/study/report/budget.ts';
import { fewerLevels, shareOfLevel, toLevels } from '../../../lib/study/report/levels.ts';
import { packMaps } from '../../../lib/study/report/pack.ts';
import type { RunData } from '../../../lib/study/report/page/data.ts';
import type { PackedMap } from '../../../lib/study/report/page/map-store.ts';
import { paintDifference, paintMap, paintOverlay } from '../../../lib/study/report/page/paint.ts';

/** Maps of two images and two methods, which are not square: 2 × 3 and 1 × 2. */
function table(saliency: readonly number[], cam: readonly number[]): MapsTable {
  const rows = 2;
  const all = <T>(value: T): T[] => Array.from({ length: rows }, () => value);
  return {
    ...{ rows, index: [7, 9], label: all(0), class: all('ring'), group: ['A', 'B'], rank: all(1) },
    ...{ explained: all(0), predicted: all(0), probability: all(1), entropy: all(0), mask: null },
    methods: ['saliency', 'grad-cam'],
    map: (method) =>
      method === 'saliency'
        ? { shape: [rows, 2, 3, 1], values: Float32Array.from(saliency) }
        : { shape: [rows, 1, 2, 1], values: Float32Array.from(cam) },
  };
}

const first = table([1, -2, 3, -4, 5, -6, 6, 5, 4, 3, 2, 1], [0, 1, 0, 1]);
const second = table([1, -2, 3, -4, 5, -6, 0, 0, 0, 0, 0, 0], [0, 1, 0, 1]);

test('maps keep their shape, those that are the same are packed once, and equal chunks are not repeated', () => {
  const packed = packMaps([first, second], first);
  expect(packed.methods.map(({ height, width, colours }) => [height, width, colours])).toEqual([
    [2, 3, 'diverging'],
    [1, 2, 'sequential'],
  ]);
  expect(packed.maps).toEqual([
    [
      [0, 0],
      [0, 0],
    ],
    [
      [0, 1],
      [0, 0],
    ],
  ]);
  // Both images have one Grad-CAM: its chunk lies in the block of the first.
  expect(packed.chunks[1]![1]).toEqual([0, 1]);
  expect(packed.blocks.map((lines) => lines.length)).toEqual([2, 1]);
  expect(packed.methods.map(({ dependsOnImage }) => dependsOnImage)).toEqual([true, false]);
  expect(packed.clips[1]![0]).toEqual([6, 0]);
  const bytes = inflateSync(Buffer.from(packed.blocks[0]![0]!, 'base64'));
  expect([...bytes]).toEqual([36, 21, 47, 10, 57, 0]);
});

test('a level is within half a step of its value, and fewer levels within a step and a half', () => {
  const value = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1 }),
      fc.constantFrom('diverging', 'sequential'),
      (values, colours) => {
        const into = new Uint8Array(values.length);
        toLevels(Float64Array.from(values), 1.5, colours, 63, into);
        const fewer = fewerLevels(into, colours, 63, 31);
        values.forEach((each, at) => {
          const share = Math.max(colours === 'diverging' ? -1 : 0, Math.min(1, each / 1.5));
          const range = colours === 'diverging' ? 2 : 1;
          expect(Math.abs(shareOfLevel(into[at]!, colours, 63) - share) / range).toBeLessThanOrEqual(0.0081);
          expect(Math.abs(shareOfLevel(fewer[at]!, colours, 31) - share) / range).toBeLessThanOrEqual(0.025);
        });
      },
    ),
  );
});

test('the value at a place is that of the sorted values', () => {
  const values = fc.array(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(values, fc.nat(), (all, at) => {
      const place = at % all.length;
      expect(smallest(Float64Array.from(all), place)).toBe(Float64Array.from(all).sort()[place]);
    }),
  );
});

const map: PackedMap = {
  ...{ height: 1, width: 2, colours: 'diverging', levels: 63, clip: 2 },
  values: Uint8Array.from([0, 62]),
};

test('a map takes the colours’ ends at its clip, and less of them where the scale is greater', () => {
  expect([...paintMap(map, 2).pixels]).toEqual([5, 48, 97, 255, 103, 0, 31, 255]);
  expect([...paintMap(map, Infinity).pixels]).toEqual([247, 247, 247, 255, 247, 247, 247, 255]);
  expect([...paintDifference(map, map, [2, 2]).pixels]).toEqual([247, 247, 247, 255, 247, 247, 247, 255]);
});

test('over an image a map keeps the image’s shape, and covers nothing where it is zero', () => {
  const image = { height: 2, width: 4, pixels: new Uint8ClampedArray(32).fill(100) };
  const zero: PackedMap = { ...map, values: Uint8Array.from([31, 31]) };
  const painted = paintOverlay(image, zero, 2, 0.75);
  expect([painted.height, painted.width]).toEqual([2, 4]);
  expect([...painted.pixels].filter((_, at) => at % 4 < 3)).toEqual(Array.from({ length: 24 }, () => 100));
});

test('what is too large has fewer levels, then lies beside the page, then has fewer images', () => {
  const noise = (seed: number): number[] => Array.from({ length: 12 }, (_, at) => Math.sin(seed + at * at));
  const { blocks, ...packed } = packMaps([table(noise(1), [0, 1, 1, 0])], table(noise(1), [0, 1, 1, 0]));
  const images = [1, 2].map((rank) => ({ rank }));
  const run = { ...packed, images } as unknown as RunData;
  const size = blocks.flat().reduce((sum, line) => sum + line.length + 1, 0);
  const whole = fit([{ run, blocks }], { page: size, files: size });
  expect([whole.beside, whole.leftOut, whole.runs[0]!.run.levels]).toEqual([false, 0, 63]);
  const beside = fit([{ run, blocks }], { page: 1, files: size });
  expect([beside.beside, beside.leftOut, beside.runs[0]!.run.levels]).toEqual([true, 0, 63]);
  const half = fit([{ run, blocks }], { page: 1, files: size * 0.6 });
  expect([half.beside, half.leftOut, half.runs[0]!.run.levels]).toEqual([true, 1, 31]);
  expect(half.runs[0]!.run.chunks[1]).toEqual([]);
  expect(half.runs[0]!.blocks[1]).toEqual([]);
});

test('the clip of a map is the 99th percentile of its magnitudes', () => {
  const values = Float64Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? at : -at));
  expect(clipOf({ height: 10, width: 20, values })).toBe(197);
});
