import { describe, expect, it } from 'vitest';
import { claims } from '../../../lib/study/claims/claims.ts';
import type { RunEvidence, VariantEvidence } from '../../../lib/study/claims/evidence.ts';
import { examineClaims } from '../../../lib/study/claims/examine.ts';
import { findingColumns } from '../../../lib/study/claims/finding-columns.ts';
import { claimsPage } from '../../../lib/study/claims/report.ts';
import { examineSensitivity } from '../../../lib/study/claims/sensitivity.ts';
import { sensitivityColumns } from '../../../lib/study/claims/sensitivity-words.ts';
import { asInThePaper, params, stop, studyOf } from './world.ts';

function pageOf(variants: readonly VariantEvidence[], common = 'shapes, resnet-8'): string {
  const findings = examineClaims(variants, params);
  const sensitivity = examineSensitivity(variants, params, findings);
  return claimsPage(findings, { common, variants }, sensitivity, params);
}

function mapRuns(
  variants: readonly VariantEvidence[],
  of: (run: RunEvidence) => RunEvidence,
): readonly VariantEvidence[] {
  return variants.map((variant) => ({ ...variant, runs: variant.runs.map(of) }));
}

const paper = studyOf(asInThePaper);
const page = pageOf(paper);

describe('the page of claims', () => {
  it('names each claim with its verdict, its primary statistic and where to look', () => {
    expect(page).toMatch(
      /\| 3\. Saliency [^|]*\| held \| saliency, MSSIM < 0\.4 \| 0\.0\d+ \| [^|]* \| 15, 0, 0 \| Figure 5 \|/,
    );
    for (const { number, text } of claims) expect(page).toContain(`## ${number}. ${text}`);
  });

  it('says what all runs have in common, and when each stopped', () => {
    expect(page).toContain('All runs: shapes, resnet-8.\n');
    expect(page).toContain('- augment=true: 4 seeds; early stopping at epoch 10 (seed 0), 10 (seed 1)');
    expect(pageOf(paper, '')).not.toContain('All runs');
  });

  it('gives each statistic with interval, rule, corrected p and what stands behind it', () => {
    expect(page).toMatch(
      /\| augment=true \| \*\*saliency, MSSIM\*\* \(primary\) \| 0\.0\d+ \| 0\.\d+ to 0\.\d+ \| < 0\.4 \| < 0\.001 \| 4 seeds, 96 images of 2 classes \| held \|/,
    );
  });

  it('counts what is undefined, and gives the value with 0 for it', () => {
    const holes = mapRuns(paper, (run) => ({
      ...run,
      checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
        epoch,
        scores: scores.map((row) => (row.image % 10 === 0 ? { ...row, mssim: null } : row)),
      })),
    }));
    expect(pageOf(holes)).toMatch(/72 images of 2 classes; 24 undefined, with 0 for them 0\.03\d/);
  });

  it('says in words that two seeds are too few, what they would see, and how many would do', () => {
    const two = pageOf(studyOf({ ...asInThePaper, seedSpread: 0.1 }, 2));
    expect(two).toMatch(
      /\*\*augment=true: undecided\.\*\* saliency, MSSIM .* 2 seeds are too few: with fewer than 3 nothing is decided\. Seeds differ by 0\.\d+ \(standard deviation\): with a power of 80 %, of differences from the line 3 would see 0\.\d+, 5 would see 0\.\d+ and 10 would see 0\.\d+\. To decide what was seen takes \d+ seeds\./,
    );
    expect(two).not.toMatch(/\*\*augment=[^*]*: (held|not held)\./);
  });

  it('says of one seed that it tells nothing of how seeds differ', () => {
    expect(pageOf(studyOf(asInThePaper, 1))).toContain(
      '1 seed is too few: with fewer than 3 nothing is decided. From 1 seed it is not known by how much seeds differ; in standard deviations between them, with a power of 80 %, 3 would see 3.3, 5 would see 1.7 and 10 would see 1.0.',
    );
  });

  it('says that nothing is decided where nothing lies after early stopping', () => {
    const early = mapRuns(paper, (run) => ({
      ...run,
      checkpoints: run.checkpoints.filter(({ epoch }) => epoch <= stop),
    }));
    expect(pageOf(early)).toContain(
      'Nothing is decided: none of the 4 runs has anything after early stopping that could be compared with it.',
    );
    expect(pageOf(early)).toContain('No checkpoint after it: seed 0, 1, 2, 3, left out of all that is late.');
  });

  it('says in words how much of the fall is there one epoch after stopping, late, before, of seeds and of chance', () => {
    // The fall is 0.95: 0.7 of it one epoch after, 0.3 late, 0.4 before, 0.05 and 0.1 of seeds, 0.99 untrained.
    expect(page).toMatch(
      /- augment=true: saliency, MSSIM, has fallen by 0\.9\d\d, to 0\.0\d\d, at the last checkpoint\. As much of a fall is there without late training: 7\d % \(\d+ % to \d+ %\) one epoch after early stopping; 3\d % \([^)]*\) between late checkpoints one epoch apart; 4\d % \([^)]*\) between one epoch before early stopping and it; [56]\S* % \([^)]*\) between seeds at early stopping; 1\d % \([^)]*\) between seeds at the last checkpoint; 10\d % \([^)]*\) to the same net untrained\./,
    );
  });

  it('marks methods whose maps of a class are all equal', () => {
    const blind = mapRuns(paper, (run) => ({
      ...run,
      checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
        epoch,
        scores: scores.map((row) =>
          row.method === 'deconvolution' ? { ...row, dependsOnImage: false } : row,
        ),
      })),
    }));
    expect(pageOf(blind)).toContain('| deconvolution * |');
    expect(pageOf(blind)).toContain('they do not depend on the image');
    expect(page).not.toContain(' * |');
  });

  it('says what was not tested', () => {
    const bare = mapRuns(paper.slice(0, 1), (run) => ({ ...run, pairs: [] }));
    expect(pageOf(bare)).toContain('Not tested: this study has nothing to test it on.');
  });

  it('has a column for each setting where several decide', () => {
    const settings = ['vgg-4', 'vgg-7'];
    const several = settings.flatMap((setting) =>
      paper.map((variant) => ({ ...variant, name: `${setting}, ${variant.name}`, setting })),
    );
    const both = pageOf(several);
    expect(both).toContain('| claim | vgg-4 | vgg-7 |');
    expect(both).toMatch(/\| 3 \| (0\.0\d+ \(-?\S+ to 0\.\d+\) held) \| \1 \|/);
    expect(both).toMatch(/\| 3\. Saliency [^|]*\| held \| saliency, MSSIM < 0\.4 \| 30, 0, 0 \| Figure 5 \|/);
    expect(both).toContain('- **vgg-7, both: held.**');
  });

  it('has a table of as many rows as statistics', () => {
    const findings = examineClaims(paper, params);
    for (const { values } of Object.values(findingColumns(findings)))
      expect(values.length).toBe(findings.length);
  });
});

