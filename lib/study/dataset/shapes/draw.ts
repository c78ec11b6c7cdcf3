import { draws } from '../../random.ts';
import type { Draws } from '../../random.ts';
import type { ImageSet } from '../dataset.ts';
import type { Source } from '../source.ts';
import { paintFragment, paintLine, paintTexture, randomColour } from './background.ts';
import { createCanvas, fill, place, toBytes } from './canvas.ts';
import type { Canvas, Colour, Placement } from './canvas.ts';
import { FIGURES } from './figures.ts';

const SIZE = 32;
const CLASSES = Object.keys(FIGURES);
/** Fragments and lines behind the figure, at most. */
const FRAGMENTS = 2;
const LINES = 2;
/** Smallest and largest radius of the figure in pixels. */
const RADIUS = [10, 14] as const;
/** Largest rotation to either side. */
const TILT = Math.PI / 8;
/** Least difference in brightness between the figure and the background's mean, of 0 to 1. */
const CONTRAST = 0.25;
/** Largest noise on each channel of each pixel. */
const NOISE = 0.08;

function meanColour({ pixels }: Canvas): Colour {
  const sum = [0, 0, 0] as [number, number, number];
  for (let i = 0; i < pixels.length; i++) sum[i % 3]! += pixels[i]!;
  const count = pixels.length / 3;
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

/** Brighter than the background, so that the outline has one sign everywhere. */
function brighterColour(background: Colour, from: Draws): Colour {
  const brightness = (colour: Colour): number => (colour[0] + colour[1] + colour[2]) / 3;
  for (;;) {
    const colour = randomColour(from);
    if (brightness(colour) - brightness(background) >= CONTRAST) return colour;
  }
}

/** Whole figure inside the picture. */
function randomPlacement(from: Draws): Placement {
  const radius = from.between(...RADIUS);
  const within = (): number => from.between(radius, SIZE - radius);
  return { x: within(), y: within(), radius, angle: from.between(-TILT, TILT) };
}

/** Two colours along a direction through the figure. */
function shading(colour: Colour, { x, y, radius }: Placement, from: Draws): (x: number, y: number) => Colour {
  const end = colour.map((value) => value + from.between(-0.25, 0.25));
  const angle = from.between(0, 2 * Math.PI);
  return (px, py) => {
    const along = (Math.cos(angle) * (px - x) + Math.sin(angle) * (py - y)) / (2 * radius) + 0.5;
    const mix = (channel: 0 | 1 | 2): number => colour[channel] + along * (end[channel]! - colour[channel]);
    return [mix(0), mix(1), mix(2)];
  };
}

/** Uniform noise; one draw serves four channels. */
function addNoise({ pixels }: Canvas, from: Draws): void {
  for (let i = 0; i < pixels.length; i += 4) {
    const word = from.word();
    for (let byte = 0; byte < 4; byte++) {
      pixels[i + byte]! += (((word >>> (8 * byte)) & 0xff) / 127.5 - 1) * NOISE;
    }
  }
}

/** One picture of the figure; the mask is 1 where the figure covers at least half of the pixel. */
function drawImage(label: number, from: Draws, bytes: Uint8Array, mask: Uint8Array): void {
  const canvas = createCanvas(SIZE);
  paintTexture(canvas, from);
  for (let i = from.integer(FRAGMENTS + 1); i > 0; i--) paintFragment(canvas, from);
  for (let i = from.integer(LINES + 1); i > 0; i--) paintLine(canvas, from);
  const where = randomPlacement(from);
  const colour = brighterColour(meanColour(canvas), from);
  const figure = place(FIGURES[CLASSES[label]!]!, where);
  const coverage = fill(canvas, figure, shading(colour, where, from), from.between(0.75, 1));
  if (from.uniform() < 0.5) paintLine(canvas, from);
  addNoise(canvas, from);
  toBytes(canvas, bytes);
  for (let i = 0; i < mask.length; i++) mask[i] = coverage[i]! >= 0.5 ? 1 : 0;
}

function drawSet(count: number, seed: number, purpose: string): ImageSet {
  const pixels = SIZE * SIZE;
  const images = new Uint8Array(count * pixels * 3);
  const masks = new Uint8Array(count * pixels);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES.length);
  for (let i = 0; i < count; i++) {
    const bytes = images.subarray(i * pixels * 3, (i + 1) * pixels * 3);
    const mask = masks.subarray(i * pixels, (i + 1) * pixels);
    drawImage(labels[i]!, draws({ seed, purpose, index: i }), bytes, mask);
  }
  const index = Int32Array.from({ length: count }, (_, i) => i);
  const size = { height: SIZE, width: SIZE, channels: 3 };
  return { count, ...size, images, labels, drawn: labels, index, masks };
}

/**
 * Ten kinds of figures on cluttered backgrounds, 32×32 RGB: as many as asked for, the classes in turn. An
 * image depends on the seed and its number alone, so more images begin with the same ones.
 */
export function drawShapes(options: { seed: number; train: number; test: number }): Source {
  return {
    classes: CLASSES,
    train: drawSet(options.train, options.seed, 'shapes for training'),
    test: drawSet(options.test, options.seed, 'shapes for testing'),
  };
}
