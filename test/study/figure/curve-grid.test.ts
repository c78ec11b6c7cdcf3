import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { classConfidenceFigure, confidenceFigure } from '../../../lib/study/figure/confidence.ts';
import type { CurveGrid } from '../../../lib/study/figure/curve/curve-grid.ts';
import { curveGridTable } from '../../../lib/study/figure/curve/curve-grid.ts';
import { curveGridSpec } from '../../../lib/study/figure/curve/curve-grid-spec.ts';
import { deletionFigure } from '../../../lib/study/figure/deletion.ts';
import { driftByMethodFigure, driftFigure } from '../../../lib/study/figure/drift.ts';
import { epochAxis } from '../../../lib/study/figure/curve/epoch-axis.ts';
import { PAGE_WIDTH } from '../../../lib/study/figure/page/page.ts';
import { renderPng, renderSvg } from '../../../lib/study/figure/page/render.ts';
import { placeOf } from '../../../lib/study/figure/run.ts';
import { multiplesFigure } from '../../../lib/study/figure/multiples.ts';
import { seriesStyle } from '../../../lib/study/figure/page/palette.ts';
import { valueAxis } from '../../../lib/study/figure/curve/value-axis.ts';
import { lateNeighbours, temporalFigure } from '../../../lib/study/figure/temporal.ts';
import { sanityFigure } from '../../../lib/study/figure/sanity.ts';
import { tiesFigure } from '../../../lib/study/figure/ties.ts';
import { stopsOf, trainingFigure } from '../../../lib/study/figure/training.ts';
import { truthFigure } from '../../../lib/study/figure/truth.ts';
import {
  classes,
  deletionRows,
  floorRows,
  pairRows,
  sanityRows,
  scoreRows,
  trainingRuns,
} from './synthetic.ts';

const small: CurveGrid = {
  title: 'Title',
  caption: ['What it shows.'],
  rows: [{ key: 'mssim', title: 'MSSIM', reaches: [0, 1] }],
  columns: [{ key: 'A', title: 'group A', stops: [2] }],
  series: ['one', 'two'],
  points: [
    { row: 'mssim', column: 'A', series: 'one', at: 1, value: 0.5, low: 0.4, high: 0.6 },
    { row: 'mssim', column: 'A', series: 'two', at: 4, value: null, low: null, high: null },
  ],
  thin: [{ row: 'mssim', column: 'A', line: 'image 3', at: 1, value: 0.45 }],
  bands: [{ row: 'mssim', column: 'A', kind: 0, low: 0.1, high: 0.2 }],
  bandLabels: ['seeds'],
  asides: [{ row: 'mssim', column: 'A', series: 'two', value: 0.3, low: 0.2, high: 0.4 }],
  asideTitle: 'floor',
  greyLabel: 'floor',
  along: epochAxis('log', [1, 4], 5),
  panel: { width: 200, height: 100 },
};

