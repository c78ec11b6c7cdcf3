import type {
  Checkpoint,
  CheckpointScore,
  EpochPair,
  FloorScore,
  RunEvidence,
  Scored,
  Swing,
  VariantEvidence,
} from '../../../lib/study/claims/evidence.ts';
import { claimsParams } from '../../../lib/study/claims/parameters.ts';
import { type Draws, draws } from '../../../lib/study/random.ts';

/**
 * A made-up study whose truth is known: what similarities are on average, how far seeds and images spread about it, and
 * what happens to loss and error.
 */
export interface World {
  /** Of the maps at the last checkpoint to early stopping, by method. */
  readonly last: Readonly<Record<string, number>>;
  /** Of the checkpoint next to early stopping, on either side, and of two late ones side by side. */
  readonly after: number;
  readonly before: number;
  readonly late: number;
  /** Of two seeds, at early stopping and at the end. */
  readonly floor: number;
  readonly lateFloor: number;
  readonly untrained: number;
  /** What Eq. 8 adds to Grad-CAM's Spearman. */
  readonly ties: number;
  /** What group B's and C's maps are more alike than A's. */
  readonly groupB: number;
  readonly groupC: number;
  /** How far p_c and entropy swing, by group. */
  readonly swing: Readonly<Record<string, number>>;
  /** What late training adds to test error and loss, without augmentation and with it. */
  readonly error: readonly [without: number, withIt: number];
  readonly loss: readonly [without: number, withIt: number];
  /** How much lower the loss is at early stopping than beside it. */
  readonly dip: number;
  /** Share of images whose late map points at the object, which covers a fifth of them. */
  readonly pointing: number;
  /** Standard deviations between seeds, and between the images of one. */
  readonly seedSpread: number;
  readonly imageSpread: number;
}

export const stop = 10;
export const epochs = [5, 9, 10, 11, 20, 40, 80, 81] as const;
export const COVERED = 0.2;
const classes = ['circle', 'ring'];
const PER_CLASS = 4;

export const asInThePaper: World = {
  last: {
    saliency: 0.05,
    'grad-cam': 0.02,
    deconvolution: 0.9,
    'guided-backpropagation': 0.8,
    'guided-backpropagation-minus': 0.85,
  },
  after: 0.3,
  before: 0.6,
  late: 0.7,
  floor: 0.95,
  lateFloor: 0.9,
  untrained: 0.01,
  ties: 0.3,
  groupB: 0,
  groupC: 0,
  swing: { A: 0.001, B: 0.2, C: 0.2 },
  error: [-0.05, -0.09],
  loss: [0.3, 0.1],
  dip: 0.2,
  pointing: 0.9,
  seedSpread: 0.01,
  imageSpread: 0.02,
};

/** The primaries of `pipeline.yaml`. */
export const params = claimsParams.parse({
  resamples: 200,
  runs: { augment: true },
  primary: {
    'late-training': {
      statistic: 'test error, from the epochs beside early stopping',
      direction: 'below',
    },
    augmentation: {
      statistic: 'test loss, from the epochs beside early stopping',
      direction: 'apart',
    },
    drift: { statistic: 'saliency, MSSIM', direction: 'below', margin: 0.4 },
    steady: {
      statistic: 'guided-backpropagation − saliency, MSSIM at one size',
      direction: 'above',
    },
    groups: {
      statistic: 'saliency, MSSIM, A − C',
      direction: 'within',
      margin: 0.1,
    },
    oscillation: {
      statistic: 'p_c, C − A, images chosen by other seeds',
      direction: 'above',
    },
    ties: { statistic: 'saliency, Spearman', direction: 'below', margin: 0.1 },
    'seed-floor': {
      statistic: 'saliency, MSSIM, seeds at early stopping',
      direction: 'above',
    },
    'temporal-floor': { statistic: 'saliency, MSSIM', direction: 'above' },
    'at-once': {
      statistic: 'saliency, MSSIM',
      direction: 'above',
      margin: 0.5,
    },
    pointing: { statistic: 'saliency, A', direction: 'above' },
  },
});

interface Selected {
  readonly image: number;
  readonly class: string;
  readonly group: string;
}

function selected(seed: number): Selected[] {
  return ['A', 'B', 'C'].flatMap((group, g) =>
    classes.flatMap((name, c) =>
      Array.from({ length: PER_CLASS }, (_, i) => ({
        image: 1000 * seed + 100 * g + 10 * c + i,
        class: name,
        group,
      })),
    ),
  );
}

function similaritiesOf(
  images: readonly Selected[],
  world: World,
  level: (method: string) => number,
  from: Draws,
): Scored[] {
  return Object.keys(world.last).flatMap((method) => {
    const ofSeed = level(method) + world.seedSpread * from.normal();
    return images.map(({ image, class: name, group }): Scored => {
      const more = group === 'B' ? world.groupB : group === 'C' ? world.groupC : 0;
      const mssim = ofSeed + more + world.imageSpread * from.normal();
      const spearman = ofSeed + more + world.imageSpread * from.normal();
      const spearmanEq8 = spearman + (method === 'grad-cam' ? world.ties : 0);
      return {
        image,
        class: name,
        group,
        method,
        mssim,
        spearman,
        spearmanEq8,
        mssimCommon: mssim,
        spearmanCommon: spearman,
        spearmanEq8Common: spearmanEq8,
        dependsOnImage: true,
      };
    });
  });
}

