import { describe, expect, it } from 'vitest';
import { PAGE_WIDTH } from '../../../lib/study/figure/page/page.ts';
import { sensitivityDrawing, type SensitivityTile } from '../../../lib/study/figure/sensitivity.ts';

const tile = (rule: string, claim: number, verdict: string | null, changed = false): SensitivityTile => ({
  rule,
  claim,
  verdict,
  value: verdict === null ? null : 0.123,
  changed,
});

const tiles = [
  tile('as declared', 1, 'held'),
  tile('as declared', 2, 'not held'),
  tile('compared with smoothed', 1, 'undecided', true),
  tile('compared with smoothed', 2, null),
];

describe('the figure of sensitivity', () => {
  it('has a tile for each verdict, a frame where it is another, and names rules and claims', async () => {
    const { svg } = await sensitivityDrawing(tiles, 'shapes', {})!.page();
    for (const text of ['as declared', 'compared with smoothed', '✓ 0.12', '✗ 0.12', '? 0.12'])
      expect(svg).toContain(`>${text}<`);
    for (const colour of ['#A6DBC5', '#F4B183', '#E3E3E3'])
      expect([...svg.matchAll(new RegExp(`fill="${colour}"`, 'g'))]).toHaveLength(1);
    expect([...svg.matchAll(/stroke="#222222" stroke-width="1.6"/g)]).toHaveLength(1);
    expect(Number(/width="(\d+)"/.exec(svg)![1])).toBeLessThanOrEqual(PAGE_WIDTH + 5);
  });

  it('is none where nothing is decided', () => {
    expect(sensitivityDrawing([tile('as declared', 1, null)], '', {})).toBeNull();
  });
});
