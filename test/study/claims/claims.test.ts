import { describe, expect, it } from 'vitest';
import { claims, examineClaims } from '../../../lib/study/claims/claims.ts';
import type { RunEvidence, Scored, VariantEvidence } from '../../../lib/study/claims/evidence.ts';
import { claimsParams } from '../../../lib/study/claims/parameters.ts';
import { claimsPage, findingColumns } from '../../../lib/study/claims/report.ts';
import { together, type Verdict } from '../../../lib/study/claims/verdict.ts';
import { draws } from '../../../lib/study/random.ts';

const params = claimsParams.parse({ resamples: 200 });
const epochs = [5, 10, 20, 40, 80];

/** What a made-up study looks like at its end, by method; eq. 8 for Grad-CAM is higher by `ties`. */
interface World {
  readonly similarity: Readonly<Record<string, number>>;
  readonly floor: number;
  readonly ties: number;
  /** How far p_c and entropy swing, by group. */
  readonly swing: Readonly<Record<string, number>>;
  readonly late: { readonly error: number; readonly loss: number };
}

const asInThePaper: World = {
  similarity: {
    saliency: 0.05,
    'grad-cam': 0.02,
    deconvolution: 0.9,
    'guided-backpropagation': 0.8,
    'guided-backpropagation-minus': 0.85,
  },
  floor: 0.95,
  ties: 0.3,
  swing: { A: 0.001, B: 0.2, C: 0.2 },
  late: { error: -0.02, loss: 0.3 },
};

function variant(augment: boolean, world: World): VariantEvidence {
  const runs = [0, 1, 2].map((seed): RunEvidence => {
    const from = draws({ seed, purpose: 'made-up study' });
    const near = (value: number): number => value + 0.01 * from.normal();
    const scores = (epoch: number, similarityOf: (method: string) => number): Scored[] =>
      ['A', 'B', 'C'].flatMap((group, g) =>
        Array.from({ length: 8 }, (_, i) => {
          const sign = epochs.indexOf(epoch) % 2 === 0 ? 1 : -1;
          const probability = 0.5 + sign * world.swing[group]!;
          return Object.keys(world.similarity).map((method): Scored => {
            const spearman = near(similarityOf(method));
            const spearmanEq8 = spearman + (method === 'grad-cam' ? world.ties : 0);
            const mssim = near(similarityOf(method));
            return {
              image: 100 * g + i,
              group,
              method,
              mssim,
              spearman,
              spearmanEq8,
              entropy: probability,
              probability,
            };
          });
        }).flat(),
      );
    return {
      seed,
      stop: 5,
      late: { error: near(world.late.error), loss: near(world.late.loss) },
      checkpoints: epochs.map((epoch) => ({
        epoch,
        scores: scores(epoch, (method) => world.similarity[method]!),
      })),
      floor: scores(5, () => world.floor),
    };
  });
  const untrained = runs.flatMap(({ seed }) =>
    Object.keys(world.similarity).flatMap((method, m) =>
      [0, 0.02].map((more) => {
        const left = 0.1 * m + more;
        return { seed, checkpoint: 'early stopping', method, mssim: left, spearman: left };
      }),
    ),
  );
  return { name: `augment=${augment}`, setting: '', augment, runs, untrained };
}

function verdicts(...variants: VariantEvidence[]): Verdict[] {
  const findings = examineClaims(variants, params);
  return claims.map(({ number }) => together(findings.filter(({ claim }) => claim === number)));
}

describe('the claims', () => {
  it('hold in a world that is as the paper says', () => {
    const milder = { ...asInThePaper, late: { error: -0.1, loss: 0.1 } };
    expect(verdicts(variant(false, asInThePaper), variant(true, milder))).toEqual(claims.map(() => 'held'));
  });

  it('fail in a world where late training does no good, nothing drifts, and all groups swing', () => {
    const stable: World = {
      similarity: Object.fromEntries(Object.keys(asInThePaper.similarity).map((method) => [method, 0.9])),
      floor: 0.3,
      ties: -0.1,
      swing: { A: 0.3, B: 0.01, C: 0.01 },
      late: { error: 0.2, loss: -0.2 },
    };
    const [late, augment, drift, , groups, swing, ties, floor] = verdicts(variant(false, stable));
    expect([late, drift, swing, ties, floor]).toEqual(Array(5).fill('not held'));
    expect(groups).toBe('held');
    expect(augment).toBe('undecided'); // there is only one side
  });

  it('stay open without data', () => {
    const empty: VariantEvidence = {
      name: 'all runs',
      setting: '',
      augment: null,
      runs: [{ seed: 0, stop: 5, late: null, checkpoints: [], floor: [] }],
      untrained: [],
    };
    expect(verdicts(empty)).toEqual(claims.map(() => 'undecided'));
  });
});

