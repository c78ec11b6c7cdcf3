import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type HeatMap, toUnitRange } from '../../../lib/study/similarity/heat-map.ts';
import { hogSimilarity } from '../../../lib/study/similarity/hog.ts';
import { rank } from '../../../lib/study/similarity/ranking.ts';
import { spearman } from '../../../lib/study/similarity/spearman.ts';
import { meanSsim, meanSsimGaussian } from '../../../lib/study/similarity/ssim.ts';

interface Reference {
  readonly title: string;
  readonly height: number;
  readonly width: number;
  readonly a: number[];
  readonly b: number[];
  readonly mssim: number;
  readonly mssimGaussian: number | null;
  readonly spearman: number;
  readonly hogCorrelation: number | null;
}

const references = JSON.parse(
  readFileSync(new URL('fixtures/references.json', import.meta.url), 'utf8'),
) as Reference[];

function maps({ height, width, a, b }: Reference): [HeatMap, HeatMap] {
  return [
    { height, width, values: Float64Array.from(a) },
    { height, width, values: Float64Array.from(b) },
  ];
}

function unit(map: HeatMap): HeatMap {
  const scaled = toUnitRange(map);
  if (!scaled) throw new Error('the reference maps are not constant');
  return scaled;
}

it.each(references)('MSSIM agrees with scikit-image, $height×$width maps, $title', (reference) => {
  const [a, b] = maps(reference);
  expect(Math.abs(meanSsim(unit(a), unit(b))! - reference.mssim)).toBeLessThan(1e-10);
});

// scikit-image has no Gaussian window for maps below 11×11.
const atLeastGaussian = references.filter(({ mssimGaussian }) => mssimGaussian !== null);
it.each(atLeastGaussian)('MSSIM in Gaussian windows agrees with scikit-image, $title', (reference) => {
  const [a, b] = maps(reference);
  expect(Math.abs(meanSsimGaussian(unit(a), unit(b))! - reference.mssimGaussian!)).toBeLessThan(1e-10);
});

it.each(references)('tie-corrected Spearman agrees with SciPy, $height×$width maps, $title', (reference) => {
  const [a, b] = maps(reference);
  expect(Math.abs(spearman(rank(a.values), rank(b.values))!.tieCorrected - reference.spearman)).toBeLessThan(
    1e-12,
  );
});

const atLeastTwoPixelCells = references.filter(({ hogCorrelation }) => hogCorrelation !== null);
it.each(atLeastTwoPixelCells)('HOG similarity agrees with scikit-image, $title', (reference) => {
  const [a, b] = maps(reference);
  // scikit-image's histograms are float32.
  expect(Math.abs(hogSimilarity(unit(a), unit(b))! - reference.hogCorrelation!)).toBeLessThan(1e-6);
});

it('Spearman’s coefficient of a constant map is none, in either form', () => {
  const [constant, rising] = [Float64Array.of(2, 2, 2), Float64Array.of(1, 2, 3)].map(rank);
  expect(spearman(constant!, rising!)).toBeNull();
  expect(spearman(rising!, constant!)).toBeNull();
  expect(spearman(rising!, rising!)?.tieCorrected).toBeCloseTo(1, 12);
});
