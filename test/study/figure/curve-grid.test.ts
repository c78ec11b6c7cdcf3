import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { classConfidenceFigure, confidenceFigure } from '../../../lib/study/figure/confidence.ts';
import type { CurveGrid } from '../../../lib/study/figure/curve-grid.ts';
import { curveGridTable } from '../../../lib/study/figure/curve-grid.ts';
import { curveGridSpec } from '../../../lib/study/figure/curve-grid-spec.ts';
import { driftByMethodFigure, driftFigure } from '../../../lib/study/figure/drift.ts';
import { epochAxis } from '../../../lib/study/figure/epoch-axis.ts';
import { PAGE_WIDTH } from '../../../lib/study/figure/page.ts';
import { renderPng, renderSvg } from '../../../lib/study/figure/render.ts';
import { placeOf } from '../../../lib/study/figure/run.ts';
import { tiesFigure } from '../../../lib/study/figure/ties.ts';
import { stopsOf, trainingFigure } from '../../../lib/study/figure/training.ts';
import { truthFigure } from '../../../lib/study/figure/truth.ts';
import { classes, floorRows, scoreRows, trainingRuns } from './synthetic.ts';

const small: CurveGrid = {
  title: 'Title',
  caption: ['What it shows.'],
  rows: [{ key: 'mssim', title: 'MSSIM', reaches: [0, 1] }],
  columns: [{ key: 'A', title: 'group A', stops: [2] }],
  series: ['one', 'two'],
  points: [
    { row: 'mssim', column: 'A', series: 'one', epoch: 1, value: 0.5, low: 0.4, high: 0.6 },
    { row: 'mssim', column: 'A', series: 'two', epoch: 4, value: null, low: null, high: null },
  ],
  thin: [{ row: 'mssim', column: 'A', line: 'image 3', epoch: 1, value: 0.45 }],
  bands: [{ row: 'mssim', column: 'A', low: 0.1, high: 0.2 }],
  bandLabel: 'floor',
  epochs: epochAxis('log', [1, 4], 5),
  panel: { width: 200, height: 100 },
};

describe('curveGridSpec', () => {
  it('is this specification', () => {
    expect(curveGridSpec(small)).toMatchSnapshot();
  });

  it('says early stopping once where all panels share it, and per panel where they differ', async () => {
    const labels = async (stops: readonly (readonly number[])[]): Promise<string[]> => {
      const columns = stops.map((own, at) => ({ key: String(at), title: `panel ${at}`, stops: own }));
      const svg = await renderSvg(curveGridSpec({ ...small, columns }));
      return [...svg.matchAll(/>(early stopping: [^<]*)</g)].map(([, text]) => text!);
    };
    expect(await labels([[3], [3]])).toEqual(['early stopping: 3']);
    expect(await labels([[3, 2, 3], [4]])).toEqual(['early stopping: 2, 3', 'early stopping: 4']);
    expect(await labels([[1, 2, 3, 4], []])).toEqual(['early stopping: 1–4']);
  });
});

describe('curveGridTable', () => {
  it('holds curves, thin lines and bands', () => {
    const table = curveGridTable(small);
    expect(Object.fromEntries(Object.entries(table).map(([name, { values }]) => [name, values]))).toEqual({
      measure: ['mssim', 'mssim', 'mssim', 'mssim'],
      panel: ['A', 'A', 'A', 'A'],
      series: ['one', 'two', null, 'floor'],
      line: [null, null, 'image 3', null],
      epoch: [1, 4, 1, null],
      value: [0.5, null, 0.45, null],
      low: [0.4, null, null, 0.1],
      high: [0.6, null, null, 0.2],
    });
  });
});

describe('every figure of curves', () => {
  const runs = trainingRuns([false, true], [0, 1]);
  const { variant } = placeOf({ augment: true });
  const options = { variant, stops: stopsOf(runs, variant), scale: 'log' } as const;
  const scores = scoreRows(true, [0, 1], 1);
  const figures: Readonly<Record<string, CurveGrid | null>> = {
    training: trainingFigure(runs, 'log'),
    'training of one run, linear': trainingFigure(runs.slice(0, 1), 'linear'),
    confidence: confidenceFigure(scores, options),
    'confidence by class': classConfidenceFigure(scores, 'C', classes, options),
    drift: driftFigure(scores, floorRows(), options),
    'drift without a noise floor': driftFigure(scores, [], { ...options, stops: [] }),
    'drift by method': driftByMethodFigure(scores, floorRows(), options),
    ties: tiesFigure(scores, options),
    'ground truth': truthFigure(scores, options),
  };

  for (const [name, figure] of Object.entries(figures)) {
    it(`${name}: fits the page, nothing cut at its edges, the same bytes again`, async () => {
      const svg = await renderSvg(curveGridSpec(figure!));
      expect(await renderSvg(curveGridSpec(figure!))).toBe(svg);
      expect(Number(/width="(\d+)"/.exec(svg)![1])).toBeLessThanOrEqual(PAGE_WIDTH + 5);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);

      const png = await renderPng(svg);
      expect(Buffer.from(await renderPng(svg)).equals(png)).toBe(true);
      // Only white is trimmed from each side, down to what is drawn.
      const whole = await sharp(png).metadata();
      const { info } = await sharp(png).trim({ threshold: 1 }).toBuffer({ resolveWithObject: true });
      const [left, top] = [-info.trimOffsetLeft!, -info.trimOffsetTop!];
      expect(Math.min(left, top)).toBeGreaterThan(2);
      expect(whole.width - left - info.width).toBeGreaterThan(2);
      expect(whole.height - top - info.height).toBeGreaterThan(2);
    });
  }
});

describe('figures of what was not measured', () => {
  const options = { variant: placeOf({}).variant, stops: [], scale: 'log' } as const;
  const scores = scoreRows(true, [0], 1).map((row) => ({
    ...row,
    method: 'saliency',
    maskMass: null,
    pointing: null,
  }));

  it('are none: no ground truth without masks, no ties without Grad-CAM', () => {
    expect(truthFigure(scores, options)).toBeNull();
    expect(tiesFigure(scores, options)).toBeNull();
  });
});
