import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MapsTable } from '../../../lib/study/attribution/maps-file.ts';
import { draws } from '../../../lib/study/random.ts';
import { packBytes, packMaps } from '../../../lib/study/report/pack.ts';
import type { RunData } from '../../../lib/study/report/page/data.ts';
import type { PackedRun } from '../../../lib/study/report/run-data.ts';

const CLASSES = ['ring', 'cross', 'star', 'disc', 'arrow'];
const IMAGES = 30;
const SIDE = 8;
/** Early stopping is the second. */
const EPOCHS = [2, 5, 11] as const;
const STOP = 5;

/** Noise that is an image's at an epoch; Grad-CAM's is coarse and has no signs, deconvolution's is of the class alone. */
function table(seed: number, epoch: number): MapsTable {
  const of = (image: number): number => image % CLASSES.length;
  const ofEach = <T>(value: (image: number) => T): T[] =>
    Array.from({ length: IMAGES }, (_, at) => value(at));
  const noise = (purpose: string, index: number, size: number): number[] => {
    const from = draws({ seed, purpose, epoch, index });
    return Array.from({ length: size }, () => from.normal());
  };
  const values = {
    saliency: ofEach((image) => noise('saliency', image, SIDE * SIDE)),
    'grad-cam': ofEach((image) => noise('cam', image, 16).map(Math.abs)),
    deconvolution: ofEach((image) => noise('class', of(image), SIDE * SIDE)),
  };
  return {
    rows: IMAGES,
    index: ofEach((image) => 100 + image),
    label: ofEach(of),
    class: ofEach((image) => CLASSES[of(image)]!),
    group: ofEach((image) => 'ABC'[Math.floor(image / 10)]!),
    rank: ofEach(() => 1),
    explained: ofEach(of),
    predicted: ofEach(of),
    probability: ofEach(() => 1),
    entropy: ofEach(() => 0),
    mask: null,
    methods: ['saliency', 'deconvolution', 'grad-cam'],
    map: (method) => {
      const own = values[method as keyof typeof values];
      const side = Math.sqrt(own[0]!.length);
      return { shape: [IMAGES, side, side, 1], values: Float32Array.from(own.flat()) };
    },
  };
}

/** Two runs of noise: images of five classes in three groups, explained at three epochs; of one image the label is wrong. */
export function madeUpPacks(exchanged = false): PackedRun[] {
  return [0, 1].map((seed) => {
    const order = exchanged ? [2, 11, 5] : EPOCHS;
    const places = order.map((epoch) => table(seed, epoch));
    const { blocks, ...packed } = packMaps(places, places[1]!);
    const of = places[0]!;
    const run: RunData = {
      ...{ point: { dataset: 'made-up', augment: true, seed }, seed, setting: 'made-up' },
      variant: { key: 'augment', label: 'with augmentation' },
      ...{ classes: CLASSES, trained: 11, stop: STOP, epochs: EPOCHS, size: [SIDE, SIDE, 1] },
      pixels: packBytes(Uint8Array.from({ length: IMAGES * SIDE * SIDE }, (_, at) => (at * 37) % 256)),
      images: of.index.map((index, at) => ({
        ...{ index, label: of.label[at]!, group: of.group[at]!, rank: 1 },
        drawn: at === 0 ? 3 : of.label[at]!,
        ...{ predicted: [0, 0, 0], probability: [1, 1, 1], entropy: [0, 0, 0] },
      })),
      ...{ scores: { mssim: [], spearman: [] }, floors: { mssim: [], spearman: [] }, engine: 'js' },
      ...packed,
    };
    return { run, blocks };
  });
}

/** As the stage `pack` writes them. */
export function writePacks(artifacts: string, packs: readonly PackedRun[]): void {
  packs.forEach(({ run, blocks }) => {
    const folder = join(artifacts, `pack/augment=true/seed=${run.seed}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
    writeFileSync(join(folder, 'maps.json'), JSON.stringify(blocks));
  });
}
