import type { ArrowTable, Columns } from 'pipewright/arrow';
import { imageColumns, imagesOf, type LabelledImages } from '../dataset/file.ts';
import type { ImageSet } from '../dataset/dataset.ts';
import type { SelectedImage } from './select.ts';

/** Images picked for explaining, one row each. */
export interface SelectedImages {
  readonly images: LabelledImages;
  readonly group: readonly string[];
  readonly rank: readonly number[];
}

/** The picked images themselves, with the group, rank, score and probability they were picked by. */
export function selectionColumns(
  { set, classes }: LabelledImages,
  selected: readonly SelectedImage[],
): Columns {
  const rows = selected.map(({ row }) => row);
  return {
    ...imageColumns(pickImages(set, rows), classes),
    group: { type: 'utf8', values: selected.map(({ group }) => group) },
    rank: { type: 'int32', values: selected.map(({ rank }) => rank) },
    correct: { type: 'bool', values: selected.map(({ correct }) => correct) },
    score: { type: 'float64', values: selected.map(({ score }) => score) },
    probability: { type: 'float64', values: selected.map(({ probability }) => probability) },
  };
}

/** Reads what `selectionColumns` made. */
export function readSelection(table: ArrowTable): SelectedImages {
  return {
    images: imagesOf(table),
    group: table.strings('group') as string[],
    rank: table.numbers('rank') as number[],
  };
}

/**
 * Rows of the first `count` images of every class and group, so that a part stands for the whole. A class or
 * group that has fewer gives what it has.
 */
export function firstOfEachClass(
  { images, group, rank }: Pick<SelectedImages, 'images' | 'group' | 'rank'>,
  count: number,
): readonly number[] {
  const places = new Map<string, number[]>();
  group.forEach((name, row) => {
    const place = `${images.set.labels[row]} ${name}`;
    const rows = places.get(place);
    if (rows) rows.push(row);
    else places.set(place, [row]);
  });
  const taken = [...places.values()].flatMap((rows) =>
    rows.sort((a, b) => rank[a]! - rank[b]!).slice(0, count),
  );
  return taken.sort((a, b) => a - b);
}

export function pickSelected(
  { images, group, rank }: SelectedImages,
  rows: readonly number[],
): SelectedImages {
  return {
    images: { ...images, set: pickImages(images.set, rows) },
    group: rows.map((row) => group[row]!),
    rank: rows.map((row) => rank[row]!),
  };
}

function pickImages(set: ImageSet, rows: readonly number[]): ImageSet {
  const pixels = set.height * set.width;
  return {
    ...set,
    count: rows.length,
    images: pickRows(set.images, rows, pixels * set.channels),
    labels: pickRows(set.labels, rows, 1),
    drawn: pickRows(set.drawn, rows, 1),
    index: Int32Array.from(rows, (row) => set.index[row]!),
    masks: set.masks && pickRows(set.masks, rows, pixels),
  };
}

function pickRows(values: Uint8Array, rows: readonly number[], size: number): Uint8Array {
  const picked = new Uint8Array(rows.length * size);
  rows.forEach((row, i) => {
    picked.set(values.subarray(row * size, (row + 1) * size), i * size);
  });
  return picked;
}
