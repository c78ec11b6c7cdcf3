import { differenceOf, greatestOf, meanOf } from '../statistics/unit.ts';
import {
  atTheEnd,
  type RunEvidence,
  type Scored,
  type Similarity,
  similarityLabels,
  type VariantEvidence,
} from './evidence.ts';
import type { ClaimsParams } from './parameters.ts';
import { given, type Question, type Sample } from './sample.ts';

export const drifting = ['saliency', 'grad-cam'];
const steady = ['guided-backpropagation', 'deconvolution', 'guided-backpropagation-minus'];
const both: readonly Similarity[] = ['mssim', 'spearman'];
/** Between methods, maps of different sizes are compared at one; beside it, as they are. */
const bothSizes: readonly Similarity[] = ['mssimCommon', 'spearmanCommon', ...both];

/** One method's similarities, of one run or pair of runs. */
export function similarities(
  tag: string,
  seeds: readonly number[],
  scores: readonly Scored[],
  method: string,
  similarity: Similarity,
): Sample {
  const own = scores.filter((row) => row.method === method);
  return { tag, seeds, values: own.map((row) => given(row, row[similarity])) };
}

/** At the last checkpoint, of each run that has one after early stopping. */
export function lateSamples({ runs }: VariantEvidence, method: string, similarity: Similarity): Sample[] {
  return runs.map((run) => similarities('last', [run.seed], atTheEnd(run), method, similarity));
}

/** A pair of seeds counts both ways: with the images of the one, and of the other. */
export function floorSamples(
  { runs }: VariantEvidence,
  at: 'floor' | 'lateFloor' | 'crossed',
  method: string,
  similarity: Similarity,
): Sample[] {
  return runs.flatMap((run) => {
    const others = [...new Set(run[at].map(({ other }) => other))];
    return others.map((other) => {
      const own = run[at].filter((row) => row.other === other);
      return similarities(at, [run.seed, other], own, method, similarity);
    });
  });
}

function forEach<T>(
  of: (method: string, similarity: Similarity) => readonly T[],
  each: readonly Similarity[] = both,
): readonly T[] {
  return drifting.flatMap((method) => each.flatMap((similarity) => of(method, similarity)));
}

const named = (method: string, similarity: Similarity): string =>
  `${method}, ${similarityLabels[similarity]}`;

/** 3. Saliency and Grad-CAM maps drift: MSSIM and Spearman to the early-stopping map fall below 0.4. */
export function mapsDrift(variant: VariantEvidence, { drifted }: ClaimsParams): readonly Question[] {
  const rule = { direction: 'below', margin: drifted } as const;
  return forEach((method, similarity): readonly Question[] => {
    const own: Question = {
      name: named(method, similarity),
      rule,
      statistic: meanOf('last'),
      samples: lateSamples(variant, method, similarity),
    };
    const crossed: Question = {
      name: `${named(method, similarity)}, images chosen by other seeds`,
      rule,
      statistic: meanOf('crossed'),
      samples: floorSamples(variant, 'crossed', method, similarity),
    };
    return crossed.samples.length > 0 ? [own, crossed] : [own];
  });
}

/** 4. Guided backpropagation, deconvolution and the minus variant drift less. */
export function someDriftLess(variant: VariantEvidence): readonly Question[] {
  return steady.flatMap((method) =>
    forEach(
      (other, similarity) => [
        {
          name: `${method} − ${other}, ${similarityLabels[similarity]}`,
          rule: { direction: 'above', margin: 0 },
          statistic: meanOf('difference'),
          samples: differenceSamples(variant, [method, similarity], [other, similarity]),
        },
      ],
      bothSizes,
    ),
  );
}

/** Image by image, one method's similarity less another's. */
function differenceSamples(
  { runs }: VariantEvidence,
  [methodA, similarityA]: readonly [string, Similarity],
  [methodB, similarityB]: readonly [string, Similarity],
): Sample[] {
  return runs.map((run) => {
    const scores = atTheEnd(run);
    const subtracted = new Map(scores.flatMap((row) => (row.method === methodB ? [[row.image, row]] : [])));
    const values = scores.flatMap((row) => {
      const other = subtracted.get(row.image);
      if (row.method !== methodA || !other) return [];
      const [a, b] = [row[similarityA], other[similarityB]];
      const value = a === null || b === null ? null : a - b;
      return [{ image: row.image, class: row.class, value, filled: (a ?? 0) - (b ?? 0) }];
    });
    return { tag: 'difference', seeds: [run.seed], values };
  });
}

const groupPairs = [
  ['A', 'B'],
  ['A', 'C'],
  ['B', 'C'],
] as const;

