import { deflateSync } from 'fflate';
import type { MapsTable } from '../attribution/maps-file.ts';
import type { MethodName } from '../attribution/methods.ts';
import { dependsOnImage } from '../score/image-dependence.ts';
import { heatMaps } from '../score/heat-maps.ts';
import { methodLabel } from '../figure/data/labels.ts';
import { clipOf } from '../figure/sheet/clip.ts';
import type { HeatMap } from '../similarity/heat-map.ts';
import { LEVELS, toLevels } from './levels.ts';
import type { ChunkPlace, MethodData } from './page/data.ts';

/** Maps of one run: at each place of the slider those of all its images. */
export interface PackedMaps {
  readonly methods: readonly MethodData[];
  readonly clips: readonly (readonly (readonly number[])[])[];
  readonly chunks: readonly (readonly ChunkPlace[])[];
  readonly maps: readonly (readonly (readonly number[])[])[];
  readonly levels: number;
  /** Per image its own lines, each the deflated maps of a method over all places, in base64. */
  readonly blocks: readonly (readonly string[])[];
}

/** Maps show, at each pixel, the channel value of greatest magnitude with its sign. */
const SHOWN = { reduction: 'max-abs', signed: true } as const;

interface PackedMethod {
  readonly method: Omit<MethodData, 'dependsOnImage'>;
  /** By image. */
  readonly clips: readonly (readonly number[])[];
  readonly maps: readonly (readonly number[])[];
  readonly lines: readonly string[];
}

/**
 * Packs the maps of a run: a chunk is one image's maps by one method at all places, each against its own clip, those
 * that are the same once; a chunk that an image before has, too, is not repeated. `reference`: of the places, that at early
 * stopping.
 */
export function packMaps(places: readonly MapsTable[], reference: MapsTable): PackedMaps {
  const [levels] = LEVELS;
  const packed = reference.methods.map((method) => ({
    ...packMethod(method, places, levels),
    dependsOnImage: dependsOnImage(reference, method),
  }));
  const seen = new Map<string, ChunkPlace>();
  const blocks = Array.from({ length: reference.rows }, (): string[] => []);
  const chunks = blocks.map((lines, image) =>
    packed.map((of): ChunkPlace => {
      const line = of.lines[image]!;
      const found = seen.get(line);
      if (found) return found;
      const place: ChunkPlace = [image, lines.push(line) - 1];
      seen.set(line, place);
      return place;
    }),
  );
  const byImage = <T>(of: (method: PackedMethod) => readonly T[]): T[][] =>
    blocks.map((_, image) => packed.map((method) => of(method)[image]!));
  return {
    methods: packed.map(({ method, dependsOnImage }) => ({ ...method, dependsOnImage })),
    clips: byImage(({ clips }) => clips),
    maps: byImage(({ maps }) => maps),
    chunks,
    levels,
    blocks,
  };
}

function packMethod(name: MethodName, places: readonly MapsTable[], levels: number): PackedMethod {
  const drawn = places.map((maps) => heatMaps(maps, name, SHOWN));
  const signed = drawn.some((maps) => maps.some(({ values }) => values.some((value) => value < 0)));
  const colours = signed ? 'diverging' : 'sequential';
  const { height, width } = drawn[0]![0] ?? { height: 0, width: 0 };
  const images = drawn[0]!.map((_, image) => {
    const own = drawn.map((maps) => maps[image]!);
    return packImage(own, (map, clip, into) => {
      toLevels(map.values, clip, colours, levels, into);
    });
  });
  return {
    method: { name, label: methodLabel(name), height, width, colours },
    clips: images.map(({ clips }) => clips),
    maps: images.map(({ maps }) => maps),
    lines: images.map(({ line }) => line),
  };
}

function packImage(
  own: readonly HeatMap[],
  pack: (map: HeatMap, clip: number, into: Uint8Array) => void,
): { readonly clips: number[]; readonly maps: number[]; readonly line: string } {
  const size = own[0]!.values.length;
  const bytes = new Uint8Array(own.length * size);
  const clips: number[] = [];
  const kept = new Map<string, number>();
  const maps = own.map((map) => {
    const clip = clipOf(map);
    clips.push(Number(clip.toPrecision(5)));
    const room = bytes.subarray(kept.size * size, (kept.size + 1) * size);
    pack(map, clip, room);
    const key = Buffer.from(room).toString('latin1');
    const place = kept.get(key) ?? kept.size;
    kept.set(key, place);
    return place;
  });
  return { clips, maps, line: packBytes(bytes.subarray(0, kept.size * size)) };
}

/** Deflated by JavaScript, which gives the same bytes on every machine, and as base64. */
export function packBytes(bytes: Uint8Array): string {
  return Buffer.from(deflateSync(bytes, { level: 6 })).toString('base64');
}
