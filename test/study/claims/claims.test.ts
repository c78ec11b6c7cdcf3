import { describe, expect, it } from 'vitest';
import { claims } from '../../../lib/study/claims/claims.ts';
import type { VariantEvidence } from '../../../lib/study/claims/evidence.ts';
import { examineClaims, unknownPrimaries } from '../../../lib/study/claims/examine.ts';
import { type Finding, together } from '../../../lib/study/claims/verdict.ts';
import { asInThePaper, params, stop, studyOf, variant, type World } from './world.ts';

function verdicts(variants: readonly VariantEvidence[]): Record<string, string> {
  const findings = examineClaims(variants, params);
  return Object.fromEntries(
    claims.map((claim) => [claim.id, together(findings.filter((finding) => finding.claim === claim))]),
  );
}

function primaryOf(findings: readonly Finding[], id: string): Finding {
  return findings.find(({ claim, primary }) => primary && claim.id === id)!;
}

function everyClaim(verdict: string): Record<string, string> {
  return Object.fromEntries(claims.map(({ id }) => [id, verdict]));
}

const stable: World = {
  ...asInThePaper,
  last: Object.fromEntries(Object.keys(asInThePaper.last).map((method) => [method, 0.8])),
  after: 0.98,
  late: 0.3,
  floor: 0.3,
  ties: -0.1,
  groupB: 0.3,
  swing: { A: 0.3, B: 0.01, C: 0.01 },
  error: [0.2, 0.2],
  loss: [-0.2, -0.2],
  pointing: 0,
};

describe('the claims', () => {
  it('hold in a world that is as the paper says', () => {
    expect(verdicts(studyOf(asInThePaper))).toEqual(everyClaim('held'));
  });

  it('fail in a world where late training does no good, nothing drifts, and A swings most', () => {
    const { augmentation, steady, groups, ...others } = verdicts(studyOf(stable));
    expect(new Set(Object.values(others))).toEqual(new Set(['not held']));
    // That there is no difference at all, nothing shows; and that C drifts like A is as true as before.
    expect([augmentation, steady, groups]).toEqual(['undecided', 'undecided', 'held']);
  });

  it('that there is no difference fails where there is one beyond the margin', () => {
    const apart = studyOf({ ...asInThePaper, groupB: 0.3 });
    const found = examineClaims(apart, {
      ...params,
      primary: { groups: { statistic: 'saliency, MSSIM, A − B', direction: 'within', margin: 0.1 } },
    });
    expect(primaryOf(found, 'groups').verdict).toBe('not held');
  });

  it('are judged at the last checkpoint, not at another', () => {
    // The last alone is so low: the others lie at 0.3 and above.
    const found = primaryOf(examineClaims(studyOf(asInThePaper), params), 'drift');
    expect(found.estimate!.value).toBeCloseTo(0.05, 1);
    const turned = studyOf(asInThePaper).map((one) => ({
      ...one,
      runs: one.runs.map((run) => ({ ...run, checkpoints: run.checkpoints.slice(0, -1) })),
    }));
    expect(primaryOf(examineClaims(turned, params), 'drift')).toMatchObject({ verdict: 'not held' });
  });

  it('count no checkpoint at early stopping or before it', () => {
    const [without, withIt] = studyOf(asInThePaper);
    const early = [without!, withIt!].map((one) => ({
      ...one,
      runs: one.runs.map((run) => ({
        ...run,
        checkpoints: run.checkpoints.filter(({ epoch }) => epoch <= stop),
      })),
    }));
    const findings = examineClaims(early, params);
    for (const finding of findings.filter(({ claim }) =>
      ['drift', 'steady', 'groups', 'ties'].includes(claim.id),
    ))
      expect([finding.statistic, finding.verdict ?? 'undecided']).toEqual([finding.statistic, 'undecided']);
    expect(primaryOf(findings, 'drift').open).toEqual({ reason: 'nothing-after-stopping', runs: 4 });
  });

  it('leave out the runs alone that have no checkpoint after early stopping', () => {
    const [, withIt] = studyOf(asInThePaper, 5);
    const runs = withIt!.runs.map((run) => (run.seed === 2 ? { ...run, checkpoints: [] } : run));
    const found = primaryOf(examineClaims([{ ...withIt!, runs }], params), 'drift');
    expect(found).toMatchObject({ verdict: 'held', runsWithoutLate: 1 });
    expect(found.estimate).toMatchObject({ seeds: 4 });
  });

  it('stay open without data', () => {
    const run = {
      crossed: [],
      swings: [],
      alternatives: [],
      seed: 0,
      stop: 5,
      log: [],
      checkpoints: [],
      pairs: [],
      floor: [],
      lateFloor: [],
      untrained: [],
    };
    const empty: VariantEvidence = { name: 'all runs', setting: '', point: {}, runs: [run] };
    expect(new Set(Object.values(verdicts([empty])))).toEqual(new Set(['undecided']));
  });
});

