import type { Draws } from '../../random.ts';
import type { Canvas, Colour } from './canvas.ts';
import { fill, halve, place, segment } from './canvas.ts';
import { FIGURES } from './figures.ts';

export function randomColour(from: Draws): Colour {
  return [from.uniform(), from.uniform(), from.uniform()];
}

/** A grey with a tinge. */
export function mutedColour(from: Draws): Colour {
  const grey = from.between(0.1, 0.5);
  const tinge = (): number => grey + from.between(-0.15, 0.15);
  return [tinge(), tinge(), tinge()];
}

/** Random values on a grid of the given cell size in pixels, interpolated smoothly: Perlin's value noise. */
function valueNoise(from: Draws, size: number, cell: number): (x: number, y: number) => number {
  const side = Math.ceil(size / cell) + 2;
  const grid = Float32Array.from({ length: side * side }, () => from.between(-1, 1));
  const smooth = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const column = Math.floor(x / cell);
    const row = Math.floor(y / cell);
    const tx = smooth(x / cell - column);
    const ty = smooth(y / cell - row);
    const at = row * side + column;
    const upper = grid[at]! * (1 - tx) + grid[at + 1]! * tx;
    const lower = grid[at + side]! * (1 - tx) + grid[at + side + 1]! * tx;
    return upper * (1 - ty) + lower * ty;
  };
}

/** Two colours mixed by clouds of two sizes and by stripes. */
export function paintTexture(canvas: Canvas, from: Draws): void {
  const { size, pixels } = canvas;
  const first = mutedColour(from);
  const second = mutedColour(from);
  const coarse = valueNoise(from, size, from.between(8, 16));
  const fine = valueNoise(from, size, from.between(2, 5));
  const grain = from.between(0.1, 0.5);
  const angle = from.between(0, Math.PI);
  const frequency = from.between(0.3, 1.6);
  const stripes = from.uniform() < 0.5 ? from.between(0.1, 0.4) : 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const wave = Math.sin(frequency * (Math.cos(angle) * x + Math.sin(angle) * y));
      const mix = 0.5 + 0.5 * coarse(x, y) + grain * fine(x, y) + stripes * wave;
      for (let channel = 0; channel < 3; channel++) {
        pixels[3 * (y * size + x) + channel] = first[channel]! * (1 - mix) + second[channel]! * mix;
      }
    }
  }
}

/** A line across some of the picture. */
export function paintLine(canvas: Canvas, from: Draws): void {
  const at = (): number => from.between(0, canvas.size);
  const line = segment(at(), at(), at(), at(), from.between(0.8, 2.2));
  const colour = randomColour(from);
  fill(canvas, line, () => colour, from.between(0.5, 1));
}

/** A piece cut off some figure: its corners and curves belong to no class as a whole. */
export function paintFragment(canvas: Canvas, from: Draws): void {
  const figures = Object.values(FIGURES);
  const figure = figures[from.integer(figures.length)]!;
  const x = from.between(0, canvas.size);
  const y = from.between(0, canvas.size);
  const placed = place(figure, { x, y, radius: from.between(4, 9), angle: from.between(0, 2 * Math.PI) });
  const colour = randomColour(from);
  fill(canvas, halve(placed, from.between(0, 2 * Math.PI)), () => colour, from.between(0.4, 0.8));
}
