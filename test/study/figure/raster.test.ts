import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourAt } from '../../../lib/study/figure/sheet/colour-map.ts';
import { heatMapRaster, imageRaster, overlayRaster, tile } from '../../../lib/study/figure/page/raster.ts';
import { clipOf } from '../../../lib/study/figure/sheet/clip.ts';
import { resizeNearest } from '../../../lib/study/figure/sheet/resize-nearest.ts';

const map = (height: number, width: number, ...values: number[]) => ({
  height,
  width,
  values: Float64Array.from(values),
});

/** Relative luminance, roughly: enough to order colours. */
const lightness = ([r, g, b]: readonly number[]): number => 0.3 * r! + 0.6 * g! + 0.1 * b!;

describe('heatMapRaster', () => {
  it('puts zero in the middle of the diverging colours and clips beyond', () => {
    const { pixels } = heatMapRaster(map(1, 5, -9, -1, 0, 1, 9), 'diverging', 1);
    const [below, low, zero, high, above] = [0, 1, 2, 3, 4].map((at) => [
      ...pixels.subarray(at * 3, at * 3 + 3),
    ]);
    expect(zero).toEqual([247, 247, 247]);
    expect(below).toEqual(low);
    expect(above).toEqual(high);
    expect(low![2]).toBeGreaterThan(low![0]!);
    expect(high![0]).toBeGreaterThan(high![2]!);
  });

  it('draws an all-zero map as zero', () => {
    const zeros = map(1, 2, 0, 0);
    expect(clipOf(zeros)).toBe(0);
    expect([...heatMapRaster(zeros, 'diverging', 0).pixels]).toEqual([247, 247, 247, 247, 247, 247]);
    expect([...heatMapRaster(zeros, 'sequential', 0).pixels.subarray(0, 3)]).toEqual([68, 1, 84]);
  });

  it('gets lighter along the sequential colours', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const rise = lightness(colourAt('sequential', high)) - lightness(colourAt('sequential', low));
        expect(rise).toBeGreaterThan(-1);
      }),
    );
  });
});

describe('clipOf', () => {
  it('is the 99th percentile of the magnitudes', () => {
    const values = Array.from({ length: 200 }, (_, at) => (at % 2 ? -1 : 1) * (at + 1));
    expect(clipOf(map(10, 20, ...values))).toBe(198);
  });

  it('is the maximum where nearly all is zero', () => {
    const values = new Array<number>(1000).fill(0);
    values[7] = -3;
    expect(clipOf(map(10, 100, ...values))).toBe(3);
  });
});

describe('pictures', () => {
  it('shows an image of one channel in grey', () => {
    expect([...imageRaster(Uint8Array.of(5, 9), [1, 2, 1]).pixels]).toEqual([5, 5, 5, 9, 9, 9]);
    expect([...imageRaster(Uint8Array.of(1, 2, 3), [1, 1, 3]).pixels]).toEqual([1, 2, 3]);
  });

  it('lays a map over the grey image, which is all there is where the map is zero', () => {
    const image = imageRaster(Uint8Array.of(100, 100, 100, 200, 0, 0), [1, 2, 3]);
    const { pixels } = overlayRaster(image, map(1, 2, 0, 1), 'sequential', 1);
    expect([...pixels.subarray(0, 3)]).toEqual([100, 100, 100]);
    expect(pixels[4]).toBeGreaterThan(pixels[5]!);
  });

  it('lays a map with signs over the image in its two colours, as strong for as against', () => {
    const image = imageRaster(new Uint8Array(9).fill(120), [1, 3, 3]);
    const { pixels } = overlayRaster(image, map(1, 3, -1, 0, 1), 'diverging', 1);
    const [against, none, inFavour] = [0, 3, 6].map((at) => [...pixels.subarray(at, at + 3)]);
    expect(none).toEqual([120, 120, 120]);
    expect(against![2]).toBeGreaterThan(against![0]! + 50);
    expect(inFavour![0]).toBeGreaterThan(inFavour![2]! + 50);
  });

  it('tiles cells with white gaps, each pixel enlarged to a square', () => {
    const cell = imageRaster(Uint8Array.of(10, 20, 30, 40), [2, 2, 1]);
    const { height, width, pixels } = tile([[cell, null]], { height: 4, width: 4 }, 1);
    expect([height, width]).toEqual([4, 9]);
    const red = Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (__, x) => pixels[(y * width + x) * 3]),
    );
    expect(red[0]).toEqual([10, 10, 20, 20, 255, 255, 255, 255, 255]);
    expect(red[3]).toEqual([30, 30, 40, 40, 255, 255, 255, 255, 255]);
  });

  it('enlarges a map without new values', () => {
    const { values } = resizeNearest(map(1, 2, 1, 2), { height: 2, width: 4 });
    expect([...values]).toEqual([1, 1, 2, 2, 1, 1, 2, 2]);
  });
});
