import { draws } from '../../../lib/study/random.ts';
import type { DeletionRow } from '../../../lib/study/figure/deletion.ts';
import type { FloorRow } from '../../../lib/study/figure/drift.ts';
import { placeOf } from '../../../lib/study/figure/run.ts';
import type { SanityRow } from '../../../lib/study/figure/sanity.ts';
import type { ScoreRow } from '../../../lib/study/figure/data/score-row.ts';
import type { PairRow } from '../../../lib/study/figure/temporal.ts';
import type { TrainingRun } from '../../../lib/study/figure/training.ts';

/** Made-up runs and scores of the shapes that real ones take. */
export const epochs = [1, 2, 3, 5, 8, 12, 17, 23, 30, 40];
export const classes = [
  'disc',
  'square',
  'triangle',
  'star',
  'ring',
  'cross',
  'bar',
  'arrow',
  'moon',
  'heart',
];
export const methods = [
  'saliency',
  'deconvolution',
  'guided-backpropagation',
  'guided-backpropagation-minus',
  'grad-cam',
  'guided-grad-cam',
  'smooth-grad',
];

const stopOf = (augment: boolean, seed: number): number => (augment ? 17 : 8) + seed * 3;

export function trainingRuns(augments: readonly boolean[], seeds: readonly number[]): TrainingRun[] {
  return augments.flatMap((augment) =>
    seeds.map((seed) => {
      const from = draws({ seed, purpose: 'training', index: Number(augment) });
      const wobble = (): number => 1 + 0.06 * from.normal();
      const stop = stopOf(augment, seed);
      return {
        variant: placeOf({ augment }).variant,
        seed,
        earlyStopping: stop,
        epochs: Array.from({ length: 40 }, (_, at) => {
          const epoch = at + 1;
          const train = ((augment ? 2.4 : 2.2) / epoch ** (augment ? 0.8 : 1.4)) * wobble();
          const late = Math.max(0, Math.log(epoch / stop));
          return {
            epoch,
            loss: {
              train,
              validation: (0.75 + 1.6 / epoch + 0.5 * late) * wobble(),
              test: (0.7 + 1.6 / epoch + 0.55 * late) * wobble(),
            },
            error: {
              train: Math.min(0.9, (0.7 / epoch ** (augment ? 0.7 : 1.3)) * wobble()),
              validation: (0.18 + 0.55 / epoch) * wobble(),
              test: (0.17 + 0.55 / epoch) * wobble(),
            },
            lastLayerNorm: (1.5 + 0.8 * Math.log(epoch)) * (1 + 0.02 * from.normal()),
          };
        }),
      };
    }),
  );
}

export function scoreRows(augment: boolean, seeds: readonly number[], perGroup: number): ScoreRow[] {
  return seeds.flatMap((seed) =>
    ['A', 'B', 'C'].flatMap((group, g) =>
      classes.slice(0, 10).flatMap((name, c) =>
        Array.from({ length: perGroup }, (_, i) => c * 20 + g * 6 + i).flatMap((image) => {
          const from = draws({ seed, purpose: 'scores', index: image });
          const phase = from.uniform() * 6;
          return epochs.flatMap((epoch) => {
            const far = Math.abs(Math.log(epoch / stopOf(augment, seed)));
            const swing = g === 0 ? 0.03 : 0.3 * Math.sin(phase + 2.5 * Math.log(epoch + 1));
            const probability = Math.min(
              1,
              Math.max(0, [0.96, 0.12, 0.5][g]! + swing + 0.05 * from.normal()),
            );
            return methods.map((method, m) => {
              const kept = Math.exp(-far * (0.15 + 0.13 * m)) * (1 + 0.12 * from.normal());
              return {
                seed,
                epoch,
                image,
                class: name,
                group,
                method,
                mssim: Math.min(1, 0.15 + 0.85 * kept),
                spearman: method === 'grad-cam' && image % 17 === 0 ? null : Math.min(1, kept),
                spearmanEq8: Math.min(1, method === 'grad-cam' ? 0.35 + 0.65 * kept : kept),
                entropy: 2.3 * (1 - Math.abs(probability - 0.5) * 2) * (0.6 + 0.2 * from.uniform()) + 0.02,
                probability,
                maskMass: Math.min(1, 0.25 + 0.05 * m + 0.1 * from.uniform()),
                covered: 0.15 + 0.1 * (image % 3),
                pointing: from.uniform() < 0.4 + 0.06 * m ? 1 : 0,
              };
            });
          });
        }),
      ),
    ),
  );
}