function logOf(world: World, augment: boolean, from: Draws): RunEvidence['log'] {
  const side = augment ? 1 : 0;
  const [error, loss] = [world.error, world.loss].map(
    (change) => change[side] + world.seedSpread * from.normal(),
  ) as [number, number];
  return Array.from({ length: 81 }, (_, at) => {
    const epoch = at + 1;
    const lateness = Math.max(0, Math.min(1, (epoch - stop - 3) / 50));
    const early = Math.max(0, (stop - epoch - 3) / 10);
    const test = {
      loss: 1 + loss * lateness + early - (epoch === stop ? world.dip : 0),
      error: 0.3 + error * lateness + early / 10,
    };
    return {
      epoch,
      train: { loss: 1 / epoch, error: 0 },
      validation: test,
      test,
      averaged: null,
      monitoredLoss: test.loss,
      lastLayerNorm: 1,
      learningRate: 0.1,
    };
  });
}

function runOf(world: World, augment: boolean, seed: number, seeds: number, study: number): RunEvidence {
  const images = selected(seed);
  const others = Array.from({ length: seeds }, (_, other) => other).filter((other) => other !== seed);
  const drawnFor = (purpose: string): Draws =>
    draws({
      seed,
      purpose: `made-up study: ${purpose}`,
      epoch: Number(augment),
      index: study,
    });
  const at: At = (purpose, level) => similaritiesOf(images, world, level, drawnFor(purpose));
  const floor = (purpose: string, level: (method: string) => number): FloorScore[] =>
    others.flatMap((other) => at(`${purpose} ${other}`, level).map((row) => Object.assign(row, { other })));
  return whenAsked({
    seed: () => seed,
    stop: () => stop,
    log: () => logOf(world, augment, drawnFor('log')),
    checkpoints: () => epochs.map((epoch) => checkpointOf(world, epoch, at, drawnFor)),
    pairs: () => pairsOf(world, at),
    floor: () => floor('floor', () => world.floor),
    lateFloor: () => floor('late floor', () => world.lateFloor),
    crossed: () => floor('crossed', (method) => world.last[method]!),
    swings: () =>
      [seed, ...others].flatMap((chooser) => swingsOf(world, chooser, drawnFor(`swings ${chooser}`))),
    alternatives: () => [],
    untrained: () => at('untrained', () => world.untrained),
  });
}

/** Each part is made when it is first asked for, from draws of its own: no claim asks for all. */
function whenAsked<T extends object>(parts: {
  readonly [Part in keyof T]-?: () => T[Part];
}): T {
  const whole = {};
  for (const [part, make] of Object.entries<() => unknown>(parts)) {
    const get = (): unknown => {
      const value = make();
      Object.defineProperty(whole, part, { value, enumerable: true });
      return value;
    };
    Object.defineProperty(whole, part, {
      get,
      enumerable: true,
      configurable: true,
    });
  }
  return whole as T;
}

/** Scores of a run's images at levels, drawn for a purpose. */
type At = (purpose: string, level: (method: string) => number) => Scored[];

function checkpointOf(world: World, epoch: number, at: At, drawnFor: (purpose: string) => Draws): Checkpoint {
  const levels = new Map<number, (method: string) => number>([
    [stop - 1, () => world.before],
    [stop, () => 1],
    [stop + 1, () => world.after],
    [81, (method) => world.last[method]!],
  ]);
  return whenAsked({
    epoch: () => epoch,
    scores: () => {
      const from = drawnFor(`pointing ${epoch}`);
      return at(`checkpoint ${epoch}`, levels.get(epoch) ?? (() => 0.5)).map((row): CheckpointScore => {
        const pointing = from.uniform() < world.pointing ? 1 : 0;
        return Object.assign(row, {
          probability: 0.5,
          entropy: 1,
          pointing,
          covered: COVERED,
        });
      });
    },
  });
}

function pairsOf(world: World, at: At): readonly EpochPair[] {
  const places: readonly (readonly [EpochPair['place'], from: number, to: number, level: number])[] = [
    ['before', stop - 1, stop, world.before],
    ['stop', stop, stop + 1, world.after],
    ['late', 80, 81, world.late],
    // Further apart: the nearest is asked for.
    ['stop', stop, stop + 4, 0.1],
    ['late', 77, 81, 0.1],
  ];
  return places.map(([place, from, to, level]) =>
    whenAsked<EpochPair>({
      place: () => place,
      from: () => from,
      to: () => to,
      scores: () => at(`${place} ${from} to ${to}`, () => level),
    }),
  );
}

function swingsOf(world: World, chooser: number, from: Draws): readonly Swing[] {
  const ofSeed = world.seedSpread * from.normal();
  return selected(chooser).map((image) => {
    const swing = world.swing[image.group]! * (1 + ofSeed + world.imageSpread * from.normal());
    return {
      ...image,
      chooser,
      probability: swing,
      entropy: swing,
      margin: 10 * swing,
      turns: swing,
    };
  });
}

/** Runs of the made-up study; `study` makes it another one of the same truth. */
export function variant(world: World, augment: boolean, seeds = 4, study = 0): VariantEvidence {
  return {
    name: `augment=${augment}`,
    setting: '',
    point: { dataset: 'shapes', model: 'resnet-8', augment },
    runs: Array.from({ length: seeds }, (_, seed) => runOf(world, augment, seed, seeds, study)),
  };
}

export function studyOf(world: World, seeds = 4, study = 0): readonly VariantEvidence[] {
  return [false, true].map((augment) => variant(world, augment, seeds, study));
}
