/// <reference lib="dom" />
import type { ColourMap } from '../../figure/sheet/colour-map.ts';
import { unpackBytes } from './bytes.ts';
import type { StudyData } from './data.ts';

/** A packed map, as it is painted. */
export interface PackedMap {
  readonly height: number;
  readonly width: number;
  readonly colours: ColourMap;
  /** How many steps there are, and each pixel's. */
  readonly levels: number;
  readonly values: Uint8Array;
  /** What the end of the colours stands for. */
  readonly clip: number;
}

/** Chunks of several runs fit; more are forgotten, the oldest first. */
const KEPT = 4000;

/** Gives maps by run, image, method and place, as far as they have arrived. */
export class MapStore {
  readonly #study: StudyData;
  readonly #texts = new Map<string, readonly string[]>();
  readonly #asked = new Set<string>();
  readonly #chunks = new Map<string, Uint8Array>();
  readonly #waiting = new Set<() => void>();
  /** Blocks that were asked for before they were there. */
  readonly #missed = new Set<string>();

  constructor(study: StudyData) {
    this.#study = study;
    const page = globalThis as unknown as Record<'packed' | 'arrived', unknown>;
    // Called behind each block of the page, and by each file of maps.
    page.packed = (id: string, lines: readonly string[]) => {
      this.#texts.set(id, lines);
      this.#tell();
    };
    page.arrived = () => {
      this.#tell();
    };
  }

  /** Tells whenever something comes that was asked for before it was there. */
  onArrival(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }

  /** Null while it is not there. */
  map(run: number, image: number, method: number, place: number): PackedMap | null {
    const data = this.#study.runs[run];
    const of = data?.methods[method];
    const chunk = data?.chunks[image]?.[method];
    const number = data?.maps[image]?.[method]?.[place];
    if (!data || !of || !chunk || number === undefined) return null;
    const bytes = this.#chunk(run, ...chunk);
    if (!bytes) return null;
    const { height, width, colours } = of;
    const size = height * width;
    return {
      ...{ height, width, colours, levels: data.levels },
      values: bytes.subarray(number * size, (number + 1) * size),
      clip: data.clips[image]![method]![place]!,
    };
  }

  #chunk(run: number, block: number, line: number): Uint8Array | null {
    const key = `${run} ${block} ${line}`;
    const found = this.#chunks.get(key);
    if (found) return found;
    const id = `${run}-${block}`;
    const lines = this.#lines(id);
    if (!lines) this.#missed.add(id);
    const text = lines?.[line];
    if (text === undefined) return null;
    const bytes = unpackBytes(text);
    if (this.#chunks.size >= KEPT) this.#chunks.delete(this.#chunks.keys().next().value!);
    this.#chunks.set(key, bytes);
    return bytes;
  }

  #lines(id: string): readonly string[] | null {
    const found = this.#texts.get(id);
    if (found) return found;
    if (this.#study.beside) {
      this.#ask(id);
      return null;
    }
    const block = document.getElementById(`maps-${id}`);
    // What is still being parsed is there with a part of its text: the script behind it says that it is whole.
    if (block?.nextElementSibling?.tagName !== 'SCRIPT') return null;
    return block.textContent.split('\n');
  }

  #ask(id: string): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    const script = document.createElement('script');
    script.src = `maps/${id}.js`;
    document.body.append(script);
  }

  #tell(): void {
    // Told once for all that is looked at, not for each of hundreds that nobody waits for.
    if (this.#missed.size === 0 || [...this.#missed].some((id) => this.#lines(id) === null)) return;
    this.#missed.clear();
    for (const listener of this.#waiting) listener();
  }
}
