import { unpackBytes } from './bytes.ts';
import type { RunData, StudyData } from './data.ts';
import type { MapStore, PackedMap } from './map-store.ts';
import { paintDifference, paintImage, paintMap, paintOverlay, type Painted } from './paint.ts';
import { placeOfEpoch, type State } from './state.ts';

/** Which map: of a run's image by a method, at a place of its slider. */
export interface MapAt {
  readonly run: number;
  readonly image: number;
  readonly method: number;
  readonly place: number;
}

/** A map that stands beside another, or why there is none. */
export type BesideMap = MapAt | { readonly none: string };

/** Paints what the reader looks at. */
export class Pictures {
  readonly #study: StudyData;
  readonly #store: MapStore;
  readonly #images = new Map<string, Painted>();

  constructor(study: StudyData, store: MapStore) {
    this.#study = study;
    this.#store = store;
  }

  image(run: number, image: number): Painted {
    const key = `${run} ${image}`;
    const found = this.#images.get(key);
    if (found) return found;
    const { size, pixels, images } = this.#study.runs[run]!;
    const [height, width, channels] = size;
    const length = height * width * channels;
    const bytes = unpackBytes(pixels);
    images.forEach((_, at) => {
      const own = bytes.subarray(at * length, (at + 1) * length);
      this.#images.set(`${run} ${at}`, paintImage(own, height, width, channels));
    });
    return this.#images.get(key)!;
  }

  map(at: MapAt, common: boolean): Painted | null {
    const map = this.#map(at);
    return map && paintMap(map, this.#end(at, map, common));
  }

  difference(at: MapAt, less: MapAt, common: boolean): Painted | null {
    const [map, other] = [this.#map(at), this.#map(less)];
    if (!map || !other) return null;
    return paintDifference(map, other, [this.#end(at, map, common), this.#end(less, other, common)]);
  }

  overlay(at: MapAt, common: boolean, cover: number): Painted | null {
    const map = this.#map(at);
    return map && paintOverlay(this.image(at.run, at.image), map, this.#end(at, map, common), cover);
  }

  #map({ run, image, method, place }: MapAt): PackedMap | null {
    return this.#store.map(run, image, method, place);
  }

  /** What the colours end at: the map's own clip, or the greatest of the image's by this method over the epochs. */
  #end({ run, image, method }: MapAt, { clip }: PackedMap, common: boolean): number {
    return common ? Math.max(...this.#study.runs[run]!.clips[image]![method]!) : clip;
  }
}

/** What the reader wants to see beside a map. */
export function besideMap(state: State, { runs }: StudyData, at: MapAt): BesideMap | null {
  const { beside } = state;
  switch (beside.kind) {
    case 'nothing':
      return null;
    case 'epoch':
      return { ...at, place: placeOfEpoch(runs[at.run]!, beside.value) };
    case 'method':
      return { ...at, method: beside.value };
    case 'run':
      return inOtherRun(runs[at.run]!, runs[beside.value]!, beside.value, at);
  }
}

function inOtherRun(run: RunData, other: RunData, place: number, at: MapAt): BesideMap {
  const image = other.images.findIndex(({ index }) => index === run.images[at.image]!.index);
  if (image < 0) return { none: 'not among that run’s images' };
  const method = other.methods.findIndex(({ name }) => name === run.methods[at.method]!.name);
  if (method < 0) return { none: 'not among that run’s methods' };
  const epoch = run.epochs[at.place]!;
  const same = epoch === run.stop ? other.stop : epoch;
  return { run: place, image, method, place: placeOfEpoch(other, same) };
}
