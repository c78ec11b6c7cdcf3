import type { Distance } from './figures.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** RGB picture, 0 to 1 a channel; values outside are cut when it becomes bytes. */
export interface Canvas {
  readonly size: number;
  readonly pixels: Float32Array;
}

export function createCanvas(size: number): Canvas {
  return { size, pixels: new Float32Array(size * size * 3) };
}

/** Where a figure lies: its unit circle's centre and radius in pixels, turned by an angle. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly angle: number;
}

/** Something to fill, and a circle around it outside of which nothing need be looked at; in pixels. */
interface Area {
  readonly distance: Distance;
  readonly x: number;
  readonly y: number;
  readonly reach: number;
}

export function place(figure: Distance, { x, y, radius, angle }: Placement): Area {
  const cos = Math.cos(angle) / radius;
  const sin = Math.sin(angle) / radius;
  return {
    distance: (px, py) => radius * figure(cos * (px - x) + sin * (py - y), cos * (py - y) - sin * (px - x)),
    x,
    y,
    reach: radius,
  };
}

/** A line of the given width. */
export function segment(ax: number, ay: number, bx: number, by: number, width: number): Area {
  const square = (bx - ax) ** 2 + (by - ay) ** 2;
  return {
    distance: (x, y) => {
      const t = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / square));
      return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)) - width / 2;
    },
    x: (ax + bx) / 2,
    y: (ay + by) / 2,
    reach: Math.sqrt(square) / 2 + width,
  };
}

/** What of an area lies on one side of a line through its centre. */
export function halve(area: Area, angle: number): Area {
  const nx = Math.cos(angle);
  const ny = Math.sin(angle);
  return {
    ...area,
    distance: (x, y) => Math.max(area.distance(x, y), nx * (x - area.x) + ny * (y - area.y)),
  };
}

/**
 * Fills an area; its edge is anti-aliased by the distance from the pixel's centre. Gives each pixel's covered
 * share.
 */
export function fill(
  canvas: Canvas,
  { distance, x, y, reach }: Area,
  colourAt: (x: number, y: number) => Colour,
  opacity: number,
): Float32Array {
  const { size, pixels } = canvas;
  const coverage = new Float32Array(size * size);
  const first = (centre: number): number => Math.max(0, Math.floor(centre - reach - 1));
  const last = (centre: number): number => Math.min(size - 1, Math.ceil(centre + reach + 1));
  for (let row = first(y); row <= last(y); row++) {
    for (let column = first(x); column <= last(x); column++) {
      const covered = Math.min(1, Math.max(0, 0.5 - distance(column + 0.5, row + 0.5)));
      if (covered === 0) continue;
      const at = row * size + column;
      coverage[at] = covered;
      const colour = colourAt(column, row);
      for (let channel = 0; channel < 3; channel++) {
        const old = pixels[3 * at + channel]!;
        pixels[3 * at + channel] = old + covered * opacity * (colour[channel]! - old);
      }
    }
  }
  return coverage;
}

export function toBytes({ pixels }: Canvas, bytes: Uint8Array): void {
  for (let i = 0; i < pixels.length; i++) {
    bytes[i] = Math.round(255 * Math.min(1, Math.max(0, pixels[i]!)));
  }
}
