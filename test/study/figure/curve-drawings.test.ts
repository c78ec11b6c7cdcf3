import type { PlainColumn } from 'pipewright/arrow';
import { expect, it } from 'vitest';
import { curveDrawings } from '../../../lib/study/figure/curve-drawings.ts';
import { scoreRows, trainingRuns } from './synthetic.ts';

it('leaves a map that is compared with itself out of the mean of the seeds', () => {
  const runs = trainingRuns([true], [0, 1]);
  const { variant } = runs[0]!;
  // The first seed stops at 17, where the second has a checkpoint like any other.
  const scores = scoreRows(true, [0, 1], 1).map((row) => ({
    ...row,
    mssim: row.epoch !== 17 ? 0.25 : row.seed === 0 ? 1 : 0.5,
  }));
  const empty = { floor: [], late: [], pairs: [], areas: [], sanity: [] };
  const drawn = curveDrawings(runs, [{ variant, scores, ...empty }], 'log', 'made up');
  const { table } = drawn.find(({ name }) => name === 'figure-5-augment')!;
  const column = (name: string): ArrayLike<unknown> => (table[name] as PlainColumn).values;
  const values = new Set(
    Array.from(column('measure')).flatMap((row, at) =>
      row === 'mssim' && column('epoch')[at] === 17 ? [column('value')[at]] : [],
    ),
  );
  expect([...values]).toEqual([0.5]);
});

it('says of one seed that it is one, and of several what their bands are', () => {
  const captionOf = (seeds: readonly number[]): string => {
    const runs = trainingRuns([true], seeds);
    const scores = scoreRows(true, seeds, 1);
    const empty = { floor: [], late: [], pairs: [], areas: [], sanity: [] };
    const drawn = curveDrawings(runs, [{ variant: runs[0]!.variant, scores, ...empty }], 'log', 'made up');
    return drawn.find(({ name }) => name === 'figure-5-augment')!.caption.join('\n');
  };
  expect(captionOf([0])).toContain(
    'Lines: mean over the 30 images of one seed, of 10 classes. Markers: checkpoints.',
  );
  expect(captionOf([0])).not.toContain('bands');
  expect(captionOf([0, 1])).toContain(
    'Lines: mean over 2 seeds of the mean over their images (30 each, of 10 classes); bands: their range.',
  );
});