/** 5. Groups A, B and C show no clear difference in drift. */
export function groupsDriftAlike(variant: VariantEvidence, { margin }: ClaimsParams): readonly Question[] {
  return forEach((method, similarity) => {
    const ofGroup = (group: string): VariantEvidence => ({
      ...variant,
      runs: variant.runs.map((run) => inGroup(run, group)),
    });
    const retagged = (group: string, samples: readonly Sample[]) =>
      samples.map((sample) => ({ ...sample, tag: group }));
    const own = groups.flatMap((group) => retagged(group, lateSamples(ofGroup(group), method, similarity)));
    const crossed = groups.flatMap((group) =>
      retagged(group, floorSamples(ofGroup(group), 'crossed', method, similarity)),
    );
    const pairs = (samples: readonly Sample[], said: string): readonly Question[] =>
      groupPairs.map(([a, b]) => ({
        name: `${named(method, similarity)}, ${a} − ${b}${said}`,
        rule: { direction: 'within', margin },
        statistic: differenceOf(a, b),
        samples: samples.filter(({ tag }) => tag === a || tag === b),
      }));
    return [
      ...pairs(own, ''),
      ...(crossed.length > 0 ? pairs(crossed, ', images chosen by other seeds') : []),
    ];
  });
}

const groups = ['A', 'B', 'C'];

/** A run with the images of one group alone. */
function inGroup(run: RunEvidence, group: string): RunEvidence {
  const of = <S extends Scored>(scores: readonly S[]) => scores.filter((row) => row.group === group);
  return {
    ...run,
    checkpoints: run.checkpoints.map(({ epoch, scores }) => ({ epoch, scores: of(scores) })),
    crossed: of(run.crossed),
  };
}

/** 7. Saliency's Spearman is below 0.1; Grad-CAM's is higher because of ties. */
export function tiesRaiseGradCam(variant: VariantEvidence, { unrelated }: ClaimsParams): readonly Question[] {
  const below = { direction: 'below', margin: unrelated } as const;
  const later = variant.runs.flatMap((run) => laterSamples(run, 'saliency', 'spearman'));
  const compared = (similarity: Similarity, direction: 'above' | 'below'): Question => ({
    name: `grad-cam − saliency, ${similarityLabels[similarity]}`,
    rule: { direction, margin: 0 },
    statistic: meanOf('difference'),
    samples: differenceSamples(variant, ['grad-cam', similarity], ['saliency', similarity]),
  });
  return [
    {
      name: 'saliency, Spearman',
      rule: below,
      statistic: meanOf('last'),
      samples: lateSamples(variant, 'saliency', 'spearman'),
    },
    {
      name: 'saliency, Spearman at its greatest',
      rule: below,
      statistic: greatestOf(sharedTags(later)),
      samples: later,
    },
    compared('spearmanEq8Common', 'above'),
    compared('spearmanCommon', 'below'),
    compared('spearmanEq8', 'above'),
    compared('spearman', 'below'),
  ];
}

/** Every checkpoint after early stopping, each tagged by its epoch. */
function laterSamples({ seed, stop, checkpoints }: RunEvidence, method: string, similarity: Similarity) {
  return checkpoints
    .filter(({ epoch }) => epoch > stop)
    .map(({ epoch, scores }) => similarities(String(epoch), [seed], scores, method, similarity));
}

/** Of epochs, those that all seeds have: runs stop at different ones. */
function sharedTags(samples: readonly Sample[]): readonly string[] {
  const seeds = new Set(samples.map((sample) => sample.seeds[0]));
  const tags = [...new Set(samples.map(({ tag }) => tag))];
  return tags.filter((tag) => samples.filter((sample) => sample.tag === tag).length === seeds.size);
}

/** 8. The drift is larger than the noise floor: asked of the maps that claim 3 says drift. */
export function driftPassesFloor(variant: VariantEvidence): readonly Question[] {
  const floors = [
    { at: 'floor', said: 'at early stopping' },
    { at: 'lateFloor', said: 'at the last checkpoint' },
  ] as const;
  return floors.flatMap(({ at, said }) =>
    variant.runs.every((run) => run[at].length === 0) && at === 'lateFloor'
      ? []
      : forEach((method, similarity) => [
          {
            name: `${named(method, similarity)}, seeds ${said}`,
            rule: { direction: 'above', margin: 0 },
            statistic: differenceOf(at, 'last'),
            samples: [
              ...floorSamples(variant, at, method, similarity),
              ...lateSamples(variant, method, similarity),
            ],
          },
        ]),
  );
}