describe('curveGridSpec', () => {
  it('marks each point, and nothing else', async () => {
    const points = Array.from({ length: 30 }, (_, at) => ({ ...small.points[0]!, at: at + 1 }));
    const markers = async (grid: CurveGrid): Promise<number> => {
      const bare = {
        ...grid,
        series: ['one'],
        asides: [],
        thin: [],
        bands: [],
        along: epochAxis('log', [1, 30], 5),
      };
      const svg = await renderSvg(curveGridSpec(bare));
      return [...svg.matchAll(/<path[^>]*transform="translate\([^"]*\)"[^>]*fill="#0072B2"/g)].length;
    };
    expect(await markers({ ...small, points })).toBe(30);
    expect(await markers({ ...small, points: points.slice(0, 7) })).toBe(7);
    expect(await markers({ ...small, points, markers: false })).toBe(0);
  });

  it('draws curve, band, aside and ring in the panel’s own scale', async () => {
    const spec = curveGridSpec({ ...small, rings: [{ row: 'mssim', column: 'A', at: 2, value: 1 }] });
    const svg = await renderSvg(spec);
    // 100 pixels from 1 down to 0: the band from 0.2 to 0.1 is 10 high, and begins 80 from the top.
    expect(svg).toMatch(/<path[^>]*d="M0,80h200v10h-200Z"[^>]*fill="#999999"/);
    // The ring: at 1, at the top; 2 of 1 to 4 is half-way along a logarithmic axis.
    expect(svg).toMatch(/<path[^>]*transform="translate\(100,0\)"[^>]*stroke="#222222"/);
    // The aside of the second series, orange, right of the panel.
    const [, x, y] = /<path[^>]*transform="translate\((2\d\d[\d.]*),(\d+)\)"[^>]*fill="#D55E00"/.exec(svg)!;
    expect([Number(x) > 206, y]).toEqual([true, '70']);
    expect(svg).toContain('>seeds<');
    expect(svg).toContain('>floor<');
  });

  it('cuts an interval where there are no values beyond', () => {
    const wide = {
      ...small,
      rows: [{ ...small.rows[0]!, limits: [0, 1] as const }],
      points: [{ ...small.points[0]!, low: -2, high: 3 }],
    };
    expect(valueAxis(wide, wide.rows[0]!).domain).toEqual([0, 1]);
    expect(valueAxis({ ...wide, rows: small.rows }, small.rows[0]!).domain).toEqual([-2, 3]);
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
  it('holds curves, thin lines, bands and asides', () => {
    const table = curveGridTable(small);
    expect(Object.fromEntries(Object.entries(table).map(([name, { values }]) => [name, values]))).toEqual({
      drawn: ['curve', 'curve', 'thin', 'band', 'aside'],
      measure: ['mssim', 'mssim', 'mssim', 'mssim', 'mssim'],
      panel: ['A', 'A', 'A', 'A', 'A'],
      series: ['one', 'two', null, 'seeds', 'two'],
      line: [null, null, 'image 3', null, null],
      epoch: [1, 4, 1, null, null],
      value: [0.5, null, 0.45, null, 0.3],
      low: [0.4, null, null, 0.1, 0.2],
      high: [0.6, null, null, 0.2, 0.4],
    });
  });
});

describe('every figure of curves', () => {
  const runs = trainingRuns([false, true], [0, 1]);
  const { variant } = placeOf({ augment: true });
  const options = { variant, stops: stopsOf(runs, variant), scale: 'log' } as const;
  const scores = scoreRows(true, [0, 1], 1);
  const floors = { floor: floorRows(), late: floorRows(), neighbours: lateNeighbours(pairRows([0, 1])) };
  const figures: Readonly<Record<string, CurveGrid | null>> = {
    training: trainingFigure(runs, 'log'),
    'training of one run, linear': trainingFigure(runs.slice(0, 1), 'linear'),
    confidence: confidenceFigure(scores, options),
    'confidence by class': classConfidenceFigure(scores, 'C', classes, options),
    drift: driftFigure(scores, floorRows(), options),
    'drift without a noise floor': driftFigure(scores, [], { ...options, stops: [] }),
    'drift by method': driftByMethodFigure(scores, floors, options),
    ties: tiesFigure(scores, options),
    'ground truth': truthFigure(scores, options),
    'deletion and insertion': deletionFigure(deletionRows([0, 1]), options),
    sanity: sanityFigure(sanityRows(0), variant),
    temporal: temporalFigure(pairRows([0, 1, 2]), options),
    multiples: multiplesFigure(
      scores,
      new Map([
        [0, 17],
        [1, 20],
      ]),
      variant,
    ),
  };

  for (const [name, figure] of Object.entries(figures)) {
    it(`${name}: fits the page, nothing cut at its edges, the same bytes again`, async () => {
      const svg = await renderSvg(curveGridSpec(figure!));
      expect(await renderSvg(curveGridSpec(figure!))).toBe(svg);
      expect(Number(/width="(\d+)"/.exec(svg)![1])).toBeLessThanOrEqual(PAGE_WIDTH + 5);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);

      const png = await renderPng({ svg });
      expect(Buffer.from(await renderPng({ svg })).equals(png)).toBe(true);
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

describe('the figure of drift', () => {
  const options = { variant: placeOf({}).variant, stops: [5], scale: 'log' } as const;

  it('shows each method’s own noise floor beside each group', () => {
    const { asides } = driftFigure(scoreRows(true, [0], 1), floorRows(), options);
    const places = asides!.map(({ row, column, series }) => `${row} ${column} ${series}`);
    expect(new Set(places).size).toBe(2 * 3 * 7);
    for (const { low, value, high } of asides!) {
      expect(low).toBeLessThan(value);
      expect(value).toBeLessThan(high);
    }
  });
});

describe('the figure of drift by method', () => {
  const options = { variant: placeOf({}).variant, stops: [5, 8], scale: 'log' } as const;
  const floors = { floor: floorRows(), late: floorRows(), neighbours: lateNeighbours(pairRows([0, 1, 2])) };
  const grid = driftByMethodFigure(scoreRows(true, [0, 1, 2], 1), floors, options);

  it('has each method’s floors behind its curves: seeds, seeds late, and late neighbours', () => {
    const places = grid.bands!.map(({ row, column, kind }) => `${row} ${column} ${kind}`);
    expect(new Set(places).size).toBe(2 * 7 * 3);
    expect(grid.bandLabels).toHaveLength(3);
  });

  it('has the 1 at each run’s early stopping', () => {
    expect(grid.rings).toHaveLength(2 * 7 * 2);
    expect(new Set(grid.rings!.map(({ at, value }) => `${at} ${value}`))).toEqual(new Set(['5 1', '8 1']));
  });
});

describe('the figure of the temporal floor', () => {
  it('has a line for each place in training, in their order', () => {
    const { series, along, points } = temporalFigure(pairRows([0, 1, 2]), {
      variant: placeOf({}).variant,
      scale: 'log',
    })!;
    expect(series).toEqual([
      'up to early stopping',
      'from early stopping on',
      'from 2 times as late on',
      'up to the last epoch',
    ]);
    expect([along.key, along.domain]).toEqual(['distance', [1, 16]]);
    expect(points).toHaveLength(2 * 7 * 4 * 3);
    expect(temporalFigure([], { variant: placeOf({}).variant, scale: 'log' })).toBeNull();
  });
});

describe('the figure by multiples of the stopping epoch', () => {
  const rows = [10, 20, 40, 80].flatMap((epoch) =>
    [0, 1].map((seed) => ({
      ...scoreRows(true, [0], 1)[0]!,
      seed,
      epoch,
      // Falls by 0.1 each time that the epoch is twice as late as the stop: at 10 of the one, at 20 of the other.
      mssim: 1 - 0.1 * Math.abs(Math.log2(epoch / (seed === 0 ? 10 : 20))),
    })),
  );
  const grid = multiplesFigure(
    rows,
    new Map([
      [0, 10],
      [1, 20],
    ]),
    placeOf({}).variant,
  )!;

  it('lays runs that stop at different epochs over one another', () => {
    const points = grid.points.filter(({ row }) => row === 'mssim');
    expect(points.map(({ at, value }) => [at, Number(value!.toFixed(9))])).toEqual([
      [1, 1],
      [2, 0.9],
      [4, 0.8],
    ]);
    for (const { low, high } of points) expect(high! - low!).toBeCloseTo(0, 9);
  });

  it('shows each seed’s own checkpoints, and 1 at 1 where there is none', () => {
    const one = multiplesFigure(
      rows.filter(({ epoch }) => epoch !== 20),
      new Map([[1, 20]]),
      placeOf({}).variant,
    )!;
    const own = one.thin!.filter(({ row }) => row === 'mssim').map(({ at, value }) => [at, value]);
    expect(own).toEqual([
      [0.5, 0.9],
      [1, 1],
      [2, 0.9],
      [4, 0.8],
    ]);
  });
});

describe('the palette', () => {
  it('has a colour of its own for each of thirteen methods', () => {
    const styles = Array.from({ length: 13 }, (_, place) => seriesStyle(place));
    expect(new Set(styles.map(({ colour }) => colour)).size).toBe(13);
  });
});

describe('the figure of sanity checks', () => {
  it('begins each curve at the net as it is', () => {
    const { points, along } = sanityFigure(sanityRows(0), placeOf({}).variant)!;
    const intact = points.filter(({ at }) => at === 0);
    expect(intact).toHaveLength(2 * 4 * 7);
    expect(new Set(intact.map(({ value }) => value))).toEqual(new Set([1]));
    expect(along.labels).toEqual(['none', 'linear', 'group 3.1', 'group 2.1', 'group 1.1', 'stem']);
  });

  it('names as many parts as fit below a panel', () => {
    const deep = Array.from({ length: 29 }, (_, at) => ({
      ...sanityRows(0)[0]!,
      depth: at + 1,
      part: `group1.block${at + 1}`,
    }));
    const { along } = sanityFigure(deep, placeOf({}).variant)!;
    expect(along.ticks).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    expect(along.labels!.slice(0, 3)).toEqual(['none', 'group 1.3', 'group 1.6']);
  });
});

describe('figures of what was not measured', () => {
  const options = { variant: placeOf({}).variant, stops: [], scale: 'log' } as const;
  const scores = scoreRows(true, [0], 1).map((row) => ({
    ...row,
    method: 'saliency',
    maskMass: null,
    pointing: null,
  }));

  it('are of what maps do beyond pixels in random order', () => {
    const rows = deletionRows([0, 1]).map((row) => ({ ...row, deletion: 0.2, insertion: 0.7 }));
    const { points } = deletionFigure(rows, options)!;
    for (const [measure, beyond] of [
      ['deletion', 0.2 - 0.25],
      ['insertion', 0.7 - 0.4],
    ] as const)
      for (const { row, value } of points) if (row === measure) expect(value).toBeCloseTo(beyond, 12);
  });

  it('are none: no ground truth without masks, no ties without Grad-CAM, no checks that were not made', () => {
    expect(deletionFigure([], options)).toBeNull();
    expect(sanityFigure([], options.variant)).toBeNull();
    expect(truthFigure(scores, options)).toBeNull();
    expect(tiesFigure(scores, options)).toBeNull();
  });
});
