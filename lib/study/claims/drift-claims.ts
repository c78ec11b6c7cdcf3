import { meanOfAll, type Run } from '../statistics/bootstrap.ts';
import {
  atTheEnd,
  type Find,
  type RunEvidence,
  type Scored,
  similaritiesOf,
  type Similarity,
  similarityLabels,
  type VariantEvidence,
} from './evidence.ts';
import { differenceOfMeans, greatestMean, pairedDifferences, type Tagged } from './differences.ts';
import type { ClaimsParams } from './parameters.ts';

const drifting = ['saliency', 'grad-cam'];
const steady = ['guided-backpropagation', 'deconvolution', 'guided-backpropagation-minus'];
const both: readonly Similarity[] = ['mssim', 'spearman'];

/** 3. Saliency and Grad-CAM maps drift: MSSIM and Spearman to the early-stopping map fall below 0.4. */
export function mapsDrift({ runs }: VariantEvidence, find: Find, { drifted }: ClaimsParams): void {
  for (const method of drifting)
    for (const similarity of both)
      find(
        `${method}, ${similarityLabels[similarity]}`,
        { type: 'below', bound: drifted },
        runs.map((run) => similaritiesOf(atTheEnd(run), method, similarity)),
        meanOfAll,
      );
}

/** 4. Guided backpropagation, deconvolution and the minus variant drift less. */
export function someDriftLess({ runs }: VariantEvidence, find: Find): void {
  for (const method of steady)
    for (const other of drifting)
      for (const similarity of both)
        find(
          `${method} − ${other}, ${similarityLabels[similarity]}`,
          { type: 'above', bound: 0 },
          runs.map((run) => pairedDifferences(atTheEnd(run), [method, similarity], [other, similarity])),
          meanOfAll,
        );
}

/** 5. Groups A, B and C show no clear difference in drift. */
export function groupsDriftAlike({ runs }: VariantEvidence, find: Find, { margin }: ClaimsParams): void {
  const pairs = [
    ['A', 'B'],
    ['A', 'C'],
    ['B', 'C'],
  ] as const;
  for (const method of drifting)
    for (const similarity of both)
      for (const [a, b] of pairs)
        find(
          `${method}, ${similarityLabels[similarity]}, ${a} − ${b}`,
          { type: 'within', margin },
          runs.map((run) => tagged(atTheEnd(run), method, similarity, ({ group }) => group)),
          differenceOfMeans(a, b),
        );
}

/** 7. Saliency's Spearman is below 0.1; Grad-CAM's is higher because of ties. */
export function tiesRaiseGradCam({ runs }: VariantEvidence, find: Find, { unrelated }: ClaimsParams): void {
  const differences = (similarity: Similarity): readonly Run<number>[] =>
    runs.map((run) => pairedDifferences(atTheEnd(run), ['grad-cam', similarity], ['saliency', similarity]));
  find(
    'saliency, Spearman at its greatest',
    { type: 'below', bound: unrelated },
    runs.map((run) => afterStopping(run, 'saliency', 'spearman')),
    greatestMean,
  );
  find(
    'grad-cam − saliency, Spearman by Eq. 8',
    { type: 'above', bound: 0 },
    differences('spearmanEq8'),
    meanOfAll,
  );
  find(
    'grad-cam − saliency, Spearman corrected for ties',
    { type: 'below', bound: 0 },
    differences('spearman'),
    meanOfAll,
  );
}

/** 8. The drift is larger than the noise floor: asked of the maps that claim 3 says drift. */
export function driftPassesFloor({ runs }: VariantEvidence, find: Find): void {
  for (const method of drifting)
    for (const similarity of both)
      find(
        `${method}, ${similarityLabels[similarity]}`,
        { type: 'above', bound: 0 },
        runs.map((run) => [
          ...tagged(run.floor, method, similarity, () => 'floor'),
          ...tagged(atTheEnd(run), method, similarity, () => 'late'),
        ]),
        differenceOfMeans('floor', 'late'),
      );
}

function tagged(
  scores: readonly Scored[],
  method: string,
  similarity: Similarity,
  tag: (row: Scored) => string,
): readonly Tagged[] {
  return scores.flatMap((row) =>
    row.method === method && row[similarity] !== null ? [{ tag: tag(row), value: row[similarity] }] : [],
  );
}

/** Similarities of every checkpoint after early stopping, each tagged by its epoch. */
function afterStopping(
  { checkpoints, stop }: RunEvidence,
  method: string,
  similarity: Similarity,
): readonly Tagged[] {
  return checkpoints
    .filter(({ epoch }) => epoch > stop)
    .flatMap(({ epoch, scores }) => tagged(scores, method, similarity, () => String(epoch)));
}