describe('one statistic decides a claim', () => {
  it('that `claims.primary` names, whatever the others say', () => {
    const mixed = studyOf({ ...asInThePaper, last: { ...asInThePaper.last, 'grad-cam': 0.9 } });
    const findings = examineClaims(mixed, params).filter(({ claim }) => claim.id === 'drift');
    expect(together(findings)).toBe('held');
    expect(findings.filter(({ verdict }) => verdict === 'not held').length).toBeGreaterThan(0);
  });

  it('in the runs that `claims.runs` names', () => {
    const drifting = variant(asInThePaper, true);
    const steady = variant(stable, false);
    const of = (augment: boolean) =>
      together(
        examineClaims([steady, drifting], { ...params, runs: { augment } }).filter(
          ({ claim }) => claim.id === 'drift',
        ),
      );
    expect([of(true), of(false)]).toEqual(['held', 'not held']);
  });

  it('in the only runs there are, where they have but one value of an axis', () => {
    expect(primaryOf(examineClaims([variant(asInThePaper, false)], params), 'drift').verdict).toBe('held');
  });

  it('with the direction and margin that are declared there', () => {
    const other = {
      ...params,
      primary: { drift: { statistic: 'saliency, MSSIM', direction: 'above', margin: 0.9 } },
    } as const;
    expect(primaryOf(examineClaims(studyOf(asInThePaper), other), 'drift').verdict).toBe('not held');
  });

  it('and none without a declaration', () => {
    const findings = examineClaims(studyOf(asInThePaper), { ...params, primary: {} });
    expect(findings.filter(({ primary }) => primary)).toEqual([]);
    expect(together(findings)).toBe('undecided');
  });

  it('and a name that is none is pointed out', () => {
    const findings = examineClaims(studyOf(asInThePaper), params);
    const misnamed = {
      ...params,
      primary: {
        drift: { statistic: 'saliency, SSIM', direction: 'below', margin: 0.4 },
        drfit: { statistic: 'saliency, MSSIM', direction: 'below', margin: 0.4 },
      },
    } as const;
    expect(unknownPrimaries(findings, misnamed)).toMatchObject([
      {
        claim: 'drift',
        statistic: 'saliency, SSIM',
        known: expect.arrayContaining(['saliency, MSSIM']) as string[],
      },
      { claim: 'drfit', statistic: null, known: claims.map(({ id }) => id) },
    ]);
    expect(unknownPrimaries(findings, params)).toEqual([]);
  });
});

describe('the number of seeds', () => {
  it.each([1, 2])('%d decides nothing, however clear', (seeds) => {
    const found = examineClaims(studyOf(asInThePaper, seeds), params);
    expect(new Set(found.map(({ verdict }) => verdict ?? 'undecided'))).toEqual(new Set(['undecided']));
    const drift = primaryOf(found, 'drift');
    expect(drift.open).toMatchObject({ reason: 'too-few-seeds', seeds });
    expect(drift.open).toHaveProperty('deviation', seeds === 1 ? null : expect.any(Number));
  });

  it('that would do is found from how far seeds differ', () => {
    const ofSeeds = [0.33, 0.39, 0.45];
    const unsure = studyOf(asInThePaper, 3).map((variant) => ({
      ...variant,
      runs: variant.runs.map((run) => ({
        ...run,
        checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
          epoch,
          scores: scores.map((row) => (epoch === 81 ? { ...row, mssim: ofSeeds[run.seed]! } : row)),
        })),
      })),
    }));
    const { open, verdict } = primaryOf(examineClaims(unsure, params), 'drift');
    expect(verdict).toBe('undecided');
    expect(open).toMatchObject({ reason: 'unsure', seeds: 3, reach: [{ seeds: 3 }] });
    const { deviation, reach } = open as { deviation: number; reach: readonly { difference: number }[] };
    // Three seeds see 3.26 standard deviations with a power of 80 %.
    expect(reach[0]!.difference / deviation).toBeCloseTo(3.26, 2);
  });
});

