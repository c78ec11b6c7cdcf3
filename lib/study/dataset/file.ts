import { type ArrowTable, type Columns, readArrow, writeArrow } from 'pipewright/arrow';
import type { ImageSet } from './dataset.ts';

/** An image set with what a reader needs to know of the whole data set. */
export interface LabelledImages {
  readonly set: ImageSet;
  readonly classes: readonly string[];
  /** Per channel over the training images, pixels scaled to [0, 1]. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Images in one record batch; larger sets are written in several. */
const BATCH = 4096;

/** Columns `image`, `mask` (where known), `label`, `class`, `drawn`, `index`: one row per image. */
export function imageColumns(set: ImageSet, classes: readonly string[]): Columns {
  const { height, width, channels } = set;
  const image = {
    type: 'tensor' as const,
    shape: [height, width, channels],
    dimensions: ['height', 'width', 'channel'],
    values: set.images,
  };
  const mask = set.masks && {
    type: 'tensor' as const,
    shape: [height, width],
    dimensions: ['height', 'width'],
    values: set.masks,
  };
  const names = Array.from(set.labels, (label) => classes[label] ?? null);
  return {
    index: { type: 'int32', values: set.index },
    label: { type: 'int32', values: set.labels },
    class: { type: 'utf8', values: names },
    drawn: { type: 'int32', values: set.drawn },
    image,
    ...(mask && { mask }),
  };
}

/** Rows `from` to `to` (excluded); views, not copies. */
export function sliceImages(set: ImageSet, from: number, to: number): ImageSet {
  const pixels = set.height * set.width;
  return {
    ...set,
    count: to - from,
    images: set.images.subarray(from * pixels * set.channels, to * pixels * set.channels),
    labels: set.labels.subarray(from, to),
    drawn: set.drawn.subarray(from, to),
    index: set.index.subarray(from, to),
    masks: set.masks && set.masks.subarray(from * pixels, to * pixels),
  };
}

function* batches({ set, classes }: LabelledImages): Iterable<Columns> {
  for (let from = 0; from < set.count; from += BATCH) {
    yield imageColumns(sliceImages(set, from, Math.min(from + BATCH, set.count)), classes);
  }
  if (set.count === 0) yield imageColumns(set, classes);
}

/** Metadata from which `readImages` knows classes and channels; for every file with an `image` column. */
export function imageMetadata(images: Omit<LabelledImages, 'set'>): Record<string, string> {
  return {
    classes: JSON.stringify(images.classes),
    mean: JSON.stringify(images.mean),
    std: JSON.stringify(images.std),
  };
}

export async function writeImages(
  path: string,
  images: LabelledImages,
  provenance: Readonly<Record<string, string>>,
): Promise<void> {
  await writeArrow(path, batches(images), { metadata: { ...provenance, ...imageMetadata(images) } });
}

/** Reads what `writeImages` wrote, or any table with those columns and that metadata. */
export function imagesOf(table: ArrowTable): LabelledImages {
  const { shape, values } = table.tensor('image');
  const [count, height, width, channels] = shape as [number, number, number, number];
  const listed = (key: string): unknown => JSON.parse(table.metadata[key] ?? 'null');
  return {
    set: {
      count,
      height,
      width,
      channels,
      images: values as Uint8Array,
      labels: Uint8Array.from(table.numbers('label') as number[]),
      drawn: Uint8Array.from(table.numbers('drawn') as number[]),
      index: Int32Array.from(table.numbers('index') as number[]),
      masks: 'mask' in table.columns ? (table.tensor('mask').values as Uint8Array) : null,
    },
    classes: listed('classes') as string[],
    mean: listed('mean') as number[],
    std: listed('std') as number[],
  };
}

export async function readImages(path: string): Promise<LabelledImages> {
  return imagesOf(await readArrow(path));
}