describe('the page of claims', () => {
  const variants = [variant(false, asInThePaper)];
  const findings = examineClaims(variants, params);
  const page = claimsPage(findings, { common: 'shapes, resnet-8', variants }, params);

  it('names each claim with its verdict and where to look', () => {
    expect(page).toContain(
      '| 1. Late training lowers test error while test loss rises. | held | 2, 0, 0 | Figure 2 |',
    );
    for (const { number, text } of claims) expect(page).toContain(`## ${number}. ${text}`);
  });

  it('gives each statistic with interval and rule', () => {
    expect(page).toMatch(
      /\| augment=false \| saliency, MSSIM \| 0\.05\d \| 0\.\d+ to 0\.\d+ \| < 0\.4 \| held \|/,
    );
    expect(page).toContain(
      'early stopping at epoch 5 (seed 0), 5 (seed 1), 5 (seed 2); last checkpoint: epoch 80.',
    );
  });

  it('gives the oscillation of each group with its interval, and judges the differences', () => {
    for (const [group, value, rule] of [
      ['A', '0\\.00\\d', '< 0\\.05 \\| held'],
      ['B', '0\\.2\\d+', ' \\| '],
      ['C', '0\\.2\\d+', ' \\| '],
      ['B − A', '0\\.2\\d+', '> 0 \\| held'],
      ['C − A', '0\\.2\\d+', '> 0 \\| held'],
    ] as const)
      for (const measure of ['p_c', 'entropy'])
        expect(page).toMatch(
          new RegExp(
            `\\| augment=false \\| ${measure}, ${group} \\| ${value} \\| 0\\.\\d+ to 0\\.\\d+ \\| ${rule} \\|`,
          ),
        );
  });

  it('says once what all runs have in common, and where each claim holds if there are several settings', () => {
    expect(page).toContain('All runs: shapes, resnet-8.\n');
    const settings = ['vgg-4', 'vgg-7'];
    const stable = { ...asInThePaper, late: { error: 0.2, loss: -0.2 } };
    const milder = { ...asInThePaper, late: { error: -0.1, loss: 0.1 } };
    const several = settings.flatMap((setting, at) =>
      [variant(false, at === 0 ? asInThePaper : stable), variant(true, milder)].map((one) => ({
        ...one,
        name: `${setting}, ${one.name}`,
        setting,
      })),
    );
    const found = examineClaims(several, params);
    const pair = found.filter(({ claim }) => claim === 2).map((finding) => finding.variant);
    expect(new Set(pair)).toEqual(new Set(['vgg-4, both', 'vgg-7, both']));
    const both = claimsPage(found, { common: '', variants: several }, params);
    expect(both).toContain('| claim | vgg-4 | vgg-7 |');
    expect(both).toContain('| 1 | held | not held |');
    expect(both).toContain('| 4 | held | held |');
    expect(both).not.toContain('All runs');
  });

  it('says what was found in a line: few values one by one, of many the worst', () => {
    expect(page).toMatch(/- \*\*augment=false: held\.\*\* test error −0\.0\d+; test loss 0\.\d+\./);
    expect(page).toMatch(
      /- \*\*augment=false: held\.\*\* 12 of 12 hold, 0 fail; nearest to failing: guided-backpropagation − saliency, (MSSIM|Spearman) 0\.7\d+\./,
    );
  });

  it('sets drift beside chance and beside what an untrained net leaves', () => {
    // (1 − 0.05) / (1 − 0.01) of the way for saliency, (1 − 0.9) / (1 − 0.21) for deconvolution.
    const [mssim] = page.split('augment=false, Spearman:');
    expect(mssim).toMatch(/\| saliency \| 0\.0\d+ \(.*\) \| 0\.9\d+ \(.*\) \| 0\.010 \(.*\) \| 0\.9\d \|/);
    expect(mssim).toMatch(
      /\| deconvolution \| 0\.\d+ \(.*\) \| 0\.9\d+ \(.*\) \| 0\.210 \(.*\) \| 0\.1\d \|/,
    );
  });

  it('asks of saliency’s Spearman at every late checkpoint, not the last alone', () => {
    const world = variant(false, asInThePaper);
    const runs = world.runs.map((run) => ({
      ...run,
      checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
        epoch,
        scores: scores.map((row) => (epoch === 20 ? { ...row, spearman: 0.5 } : row)),
      })),
    }));
    const finding = examineClaims([{ ...world, runs }], params).find(
      ({ statistic }) => statistic === 'saliency, Spearman at its greatest',
    );
    expect(finding).toMatchObject({ verdict: 'not held', interval: { value: 0.5 } });
  });

  it('says what was not tested', () => {
    expect(page).toContain('Not tested: this pipeline has no runs to test it on.');
  });

  it('has a table of as many rows as statistics', () => {
    const columns = findingColumns(findings);
    for (const { values } of Object.values(columns)) expect(values.length).toBe(findings.length);
  });
});
