import { bootstrap } from '../statistics/bootstrap.ts';
import {
  driftPassesFloor,
  groupsDriftAlike,
  mapsDrift,
  someDriftLess,
  tiesRaiseGradCam,
} from './drift-claims.ts';
import type { Find, VariantEvidence } from './evidence.ts';
import { borderlineOscillates } from './oscillation-claim.ts';
import type { ClaimsParams } from './parameters.ts';
import { augmentationDiffers, lateTraining } from './training-claims.ts';
import { type Finding, judge } from './verdict.ts';

export interface Claim {
  readonly number: number;
  readonly text: string;
  /** What the numbers of its statistics are. */
  readonly measured: string;
  /** Where to look. */
  readonly figure: string;
}

/** What the paper says, and one question of our own. */
export const claims: readonly Claim[] = [
  {
    number: 1,
    text: 'Late training lowers test error while test loss rises.',
    measured:
      'Mean over the last tenth of the epochs less the value at early stopping; error as a share, loss in nats.',
    figure: 'Figure 2',
  },
  {
    number: 2,
    text: 'Without augmentation the effect differs.',
    measured: 'The changes of claim 1, without augmentation less with it.',
    figure: 'Figure 2',
  },
  {
    number: 3,
    text: 'Saliency and Grad-CAM maps drift: MSSIM and Spearman to the early-stopping map fall below 0.4.',
    measured: 'Mean similarity of the maps at the last checkpoint to those at early stopping.',
    figure: 'Figure 5',
  },
  {
    number: 4,
    text: 'Guided backpropagation, deconvolution and the minus variant drift less.',
    measured:
      'Image by image, similarity to early stopping at the last checkpoint: by the one method less by the other.',
    figure: 'Figure 5',
  },
  {
    number: 5,
    text: 'Groups A, B and C show no clear difference in drift.',
    measured: 'Mean similarity to early stopping at the last checkpoint, of one group less of another.',
    figure: 'Figure 5',
  },
  {
    number: 6,
    text: 'p_c and entropy oscillate for B and C, not for A.',
    measured:
      'Each image’s standard deviation about a straight line over the logarithm of the epoch, from early stopping on: mean of each group, and of B and C less A. The groups B and C are judged by how far they differ from A.',
    figure: 'Figure 4',
  },
  {
    number: 7,
    text: 'Saliency’s Spearman is below 0.1; Grad-CAM’s is higher because of ties.',
    measured:
      'Saliency: mean Spearman to early stopping at that later checkpoint where it is greatest. The others: image by image at the last checkpoint, Grad-CAM less saliency; because of ties means that what Eq. 8 shows is gone once ties are corrected for.',
    figure: 'Figure 5',
  },
  {
    number: 8,
    text: 'Ours: the drift is larger than the noise floor.',
    measured:
      'Mean similarity of early-stopping maps of two seeds, less that of the maps at the last checkpoint to early stopping.',
    figure: 'Figure 5',
  },
];

type Examine = (variant: VariantEvidence, find: Find, params: ClaimsParams) => void;

const examinations: readonly (readonly [claim: number, examine: Examine])[] = [
  [1, lateTraining],
  [3, mapsDrift],
  [4, someDriftLess],
  [5, groupsDriftAlike],
  [6, borderlineOscillates],
  [7, tiesRaiseGradCam],
  [8, driftPassesFloor],
];

/** Every statistic of every claim, in the order of the claims. */
export function examineClaims(
  variants: readonly VariantEvidence[],
  params: ClaimsParams,
): readonly Finding[] {
  const findings: Finding[] = [];
  const finder =
    (claim: number, { name, setting }: Pick<VariantEvidence, 'name' | 'setting'>): Find =>
    (statistic, rule, runs, value) => {
      const interval = bootstrap(runs, value, params);
      findings.push({
        claim,
        variant: name,
        setting,
        statistic,
        rule,
        interval,
        verdict: judge(rule, interval),
      });
    };
  for (const variant of variants)
    for (const [claim, examine] of examinations) examine(variant, finder(claim, variant), params);
  for (const setting of new Set(variants.map((variant) => variant.setting))) {
    const inIt = variants.filter((variant) => variant.setting === setting);
    const without = inIt.find(({ augment }) => augment === false);
    const withIt = inIt.find(({ augment }) => augment === true);
    const name = setting === '' ? 'both' : `${setting}, both`;
    if (without && withIt) augmentationDiffers(without, withIt, finder(2, { name, setting }));
  }
  return findings.sort((a, b) => a.claim - b.claim);
}
