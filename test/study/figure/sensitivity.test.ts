import { describe, expect, it } from 'vitest';
import { PAGE_WIDTH } from '../../../lib/study/figure/page/page.ts';
import { sensitivityDrawings, type SensitivityRow } from '../../../lib/study/figure/sensitivity.ts';

const cell = (claim: number, verdict: string | null, changed = false, value = 0.123) => ({
  claim,
  verdict,
  value: verdict === null ? null : value,
  changed,
});

const rows: readonly SensitivityRow[] = [
  { rule: 'as declared', setting: 'vgg-4', cells: [cell(1, 'held'), cell(2, 'not held')] },
  { rule: 'compared with smoothed', setting: 'vgg-4', cells: [cell(1, 'undecided', true), cell(2, null)] },
  { rule: 'as declared', setting: 'vgg-7', cells: [cell(1, null), cell(2, null)] },
];

describe('the figure of sensitivity', () => {
  it('has a tile for each verdict, a frame where it is another, and names rules and claims', async () => {
    const [drawing, ...others] = [...sensitivityDrawings(rows)];
    expect(others).toEqual([]);
    expect(drawing!.name).toBe('sensitivity-vgg-4');
    const { svg } = await drawing!.page();
    for (const text of ['as declared', 'compared with smoothed', '✓\u20090.12', '✗\u20090.12', '?\u20090.12'])
      expect(svg).toContain(`>${text}<`);
    for (const colour of ['#A6DBC5', '#F4B183', '#E3E3E3'])
      expect([...svg.matchAll(new RegExp(`fill="${colour}"`, 'g'))]).toHaveLength(1);
    expect([...svg.matchAll(/stroke="#222222" stroke-width="1.6"/g)]).toHaveLength(1);
    expect(Number(/width="(\d+)"/.exec(svg)![1])).toBeLessThanOrEqual(PAGE_WIDTH + 5);
  });

  it('has no column for a claim that was not tested, and no sign before nothing', async () => {
    const tested = (value: number) => [cell(3, 'held', false, value), cell(7, 'held', false, -0.126)];
    const [drawing] = [
      ...sensitivityDrawings([
        { rule: 'as declared', setting: '', cells: [...tested(-0.004), cell(9, null)] },
      ]),
    ];
    const { svg } = await drawing!.page();
    expect(['3', '7', '9'].map((claim) => svg.includes(`>${claim}<`))).toEqual([true, true, false]);
    expect(svg).toContain('>✓\u20090.00<');
    expect(svg).toContain('>✓\u2009−0.13<');
  });
});