export function floorRows(): FloorRow[] {
  const from = draws({ seed: 1, purpose: 'floor' });
  return ['A', 'B', 'C'].flatMap((group) =>
    methods.flatMap((method, m) =>
      Array.from({ length: 30 }, (_, i) => ({
        seed: i % 2,
        other: 1 - (i % 2),
        method,
        group,
        mssim: 0.12 + 0.02 * m + 0.05 * from.normal(),
        spearman: 0.05 + 0.02 * m + 0.08 * from.normal(),
      })),
    ),
  );
}

/** Pairs that are the less alike the further apart, early ones least of all. */
export function pairRows(seeds: readonly number[]): PairRow[] {
  return seeds.flatMap((seed) => {
    const from = draws({ seed, purpose: 'pairs' });
    const places = [
      { place: 'before', multiple: 0.9 },
      { place: 'stop', multiple: 1 },
      { place: 'after', multiple: 2 },
      { place: 'late', multiple: 4 },
    ];
    return places.flatMap(({ place, multiple }) =>
      [1, 4, 16].flatMap((distance) =>
        methods.flatMap((method, m) =>
          Array.from({ length: 3 }, (_, image): PairRow => {
            const alike = 0.3 + 0.05 * m + 0.1 * multiple - 0.05 * Math.log2(distance) + 0.05 * from.normal();
            const at = { place, multiple, distance, method };
            return { seed, image, class: classes[image]!, ...at, mssim: alike, spearman: alike - 0.05 };
          }),
        ),
      ),
    );
  });
}

export function deletionRows(seeds: readonly number[]): DeletionRow[] {
  const from = draws({ seed: 1, purpose: 'areas' });
  return seeds.flatMap((seed) =>
    epochs.flatMap((epoch) =>
      methods.flatMap((method) =>
        ['A', 'B', 'C'].flatMap((group) =>
          Array.from({ length: 3 }, (_, image) => ({
            seed,
            epoch,
            image,
            class: classes[image]!,
            group,
            method,
            deletion: 0.3 * from.uniform(),
            insertion: 0.5 + 0.3 * from.uniform(),
            randomly: { deletion: 0.25, insertion: 0.4 },
          })),
        ),
      ),
    ),
  );
}

export function sanityRows(seed: number): SanityRow[] {
  const from = draws({ seed: 1, purpose: 'sanity' });
  const parts = ['linear', 'group3.block1', 'group2.block1', 'group1.block1', 'stem'];
  return ['early stopping', 'last'].flatMap((checkpoint) =>
    ['cascading', 'independent'].flatMap((randomisation) =>
      parts.flatMap((part, above) =>
        methods.flatMap((method, m) =>
          Array.from({ length: 4 }, (_, image): SanityRow => {
            const kept = 0.1 * m ** (randomisation === 'cascading' ? above + 1 : 1);
            const near = (value: number): number => Math.min(1, value + 0.05 * from.normal());
            const place = { seed, image, class: classes[image]!, checkpoint, randomisation };
            const where = { ...place, part, depth: above + 1, method };
            return { ...where, mssim: near(Math.min(kept, 0.8)), spearman: near(Math.min(kept, 0.9)) };
          }),
        ),
      ),
    ),
  );
}
