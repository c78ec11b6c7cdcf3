import { attentionRollout } from './attention-rollout.ts';
import { deconvolution } from './deconvolution.ts';
import { deepLift } from './deep-lift.ts';
import { eigenCam } from './eigen-cam.ts';
import type { AttributionMethod } from './explained.ts';
import { gradCam } from './grad-cam.ts';
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
import { gradientTimesInput } from './gradient-times-input.ts';
import { guidedBackpropagation } from './guided-backpropagation.ts';
import { guidedBackpropagationMinus } from './guided-backpropagation-minus.ts';
import { guidedGradCam } from './guided-grad-cam.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { layerCam } from './layer-cam.ts';
import { occlusion } from './occlusion.ts';
import { rise } from './rise.ts';
import { saliency } from './saliency.ts';
import { scoreCam } from './score-cam.ts';
import { smoothGrad } from './smooth-grad.ts';
import { varGrad } from './var-grad.ts';

/** Every attribution method under the name that `pipeline.yaml` and the columns of maps use. */
export const methods = {
  saliency,
  deconvolution,
  'guided-backpropagation': guidedBackpropagation,
  'guided-backpropagation-minus': guidedBackpropagationMinus,
  'grad-cam': gradCam,
  'guided-grad-cam': guidedGradCam,
  'smooth-grad': smoothGrad,
  'gradient-times-input': gradientTimesInput,
  'integrated-gradients': integratedGradients,
  'grad-cam-plus-plus': gradCamPlusPlus,
  'layer-cam': layerCam,
  occlusion,
  'var-grad': varGrad,
  'score-cam': scoreCam,
  'eigen-cam': eigenCam,
  rise,
  'deep-lift': deepLift,
  'attention-rollout': attentionRollout,
} as const satisfies Readonly<Record<string, AttributionMethod>>;

/** Methods that have rules of their own for the ReLUs of a net; without a ReLU they are saliency. */
export const ruledMethods: readonly string[] = [
  'deconvolution',
  'guided-backpropagation',
  'guided-backpropagation-minus',
  'guided-grad-cam',
];

export type MethodName = keyof typeof methods;

export const methodNames = Object.keys(methods) as MethodName[];