describe('other choices', () => {
  /** Compared with epoch 40 too, from which on nothing changes; of the images of even number alone. */
  const others = mapRuns(paper, (run) => ({
    ...run,
    alternatives: [
      {
        reference: 'patience-20',
        epoch: 40,
        checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
          epoch,
          scores: scores.flatMap((row) =>
            row.image % 2 === 0 ? [{ ...row, mssim: epoch >= 40 ? 0.95 : 0.05 }] : [],
          ),
        })),
      },
    ],
  }));
  const rowsOf = (variants: readonly VariantEvidence[]) =>
    examineSensitivity(variants, params, examineClaims(variants, params));
  const cell = (variants: readonly VariantEvidence[], rule: string, claim: number) =>
    rowsOf(variants)
      .find((row) => row.rule === rule)!
      .cells.find((one) => one.claim === claim)!;

  it('are as declared where nothing is otherwise', () => {
    const [declared, ...rest] = rowsOf(paper);
    expect(declared!.rule).toBe('as declared');
    expect(declared!.cells.some(({ changed }) => changed)).toBe(false);
    expect(rest.find(({ rule }) => rule === 'undefined similarities as 0')!.cells).toEqual(declared!.cells);
  });

  it('change a verdict where maps are compared with another reference', () => {
    expect(cell(others, 'compared with patience 20', 3)).toMatchObject({
      verdict: 'not held',
      changed: true,
    });
    expect(cell(others, 'as declared, of the images that other references have', 3)).toMatchObject({
      verdict: 'held',
      changed: false,
    });
    expect(pageOf(others)).toContain('Another verdict: claim 3 (compared with patience 20');
  });

  it('set maps that are compared in another way beside no floor of this one', () => {
    const signed = mapRuns(paper, (run) => ({
      ...run,
      alternatives: [
        {
          reference: 'signed',
          epoch: run.stop,
          checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
            epoch,
            scores: scores.map((row) => ({ ...row, mssim: epoch > run.stop ? 0.6 : 1 })),
          })),
        },
      ],
    }));
    expect(cell(signed, 'maps with their sign', 3)).toMatchObject({ verdict: 'not held', changed: true });
    const claimsOfFloors = claims.filter(({ id }) =>
      ['seed-floor', 'temporal-floor', 'at-once'].includes(id),
    );
    expect(claimsOfFloors).toHaveLength(3);
    for (const { number } of claimsOfFloors)
      expect(cell(signed, 'maps with their sign', number)).toMatchObject({ verdict: null, changed: false });
  });

  it('have no say where there are no runs after another reference', () => {
    const last = mapRuns(others, (run) => ({
      ...run,
      alternatives: run.alternatives.map((one) => ({ ...one, epoch: 81 })),
    }));
    expect(cell(last, 'compared with patience 20', 3)).toMatchObject({ verdict: 'undecided' });
  });

  it('turn to images that another net chose', () => {
    const own = mapRuns(paper, (run) => ({
      ...run,
      swings: run.swings.map((row) => (row.chooser === run.seed ? { ...row, probability: 0.1 } : row)),
    }));
    expect(cell(own, 'images chosen by other seeds', 6)).toMatchObject({ verdict: 'held', changed: false });
    expect(cell(own, 'images chosen by the seed itself', 6)).toMatchObject({
      verdict: 'undecided',
      changed: true,
    });
  });

  it('count undefined similarities as 0', () => {
    const holes = mapRuns(paper, (run) => ({
      ...run,
      checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
        epoch,
        scores: scores.map((row, at) => (at % 2 === 0 ? { ...row, mssim: null } : { ...row, mssim: 0.6 })),
      })),
    }));
    expect(cell(holes, 'as declared', 3)).toMatchObject({
      verdict: 'not held',
      value: expect.closeTo(0.6, 9) as number,
    });
    expect(cell(holes, 'undefined similarities as 0', 3)).toMatchObject({ verdict: 'held', changed: true });
  });

  it('turn to the runs that do not decide', () => {
    const rows = rowsOf(paper);
    expect(rows.map(({ rule }) => rule)).toContain('runs with augment=false');
    const columns = sensitivityColumns(rows);
    for (const { values } of Object.values(columns)) expect(values.length).toBe(rows.length * claims.length);
  });
});