describe('what is compared', () => {
  it('is paired by seed across augmentation', () => {
    const found = examineClaims(studyOf(asInThePaper, 4), params);
    expect(primaryOf(found, 'augmentation').estimate).toMatchObject({ seeds: 4, degrees: 3 });
    expect(primaryOf(found, 'augmentation').estimate!.value).toBeCloseTo(0.2, 1);
  });

  it('is not the dip that early stopping was picked for', () => {
    const flat = studyOf({ ...asInThePaper, loss: [0, 0] });
    const of = (name: string) =>
      examineClaims(flat, params).find(
        ({ variant: runs, statistic }) => runs === 'augment=true' && statistic === `test loss, from ${name}`,
      )!.estimate!.value;
    expect(of('early stopping itself')).toBeCloseTo(0.2, 1);
    expect(of('the epochs beside early stopping')).toBeCloseTo(0, 1);
  });

  it('leaves undefined similarities out, counts them, and says what 0 in their place would give', () => {
    const withHoles = studyOf(asInThePaper).map((one) => ({
      ...one,
      runs: one.runs.map((run) => ({
        ...run,
        checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
          epoch,
          scores: scores.map((row) => (row.image % 10 === 0 ? { ...row, mssim: null } : row)),
        })),
      })),
    }));
    const { leftOut, filled, estimate, classes } = primaryOf(examineClaims(withHoles, params), 'drift');
    // 24 images a run, of which one of the four in each class and group.
    expect(leftOut).toBe(4 * 6);
    expect(estimate).toMatchObject({ images: 4 * 18 });
    expect(filled).toBeCloseTo(estimate!.value * 0.75, 12);
    expect(classes).toBe(2);
  });

  it('of saliency’s Spearman is every late checkpoint too, not the last alone', () => {
    const raised = studyOf(asInThePaper).map((one) => ({
      ...one,
      runs: one.runs.map((run) => ({
        ...run,
        checkpoints: run.checkpoints.map(({ epoch, scores }) => ({
          epoch,
          scores: scores.map((row) => (epoch === 20 ? { ...row, spearman: 0.6 } : row)),
        })),
      })),
    }));
    const found = examineClaims(raised, params).find(
      ({ variant: runs, statistic }) =>
        runs === 'augment=true' && statistic === 'saliency, Spearman at its greatest',
    )!;
    expect(found.estimate!.value).toBeCloseTo(0.6, 12);
    expect(found.verdict).toBe('not held');
  });

  it('by Eq. 8 is corrected for ties in the statistic beside it', () => {
    const found = examineClaims(studyOf(asInThePaper), params).filter(
      ({ variant: runs, claim }) => runs === 'augment=true' && claim.id === 'ties',
    );
    const value = (name: string) =>
      found.find(({ statistic }) => statistic === `grad-cam − saliency, ${name}`)!.estimate!.value;
    expect(value('Spearman by Eq. 8') - value('Spearman')).toBeCloseTo(0.3, 9);
  });
});

describe('secondary statistics', () => {
  it('are corrected for their number, primary ones are not', () => {
    const findings = examineClaims(studyOf({ ...asInThePaper, seedSpread: 0.1 }), params);
    const drift = findings.filter(({ claim }) => claim.id === 'drift');
    for (const { primary, p, argument } of drift)
      if (primary) expect(p).toBe(argument!.p);
      else expect(p).toBeGreaterThanOrEqual(argument!.p);
    const least = Math.min(...drift.flatMap(({ primary, argument }) => (primary ? [] : [argument!.p])));
    const others = drift.filter(({ primary }) => !primary);
    expect(Math.min(...others.map(({ p }) => p!))).toBeCloseTo(Math.min(1, least * others.length), 12);
  });

  it('given beside others are not judged', () => {
    const given = examineClaims(studyOf(asInThePaper), params).filter(({ rule }) => rule === null);
    expect(given.map(({ statistic }) => statistic)).toContain('p_c, B, images chosen by other seeds');
    expect(new Set(given.map(({ verdict }) => verdict))).toEqual(new Set([null]));
  });
});
