import { draws, permutation } from '../random.ts';
import { DataError } from './data-error.ts';
import type { Dataset, ImageSet, Part } from './dataset.ts';
import { measureChannels } from './channels.ts';
import type { Source } from './source.ts';

export interface SplitOptions {
  readonly seed: number;
  /** Null: all that validation (and test) leave. */
  readonly train: number | null;
  readonly validation: number;
  /** Null: all there are. */
  readonly test: number | null;
  readonly labelNoise: number;
  readonly noisy: readonly Part[];
}

/** The given rows, in the order given. */
export function pickImages(set: ImageSet, rows: ArrayLike<number>): ImageSet {
  const pixels = set.height * set.width;
  const size = pixels * set.channels;
  const images = new Uint8Array(rows.length * size);
  const labels = new Uint8Array(rows.length);
  const drawn = new Uint8Array(rows.length);
  const index = new Int32Array(rows.length);
  const masks = set.masks && new Uint8Array(rows.length * pixels);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    images.set(set.images.subarray(row * size, (row + 1) * size), i * size);
    labels[i] = set.labels[row]!;
    drawn[i] = set.drawn[row]!;
    index[i] = set.index[row]!;
    if (masks) masks.set(set.masks.subarray(row * pixels, (row + 1) * pixels), i * pixels);
  }
  return { ...set, count: rows.length, images, labels, drawn, index, masks };
}

/**
 * How many of `count` each class gives: in proportion to its size, whole numbers, largest remainders first.
 */
function shares(sizes: readonly number[], count: number): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (size * count) / total);
  const taken = exact.map(Math.floor);
  const left = count - taken.reduce((sum, n) => sum + n, 0);
  const byRemainder = exact
    .map((share, k) => ({ k, rest: share - taken[k]! }))
    .sort((a, b) => b.rest - a.rest);
  for (const { k } of byRemainder.slice(0, left)) taken[k]!++;
  return taken;
}

/** `count` rows spread evenly over the classes, and the others; both in the set's order. */
function stratify(
  set: ImageSet,
  count: number,
  seed: number,
  purpose: string,
): { readonly chosen: number[]; readonly rest: number[] } {
  const byClass = new Map<number, number[]>();
  const order = permutation(set.count, draws({ seed, purpose }));
  for (const row of order) {
    const label = set.labels[row]!;
    const rows = byClass.get(label);
    if (rows) rows.push(row);
    else byClass.set(label, [row]);
  }
  const classes = [...byClass.entries()].sort(([a], [b]) => a - b).map(([, rows]) => rows);
  const taken = shares(
    classes.map((rows) => rows.length),
    count,
  );
  const ascending = (a: number, b: number): number => a - b;
  return {
    chosen: classes.flatMap((rows, k) => rows.slice(0, taken[k])).sort(ascending),
    rest: classes.flatMap((rows, k) => rows.slice(taken[k])).sort(ascending),
  };
}

function checkCount(what: string, wanted: number, there: number): void {
  if (wanted <= there) return;
  throw new DataError(
    `\`${what}\` of the data set: ${wanted} images are wanted, but there are ${there}; ask for fewer`,
  );
}

/**
 * Another class's label for a share of the images, each drawn by its place in the source: `from` says of which
 * of the source's parts.
 */
function addLabelNoise(set: ImageSet, classes: number, from: string, options: SplitOptions): ImageSet {
  const { labelNoise, seed } = options;
  const labels = set.drawn.map((label, row) => {
    const random = draws({ seed, purpose: `label noise, ${from}`, index: set.index[row]! });
    if (random.uniform() >= labelNoise) return label;
    return (label + 1 + random.integer(classes - 1)) % classes;
  });
  return { ...set, labels };
}

function holdOut(
  set: ImageSet,
  what: 'validation' | 'test',
  count: number,
  seed: number,
): { readonly held: ImageSet; readonly rest: ImageSet } {
  checkCount(what, count, set.count);
  const { chosen, rest } = stratify(set, count, seed, `${what} images`);
  return { held: pickImages(set, chosen), rest: pickImages(set, rest) };
}

function limit(set: ImageSet, what: 'train' | 'test', count: number | null, seed: number): ImageSet {
  if (count === null || count === set.count) return set;
  checkCount(what, count, set.count);
  return pickImages(set, stratify(set, count, seed, `${what} limit`).chosen);
}

function separateTest(source: Source, { test, seed }: SplitOptions): { train: ImageSet; test: ImageSet } {
  if (source.test) return { train: source.train, test: limit(source.test, 'test', test, seed) };
  if (test === null) {
    throw new DataError(
      'this data set has no test images of its own: `test` of the data set must say how many to hold out',
    );
  }
  const { held, rest } = holdOut(source.train, 'test', test, seed);
  return { train: rest, test: held };
}

/** The parts, those that are to be noisy with noise: it decides on nothing but labels, not on who is in a part. */
function withLabelNoise(
  parts: Readonly<Record<Part, ImageSet>>,
  { classes, test }: Source,
  options: SplitOptions,
): Readonly<Record<Part, ImageSet>> {
  const noisy = (part: Part): ImageSet =>
    options.labelNoise > 0 && options.noisy.includes(part)
      ? addLabelNoise(parts[part], classes.length, part === 'test' && test ? 'test' : 'train', options)
      : parts[part];
  return { train: noisy('train'), validation: noisy('validation'), test: noisy('test') };
}

/**
 * The data set's parts: limited, and validation images held out of the training images, evenly over the
 * classes, by the seed.
 */
export function splitSource(source: Source, options: SplitOptions): Dataset {
  const { seed, validation: count } = options;
  const { train: whole, test } = separateTest(source, options);
  const { held: validation, rest } = holdOut(whole, 'validation', count, seed);
  const train = limit(rest, 'train', options.train, seed);
  if (train.count === 0)
    throw new DataError('no training images are left; lower `validation` of the data set');
  const parts = withLabelNoise({ train, validation, test }, source, options);
  return { classes: source.classes, ...parts, ...measureChannels(train) };
}
