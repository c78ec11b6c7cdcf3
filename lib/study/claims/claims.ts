import type { Claim } from './claim.ts';
import { hasLateCheckpoint } from './evidence.ts';
import {
  driftPassesFloor,
  groupsDriftAlike,
  mapsDrift,
  someDriftLess,
  tiesRaiseGradCam,
} from './drift-claims.ts';
import { borderlineOscillates, hasSwings } from './oscillation-claim.ts';
import { driftPassesJitter, fallIsThereAtOnce } from './temporal.ts';
import { augmentationDiffers, hasLateTraining, lateTraining } from './training-claims.ts';
import { mapsPointAtTheObject } from './truth-claim.ts';

/** What the paper says, and questions of our own. */
export const claims: readonly Claim[] = [
  {
    id: 'late-training',
    number: 1,
    text: 'Late training lowers test error, even where test loss rises.',
    measured:
      'Mean over the last tenth of the epochs less the mean of the two epochs on each side of early stopping; error as a share, loss in nats. Measured from early stopping itself, which was picked for its low loss, the loss would seem to rise where nothing changes.',
    figure: 'Figure 2',
    isIn: hasLateTraining,
    ask: lateTraining,
  },
  {
    id: 'augmentation',
    number: 2,
    text: 'Without augmentation the effect differs.',
    measured: 'The changes of claim 1, without augmentation less with it, of the same seed.',
    figure: 'Figure 2',
    isIn: hasLateTraining,
    askBoth: augmentationDiffers,
  },
  {
    id: 'drift',
    number: 3,
    text: 'Saliency and Grad-CAM maps drift: MSSIM and Spearman to the early-stopping map fall below 0.4.',
    measured: 'Mean similarity of the maps at the last checkpoint to those at early stopping.',
    figure: 'Figure 5',
    isIn: hasLateCheckpoint,
    ask: mapsDrift,
  },
  {
    id: 'steady',
    number: 4,
    text: 'Guided backpropagation, deconvolution and the minus variant drift less.',
    measured:
      'Image by image, similarity to early stopping at the last checkpoint: by the one method less by the other, with maps of one size (the larger ones averaged over cells), and as they are.',
    figure: 'Figure 5',
    isIn: hasLateCheckpoint,
    ask: someDriftLess,
  },
  {
    id: 'groups',
    number: 5,
    text: 'Groups A, B and C show no clear difference in drift.',
    measured: 'Mean similarity to early stopping at the last checkpoint, of one group less of another.',
    figure: 'Figure 5',
    isIn: hasLateCheckpoint,
    ask: groupsDriftAlike,
  },
  {
    id: 'oscillation',
    number: 6,
    text: 'p_c and entropy oscillate for B and C, not for A.',
    measured:
      'Each image’s standard deviation about a straight line over the logarithm of the epoch, over all epochs after early stopping, of p_c, entropy and the logit margin, and the share of epochs at which the margin turns: mean of each group, and of B and C less A. A net finds images that swing by finding them where it swings, so that each net is asked of the images that other seeds’ nets chose.',
    figure: 'Figure 4',
    isIn: hasSwings,
    ask: borderlineOscillates,
  },
  {
    id: 'ties',
    number: 7,
    text: 'Saliency’s Spearman is below 0.1; Grad-CAM’s is higher because of ties.',
    measured:
      'Saliency: mean Spearman to early stopping at the last checkpoint, and at that later checkpoint where it is greatest. The others: image by image at the last checkpoint, Grad-CAM less saliency, with maps of one size, and as they are; because of ties means that what Eq. 8 shows is gone once ties are corrected for.',
    figure: 'Figure 5',
    isIn: hasLateCheckpoint,
    ask: tiesRaiseGradCam,
  },
  {
    id: 'seed-floor',
    number: 8,
    text: 'Ours: the drift is larger than the noise floor of seeds.',
    measured:
      'Mean similarity of maps of two seeds, less that of the maps at the last checkpoint to early stopping.',
    figure: 'Figure 5',
    isIn: hasLateCheckpoint,
    ask: driftPassesFloor,
  },
  {
    id: 'temporal-floor',
    number: 9,
    text: 'Ours: the drift is larger than what neighbouring checkpoints differ by.',
    measured:
      'Mean similarity of the two checkpoints nearest to one another late in training, less that of the last checkpoint to early stopping.',
    figure: 'Figure 6',
    isIn: hasLateCheckpoint,
    ask: driftPassesJitter,
  },
  {
    id: 'at-once',
    number: 10,
    text: 'Ours: most of the fall is there at once after early stopping.',
    measured:
      'What similarity to early stopping has lost at the checkpoint next to it, as a share of what it has lost at the last.',
    figure: 'Figure 6',
    isIn: hasLateCheckpoint,
    ask: fallIsThereAtOnce,
  },
  {
    id: 'pointing',
    number: 11,
    text: 'Ours: late maps still point at the object.',
    measured:
      'Share of images whose map at the last checkpoint has its strongest pixel on the object, less the share of the image that the object covers, which is chance.',
    figure: 'Ground truth',
    isIn: hasLateCheckpoint,
    ask: mapsPointAtTheObject,
  },
];
