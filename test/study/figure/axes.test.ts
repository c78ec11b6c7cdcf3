import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CurveGrid, GridRow } from '../../../lib/study/figure/curve/curve-grid.ts';
import { epochAxis, placeOn } from '../../../lib/study/figure/curve/epoch-axis.ts';
import { valueAxis } from '../../../lib/study/figure/curve/value-axis.ts';

describe('epochAxis', () => {
  const cases = [
    { title: 'steps of 1, 2, 5', scale: 'log', epochs: [1, 40], room: 7, ticks: [1, 2, 5, 10, 20, 40] },
    {
      title: 'powers of ten where room is short',
      scale: 'log',
      epochs: [1, 4000],
      room: 5,
      ticks: [1, 10, 100, 1000],
    },
    { title: 'even steps', scale: 'linear', epochs: [1, 40], room: 6, ticks: [10, 20, 30, 40] },
    {
      title: 'large even steps',
      scale: 'linear',
      epochs: [0, 4000],
      room: 5,
      ticks: [0, 1000, 2000, 3000, 4000],
    },
  ] as const;
  for (const { title, scale, epochs, room, ticks } of cases) {
    it(`${scale}: ${title}`, () => {
      expect(epochAxis(scale, epochs, room)).toMatchObject({ scale, domain: epochs, ticks });
    });
  }

  it('leaves epoch 0 out of a logarithmic axis', () => {
    expect(epochAxis('log', [0, 1, 10], 7).domain).toEqual([1, 10]);
  });

  it('has room around a single epoch, and is drawn without any', () => {
    expect(epochAxis('log', [10], 7).domain).toEqual([5, 20]);
    expect(epochAxis('linear', [10], 7).domain).toEqual([9, 11]);
    expect(epochAxis('log', [], 7).domain).toEqual([1, 2]);
  });

  it('places its ends at 0 and 1, and the geometric mean midway on a logarithmic axis', () => {
    const axis = epochAxis('log', [1, 100], 7);
    expect([1, 10, 100].map((epoch) => placeOn(axis, epoch))).toEqual([0, 0.5, 1]);
  });
});

const row: GridRow = { key: 'r', title: '' };

function gridOf(values: readonly (number | null)[]): CurveGrid {
  return {
    title: '',
    caption: [],
    rows: [row],
    columns: [],
    series: [],
    points: values.map((value, at) => ({
      row: 'r',
      column: 'c',
      series: 's',
      at,
      value,
      low: value,
      high: value,
    })),
    along: epochAxis('linear', [1, 2], 5),
    panel: { width: 1, height: 1 },
  };
}

describe('valueAxis', () => {
  it('reaches over the data in round steps, with the decimals that they need', () => {
    expect(valueAxis(gridOf([-0.03, 0.91]), { ...row, reaches: [1] })).toEqual({
      scale: 'linear',
      domain: [-0.2, 1],
      ticks: [-0.2, 0, 0.2, 0.4, 0.6, 0.8, 1],
      format: '.1f',
    });
    expect(valueAxis(gridOf([0, 73, null]), row).ticks).toEqual([0, 20, 40, 60, 80]);
  });

  it('leaves zeros out of a logarithmic axis', () => {
    const axis = valueAxis(gridOf([0, 0.012, 2.3]), { ...row, scale: 'log' });
    expect(axis.domain).toEqual([0.01, 5]);
    expect(axis.ticks).toEqual([0.01, 0.1, 1]);
  });

  it('is drawn for no data and for constant data', () => {
    expect(valueAxis(gridOf([null]), row).domain).toEqual([0, 1]);
    const { domain } = valueAxis(gridOf([3, 3]), row);
    expect(domain[0]).toBeLessThanOrEqual(3);
    expect(domain[1]).toBeGreaterThan(3);
  });

  it('holds every value, on either scale', () => {
    const value = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.constantFrom('linear', 'log'), (values, scale) => {
        const { domain, ticks } = valueAxis(gridOf(values), { ...row, scale });
        for (const drawn of values) {
          expect(drawn).toBeGreaterThanOrEqual(domain[0] * (1 - 1e-9));
          expect(drawn).toBeLessThanOrEqual(domain[1] * (1 + 1e-9));
        }
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThan(16);
      }),
    );
  });
});
