import { describe, expect, it } from 'vitest';
import { drawShapes } from '../../../lib/study/dataset/shapes/draw.ts';
import { FIGURES } from '../../../lib/study/dataset/shapes/figures.ts';

const PIXELS = 32 * 32;

describe('drawShapes', () => {
  const { train, test, classes } = drawShapes({ seed: 1, train: 60, test: 20 });

  it('draws the same bytes for a seed, and others for another', () => {
    expect(drawShapes({ seed: 1, train: 60, test: 20 }).train).toEqual(train);
    expect(drawShapes({ seed: 2, train: 60, test: 20 }).train.images).not.toEqual(train.images);
  });

  it('begins with the same images when more are asked for', () => {
    const more = drawShapes({ seed: 1, train: 70, test: 20 });
    expect(more.train.images.subarray(0, train.images.length)).toEqual(train.images);
  });

  it('draws other images for testing than for training', () => {
    expect(test!.images).not.toEqual(train.images.subarray(0, test!.images.length));
  });

  it('has ten classes in equal numbers', () => {
    expect(classes).toHaveLength(10);
    for (let label = 0; label < 10; label++) {
      expect(train.labels.filter((l) => l === label)).toHaveLength(6);
    }
  });

  it('shows a whole figure of visible size in each image, and knows where', () => {
    for (let i = 0; i < train.count; i++) {
      const mask = train.masks!.subarray(i * PIXELS, (i + 1) * PIXELS);
      const inside = mask.reduce((sum, pixel) => sum + pixel, 0);
      expect(inside).toBeGreaterThan(40);
      expect(inside).toBeLessThan(PIXELS * 0.65);
    }
  });

  it('draws the figure brighter than what is around it', () => {
    for (let i = 0; i < train.count; i++) {
      const sums = [0, 0];
      const counts = [0, 0];
      for (let p = 0; p < PIXELS; p++) {
        const inside = train.masks![i * PIXELS + p]!;
        counts[inside]!++;
        for (let c = 0; c < 3; c++) sums[inside]! += train.images[(i * PIXELS + p) * 3 + c]!;
      }
      expect(sums[1]! / counts[1]!).toBeGreaterThan(sums[0]! / counts[0]!);
    }
  });
});

describe('FIGURES', () => {
  const points = Array.from(
    { length: 4000 },
    (_, i) => [-1.2 + (i % 63) / 26, -1.2 + Math.floor(i / 63) / 26] as const,
  );

  it.each(Object.entries(FIGURES))('%s lies in the unit circle and fills some of it', (_, distance) => {
    const inside = points.filter(([x, y]) => distance(x, y) < 0);
    expect(inside.length).toBeGreaterThan(points.length * 0.08);
    for (const [x, y] of inside) expect(Math.hypot(x, y)).toBeLessThanOrEqual(1.01);
  });

  it.each(Object.entries(FIGURES))('%s gives a distance: no steeper than 1', (_, distance) => {
    for (const [x, y] of points) {
      const moved = Math.hypot(0.01, 0.02);
      expect(Math.abs(distance(x + 0.01, y + 0.02) - distance(x, y))).toBeLessThanOrEqual(moved * 1.0001);
    }
  });
});
